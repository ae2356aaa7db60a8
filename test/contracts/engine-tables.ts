import { randomBytes } from "node:crypto";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startEndpoint } from "../../infra/local/endpoint.ts";
import { dynamo } from "../../shared/aws/dynamo.ts";

/** Names of tables in the shape of infra/constructs/storage.ts. */
export interface TableNames {
  readonly requests: string;
  readonly documents: string;
  readonly events: string;
  readonly clients: string;
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
  const [requests, documents, events, clients] = await Promise.all([
    createTable(client, "requests", ["pk", "sk"]),
    createTable(client, "documents", ["pk"]),
    createTable(client, "events", ["pk", "sk"]),
    createTable(client, "clients", ["pk"]),
  ]);

  return {
    db: dynamo(client),
    names: { requests, documents, events, clients },
    async stop() {
      client.destroy();
      await local?.close();
    },
  };
}

async function createTable(client: DynamoDBClient, name: string, keys: readonly string[]): Promise<string> {
  const TableName = `${name}-${randomBytes(4).toString("hex")}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  return TableName;
}
