import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** dynalite is CommonJS without types. */
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)("dynalite");

export interface SandboxTables {
  readonly db: DynamoDBDocumentClient;
  /** A new, empty table of the sandbox's shape; its name. */
  readonly aTable: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A DynamoDB engine of its own, in memory, on a free port. */
export async function startSandboxTables(): Promise<SandboxTables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "ap-south-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  let made = 0;

  return {
    db: DynamoDBDocumentClient.from(client),
    aTable: () => createTable(client, `sandbox-${++made}`),
    stop: async () => {
      client.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function createTable(client: DynamoDBClient, TableName: string): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
    }),
  );
  await untilActive(client, TableName);
  return TableName;
}

/** A table that is being made is not found by the calls that use it. */
async function untilActive(client: DynamoDBClient, TableName: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (Table?.TableStatus !== "ACTIVE") await untilActive(client, TableName);
}
