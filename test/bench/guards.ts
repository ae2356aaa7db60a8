import { randomBytes, randomUUID } from "node:crypto";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { canonicalHash } from "../../shared/canonical-json.ts";
import { requestKey } from "../../shared/idempotency/key.ts";
import { type EngineTables, startEngineTables } from "../contracts/engine-tables.ts";
import { percentile, timed } from "./percentile.ts";
import { fiveLines, localAws } from "./stack.ts";
import { sumOf, usageOf } from "./usage.ts";

const ROUNDS = 300;
const GSTIN = "27AAAZA0001A1ZM";

interface Call {
  readonly key: string;
  readonly body: object;
}
type Handler = (call: Call) => Promise<string>;

/** What a guard costs for one call: when it is the first of its key, and when it repeats one. */
export interface GuardCost {
  readonly calls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly p50: number;
}
export type GuardCosts = Readonly<Record<"first" | "again", GuardCost>>;

/** The same handler, whose answer is as long as that of a registration, guarded by Powertools' idempotency and by our stores. */
export async function benchGuards(): Promise<Readonly<Record<"powertools" | "ours", GuardCosts>>> {
  const tables = await startEngineTables();
  const signed = JSON.stringify({ data: JSON.stringify(fiveLines(GSTIN)) });
  const answer = JSON.stringify({
    irn: "a".repeat(64),
    signedInvoice: `${Buffer.from(signed).toString("base64url")}.${randomBytes(256).toString("base64url")}`,
    signedQrCode: `${Buffer.from(signed.slice(0, 500)).toString("base64url")}.${randomBytes(256).toString("base64url")}`,
  });
  const handler: Handler = async () => answer;
  try {
    return {
      powertools: await costs(tables, await guardedByPowertools(tables, handler)),
      ours: await costs(tables, guardedByUs(tables, handler)),
    };
  } finally {
    await tables.stop();
  }
}

async function costs({ url }: EngineTables, guarded: Handler): Promise<GuardCosts> {
  const calls = Array.from({ length: ROUNDS }, () => ({ key: randomUUID(), body: fiveLines(GSTIN) }));
  for (let i = 0; i < ROUNDS; i++) await guarded({ key: randomUUID(), body: fiveLines(GSTIN) });
  return { first: await costOf(url, guarded, calls), again: await costOf(url, guarded, calls) };
}

async function costOf(awsUrl: string, guarded: Handler, calls: readonly Call[]): Promise<GuardCost> {
  const left = calls.values();
  let samples: number[] = [];
  const usage = await usageOf({ awsUrl }, calls.length, async () => {
    samples = await timed(calls.length, async () => guarded(left.next().value ?? { key: "", body: {} }));
  });
  return {
    calls: sumOf(usage, "calls"),
    writeUnits: sumOf(usage, "writeUnits"),
    readUnits: sumOf(usage, "readUnits"),
    p50: percentile(samples, 50),
  };
}

async function guardedByPowertools({ url }: EngineTables, handler: Handler): Promise<Handler> {
  const client = new DynamoDBClient(localAws(url));
  const tableName = "powertools";
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
  const config = new IdempotencyConfig({
    eventKeyJmesPath: "key",
    payloadValidationJmesPath: "body",
    expiresAfterSeconds: 24 * 60 * 60,
    throwOnNoIdempotencyKey: true,
  });
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 30_000 } as Context);
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: client });
  return makeIdempotent(handler, { persistenceStore, config, keyPrefix: "bench" });
}

/** The writes of the protocol that guard a registration: claim, payload, accept, frozen answer, finish. */
function guardedByUs({ db, names }: EngineTables, handler: Handler): Handler {
  const requests = dynamoRequestStore(db, names.requests);
  const documents = dynamoDocumentStore(db, names);

  return async (call) => {
    const key = requestKey(GSTIN, "POST", "/irn", call.key);
    const payload = { method: "POST", path: "/irn", query: {}, body: call.body };
    const [rid, owner, fp, now] = [
      `${key}.${randomUUID().slice(0, 13)}`,
      randomUUID(),
      canonicalHash(payload),
      new Date(),
    ];
    const request = { key, rid, owner, gstin: GSTIN, fp, docFp: fp, irn: fp, op: "register", flow: "direct" } as const;
    const holder = await requests.claim({ ...request, createdAt: now.toISOString() }, now);
    if (holder !== "claimed") {
      if (holder.fp !== fp || holder.outcome?.kind !== "registered") throw new Error("the key is another call's");
      return (await documents.answer(holder.outcome.irn)) ?? "";
    }
    await requests.savePayload(rid, payload, now);
    await requests.accept(rid, owner, now, { slotAt: now });
    const answer = await documents.freezeAnswer(fp, await handler(call));
    await requests.finish(rid, { kind: "registered", status: 201, irn: fp }, new Date());
    return answer;
  };
}
