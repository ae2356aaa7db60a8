import { randomBytes } from "node:crypto";
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startEndpoint } from "../../infra/local/endpoint.ts";
import { DUE_INDEX } from "../../shared/aws/due-items.ts";
import { dynamo } from "../../shared/aws/dynamo.ts";

/** Names of tables in the shape of infra/constructs/storage.ts. */
export interface TableNames {
  readonly requests: string;
  readonly documents: string;
  readonly events: string;
  readonly clients: string;
  readonly upstream: string;
}

export interface EngineTables {
  readonly db: DynamoDBDocumentClient;
  readonly names: TableNames;
  readonly stop: () => Promise<void>;
}

/** Empty tables on the server that AWS_ENDPOINT_URL names, or else on a local endpoint of their own, in memory. */
export async function startEngineTables(): Promise<EngineTables> {
  const remoteUrl = process.env["AWS_ENDPOINT_URL"];
  const local = remoteUrl ? undefined : await startEndpoint({ port: 0 });
  const client = new DynamoDBClient({
    endpoint: remoteUrl ?? local?.url ?? "",
    region: process.env["AWS_REGION"] ?? "ap-south-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const [requests, documents, events, clients, upstream] = await Promise.all([
    createTable(client, "requests", ["pk", "sk"], { shard: "sweepShard", due: "sweepAt" }),
    createTable(client, "documents", ["pk"]),
    createTable(client, "events", ["pk", "sk"], { shard: "dispatchShard", due: "dispatchAt" }),
    createTable(client, "clients", ["pk"]),
    createTable(client, "upstream", ["pk"]),
  ]);

  return {
    db: dynamo(client),
    names: { requests, documents, events, clients, upstream },
    async stop() {
      client.destroy();
      await local?.close();
    },
  };
}

interface DueIndex {
  readonly shard: string;
  readonly due: string;
}

function dueAttributes({ shard, due }: DueIndex): AttributeDefinition[] {
  return [
    { AttributeName: shard, AttributeType: "S" },
    { AttributeName: due, AttributeType: "N" },
  ];
}

function dueIndex({ shard, due }: DueIndex): GlobalSecondaryIndex {
  return {
    IndexName: DUE_INDEX,
    KeySchema: [
      { AttributeName: shard, KeyType: "HASH" },
      { AttributeName: due, KeyType: "RANGE" },
    ],
    Projection: { ProjectionType: "ALL" },
  };
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  keys: readonly string[],
  index?: DueIndex,
): Promise<string> {
  const TableName = `${name}-${randomBytes(4).toString("hex")}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
      AttributeDefinitions: [
        ...keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
        ...(index ? dueAttributes(index) : []),
      ],
      ...(index ? { GlobalSecondaryIndexes: [dueIndex(index)] } : {}),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  return TableName;
}
