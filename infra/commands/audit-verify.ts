import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { type Verdict, type VerifyArchiveDeps, verifyArchive } from "../../shared/audit/verify-archive.ts";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoAuditChains, dynamoAuditRows } from "../../shared/aws/dynamo-audit-chains.ts";
import { dynamoGstinList } from "../../shared/aws/dynamo-irp-user-store.ts";
import { s3Archive } from "../../shared/aws/s3-archive.ts";
import { s3At } from "../../shared/aws/s3-objects.ts";
import { Gstin } from "../../shared/gstin.ts";
import { readOutputs } from "./stack-outputs.ts";
import { UsageError } from "./usage.ts";

const Outputs = z.object({
  AuditTable: z.string(),
  ClientsTable: z.string(),
  ArchiveBucket: z.string(),
  RetentionMonths: z.coerce.number().int().positive(),
});
const LocalStack = z.object({ awsUrl: z.string(), outputs: Outputs });

/** One line in so many batches, and only of chains that are long. */
const PROGRESS_EVERY = 100;

/** Recomputes the audit archive's chains and holds them against the table, with the AWS credentials of the shell. */
export const audit = {
  usage: "audit verify [--outputs FILE] [--gstin GSTIN [--head HASH]]",
  does: "finds what was removed from the audit trail, added, reordered or changed, in the archive or in the table, or not archived for an hour; one line for each GSTIN, with the last hash of its chain to write down: --head asks later whether the chain still contains it; FILE is what cdk deploy --outputs-file wrote, without it the local cloud is looked at; ends with 1 when anything was found",

  async run(args: readonly string[]): Promise<void> {
    const { outputs: file, gstin, head } = readArguments(args);
    const { outputs, endpoint, client } = file === undefined ? localStack() : deployed(file);
    const db = dynamo(client);
    const chains = dynamoAuditChains(db, outputs.AuditTable);
    const deps: VerifyArchiveDeps = {
      chains,
      trail: dynamoAuditRows(db, outputs.AuditTable),
      // It reads alone: no lock is made.
      archive: s3Archive(s3At(db, outputs.ArchiveBucket, endpoint), "GOVERNANCE"),
      retentionMonths: outputs.RetentionMonths,
      now: () => new Date(),
      onBatch: (of, n) => n % PROGRESS_EVERY === 0 && console.error(`${of}: ${n} batches`),
    };
    const lists = [dynamoGstinList(db, outputs.ClientsTable), chains];
    for (const of of gstin ? [gstin] : await everybody(lists)) report(await verifyArchive(deps, of, head));
  },
};

function report({ finding, ...verdict }: Verdict): void {
  console.log(JSON.stringify({ ...verdict, ok: !finding, ...finding }));
  if (finding) process.exitCode = 1;
}

/** Who has a portal user, and who has a chain from earlier. */
async function everybody(lists: readonly { gstins(): AsyncIterable<string> }[]): Promise<string[]> {
  const found = new Set<string>();
  for (const list of lists) for await (const gstin of list.gstins()) found.add(gstin);
  return [...found].sort();
}

function deployed(file: string) {
  return {
    outputs: readOutputs(file, Outputs),
    endpoint: process.env["AWS_ENDPOINT_URL"],
    client: new DynamoDBClient(),
  };
}

function localStack() {
  const file = join(process.env["LOCAL_DIR"] ?? ".local", "stack.json");
  const { awsUrl: endpoint, outputs } = readLocal(file);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { outputs, endpoint, client: new DynamoDBClient({ endpoint, region: "ap-south-1", credentials }) };
}

function readLocal(file: string) {
  try {
    return LocalStack.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new UsageError(
      `there is no ${file} of a local cloud: name the outputs of a deployed stage with --outputs FILE`,
    );
  }
}

function readArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  if (positionals[0] !== "verify" || positionals.length > 1) throw new UsageError("`audit` does one thing: verify");
  const gstin = values.gstin === undefined ? undefined : Gstin.safeParse(values.gstin);
  if (gstin?.error) throw new UsageError(`${values.gstin} is not a GSTIN: ${gstin.error.issues[0]?.message}`);
  if (values.head !== undefined && !gstin) throw new UsageError("--head is of one chain: name its --gstin");
  if (values.head !== undefined && !/^[0-9a-f]{64}$/.test(values.head))
    throw new UsageError("--head is a hash of a chain: 64 characters of 0-9a-f");
  return { outputs: values.outputs, gstin: gstin?.data, head: values.head };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { outputs: { type: "string" }, gstin: { type: "string" }, head: { type: "string" } },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
