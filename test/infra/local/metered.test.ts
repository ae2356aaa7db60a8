import { randomBytes } from "node:crypto";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Endpoint, startEndpoint } from "../../../infra/local/endpoint.ts";

const Shown = z.object({
  cpuMs: z.number(),
  calls: z.record(z.string(), z.object({ calls: z.number(), readUnits: z.number(), writeUnits: z.number() })),
});
const TableName = "items";
const INDEX = {
  IndexName: "due",
  KeySchema: [{ AttributeName: "dueAt", KeyType: "HASH" as const }],
  Projection: { ProjectionType: "ALL" as const },
};

let endpoint: Endpoint;
let db: DynamoDBDocumentClient;

beforeEach(async () => {
  endpoint = await startEndpoint({ port: 0 });
  const client = new DynamoDBClient(config());
  db = DynamoDBDocumentClient.from(client);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: ["pk", "dueAt"].map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
      GlobalSecondaryIndexes: [INDEX],
    }),
  );
});
afterEach(() => endpoint.close());

const config = () => ({
  endpoint: endpoint.url,
  region: "ap-south-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});
const kilobytes = (count: number) => randomBytes(count * 1024 - 100);

async function tally(name: string) {
  return Shown.parse(await (await fetch(endpoint.url)).json()).calls[name];
}

describe("what the endpoint counts", () => {
  it("of a write is each kilobyte begun, and the entry in an index besides", async () => {
    await db.send(new PutCommand({ TableName, Item: { pk: "a", body: kilobytes(3) } }));
    expect(await tally("PutItem items")).toEqual({ calls: 1, readUnits: 0, writeUnits: 3 });

    await db.send(new PutCommand({ TableName, Item: { pk: "b", dueAt: "now" } }));
    expect(await tally("PutItem items")).toEqual({ calls: 2, readUnits: 0, writeUnits: 5 });
  });

  it("of a read is four kilobytes, half of it where it need not be consistent", async () => {
    await db.send(new PutCommand({ TableName, Item: { pk: "a", body: kilobytes(5) } }));
    await db.send(new GetCommand({ TableName, Key: { pk: "a" }, ConsistentRead: true }));
    await db.send(new GetCommand({ TableName, Key: { pk: "none" } }));
    expect(await tally("GetItem items")).toEqual({ calls: 2, readUnits: 2.5, writeUnits: 0 });

    const Keys = [{ pk: "a" }, { pk: "none" }];
    await db.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }));
    expect(await tally("BatchGetItem items")).toEqual({ calls: 1, readUnits: 3, writeUnits: 0 });
  });

  it("of a transaction is twice a write", async () => {
    await db.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { pk: "a" } } }] }));
    expect(await tally("TransactWriteItems")).toEqual({ calls: 1, readUnits: 0, writeUnits: 2 });
  });

  it("of a write that is refused is what stands there, as far as the refusal tells", async () => {
    await db.send(new PutCommand({ TableName, Item: { pk: "a", body: kilobytes(3) } }));
    const update = {
      TableName,
      Key: { pk: "a" },
      UpdateExpression: "SET n = :n",
      ConditionExpression: "attribute_not_exists(pk)",
      ExpressionAttributeValues: { ":n": 1 },
    };
    const refused = { name: "ConditionalCheckFailedException" };
    await expect(db.send(new UpdateCommand(update))).rejects.toMatchObject(refused);
    await expect(
      db.send(new UpdateCommand({ ...update, ReturnValuesOnConditionCheckFailure: "ALL_OLD" })),
    ).rejects.toMatchObject(refused);
    expect(await tally("UpdateItem items")).toEqual({ calls: 2, readUnits: 0, writeUnits: 4 });
  });

  it("shows in no answer, except to who asked what the call consumed", async () => {
    const put = { TableName, Item: { pk: "a", dueAt: "now" } };
    expect(await db.send(new PutCommand(put))).not.toHaveProperty("ConsumedCapacity");
    expect(await db.send(new PutCommand({ ...put, ReturnConsumedCapacity: "TOTAL" }))).toHaveProperty(
      "ConsumedCapacity.CapacityUnits",
      1,
    );
    expect(await db.send(new PutCommand({ ...put, ReturnConsumedCapacity: "NONE" }))).not.toHaveProperty(
      "ConsumedCapacity",
    );
  });

  it("of every other service is its calls", async () => {
    const sqs = new SQSClient(config());
    await sqs.send(new ListQueuesCommand({}));
    expect(await tally("ListQueues")).toEqual({ calls: 1, readUnits: 0, writeUnits: 0 });
  });
});
