import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveAudit } from "../../../shared/audit/archive-audit.ts";
import { emptyChain, placeOf } from "../../../shared/audit/chain.ts";
import type { AuditRecord } from "../../../shared/audit/record.ts";
import { dynamo } from "../../../shared/aws/dynamo.ts";
import { dynamoAuditChains, dynamoAuditRows } from "../../../shared/aws/dynamo-audit-chains.ts";
import { dynamoAuditLog } from "../../../shared/aws/dynamo-audit-log.ts";
import { s3Archive } from "../../../shared/aws/s3-archive.ts";
import { s3At } from "../../../shared/aws/s3-objects.ts";
import { type EngineTables, startEngineTables } from "../../contracts/engine-tables.ts";
import { aRecordAt, GSTIN, OTHER } from "../../shared/audit/an-archive.ts";
import { runEinvoice } from "./run-einvoice.ts";

const CREDENTIALS = { AWS_REGION: "ap-south-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
const Bucket = "archive-of-the-command";
const began = Date.parse("2026-08-18T06:30:00Z");

let folder = "";
let tables: EngineTables;
let records: AuditRecord[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "audit-verify-"));
  tables = await startEngineTables();
  const client = {
    endpoint: tables.url,
    region: "ap-south-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const { db, names, url } = tables;
  const log = dynamoAuditLog(db, names.audit, 72);
  records = [GSTIN, OTHER].flatMap((gstin) =>
    [1, 2, 3].map((second) => aRecordAt(new Date(began + second * 1000), gstin)),
  );
  for (const record of records) await log.append(record);
  const chains = dynamoAuditChains(db, names.audit);
  const gstins = async function* () {
    yield* [GSTIN, OTHER];
  };
  const deps = {
    users: { gstins },
    chains,
    trail: dynamoAuditRows(db, names.audit),
    settlesMs: 0,
    retentionMonths: 72,
  };
  const archive = s3Archive(s3At(dynamo(new DynamoDBClient(client)), Bucket, url), "GOVERNANCE");
  const now = () => new Date(began + 60_000);
  const failed = ({ error }: { error: unknown }) => {
    throw error;
  };
  await archiveAudit({ ...deps, archive, now, onFailure: failed, onOddRow: () => {} }, new Date(began + 120_000));
  const outputs = {
    AuditTable: names.audit,
    ClientsTable: names.clients,
    ArchiveBucket: Bucket,
    RetentionMonths: "72",
  };
  writeFileSync(join(folder, "outputs.json"), JSON.stringify({ "einvoice-sandbox": outputs }));
  writeFileSync(join(folder, "stack.json"), JSON.stringify({ awsUrl: url, outputs }));
});
afterAll(async () => {
  await tables.stop();
  rmSync(folder, { recursive: true });
});

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const variables = { ...CREDENTIALS, AWS_ENDPOINT_URL: tables.url, ...env };
  const ran = await runEinvoice(["audit", ...args], { cwd: folder, env: variables });
  const lines = ran.stdout.split("\n").filter(Boolean);
  return { ...ran, verdicts: ran.status === 2 ? [] : lines.map((line) => JSON.parse(line)) };
}

const HASH = expect.stringMatching(/^[0-9a-f]{64}$/);
const well = (gstin: string) => ({ gstin, records: 3, batches: 1, head: HASH, ok: true });

describe("einvoice audit verify", () => {
  it("tells of each GSTIN that has a chain, whether or not it has a portal user", async () => {
    const { status, verdicts, stderr } = await run(["verify", "--outputs", "outputs.json"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(verdicts).toEqual([well(GSTIN), well(OTHER)]);
  });

  it("looks at the local cloud where no other is named", async () => {
    const local = { AWS_ENDPOINT_URL: "http://127.0.0.1:1", LOCAL_DIR: folder };
    const { status, verdicts } = await run(["verify", "--gstin", OTHER], local);
    expect([status, verdicts]).toEqual([0, [well(OTHER)]]);
  });

  it("finds a head that was written down, and misses one that is none of the chain's", async () => {
    const verify = (head: string) => run(["verify", "--outputs", "outputs.json", "--gstin", GSTIN, "--head", head]);
    expect(await verify(emptyChain(GSTIN).hash)).toMatchObject({ status: 0, verdicts: [{ ok: true }] });
    const { status, verdicts } = await verify("0".repeat(64));
    expect(status).toBe(1);
    expect(verdicts).toEqual([{ ...well(GSTIN), ok: false, what: "removed", where: expect.stringContaining("000") }]);
  });

  it("names what is wrong, ends with 1, and goes on to the others", async () => {
    const [, gone] = records;
    if (!gone) throw new Error("no such record");
    const Key = { pk: GSTIN, sk: placeOf(gone) };
    await tables.db.send(new DeleteCommand({ TableName: tables.names.audit, Key }));
    const { status, verdicts } = await run(["verify", "--outputs", "outputs.json"]);
    expect(status).toBe(1);
    const where = `${placeOf(gone)} (batch 1) is gone from the table`;
    expect(verdicts).toEqual([
      expect.objectContaining({ gstin: GSTIN, ok: false, what: "removed", where }),
      well(OTHER),
    ]);
  });

  it.each([{ v: 1 }, { v: 1, n: 0, hash: "0".repeat(64), last: { at: "", id: "" } }, { v: 1, n: 2 ** 60 }])(
    "finds that there is something else in the place of a head: %j",
    async (other) => {
      const Item = { pk: "chains", sk: OTHER, ...other };
      const put = marshall(Item, { allowImpreciseNumbers: true });
      await tables.db.send(new PutItemCommand({ TableName: tables.names.audit, Item: put }));
      const { status, stderr, verdicts } = await run(["verify", "--outputs", "outputs.json", "--gstin", OTHER]);
      expect([status, stderr]).toEqual([1, ""]);
      expect(verdicts).toEqual([expect.objectContaining({ ok: false, what: "changed", where: expect.any(String) })]);
    },
  );

  it.each<[readonly string[], string]>([
    [[], "`audit` does one thing: verify"],
    [["frobnicate"], "`audit` does one thing: verify"],
    [["verify", "verify"], "`audit` does one thing: verify"],
    [["verify", "--frobnicate"], "Unknown option '--frobnicate'"],
    [["verify", "--gstin", "27AAAZA0001A1ZX"], "27AAAZA0001A1ZX is not a GSTIN: check character"],
    [["verify", "--head", "0".repeat(64)], "name its --gstin"],
    [["verify", "--gstin", GSTIN, "--head", "x"], "--head is a hash of a chain"],
    [["verify"], "there is no .local/stack.json of a local cloud"],
    [["verify", "--outputs", "stack.json"], "must hold the outputs of one einvoice stack"],
  ])("explains its usage for %j", async (args, message) => {
    const { status, stdout, stderr } = await run(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: audit verify");
  });
});
