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
  readonly webhooks: string;
  readonly deliveries: string;
  readonly audit: string;
  readonly clients: string;
  readonly upstream: string;
}

export interface EngineTables {
  readonly db: DynamoDBDocumentClient;
  /** Where the server listens; any credentials do at a local one. */
  readonly url: string;
  readonly names: TableNames;
  readonly stop: () => Promise<void>;
}

/** Empty tables on the server that AWS_ENDPOINT_URL names, or else on a local endpoint of their own, in memory. */
export async function startEngineTables(): Promise<EngineTables> {
  const remoteUrl = process.env["AWS_ENDPOINT_URL"];
  const local = remoteUrl ? undefined : await startEndpoint({ port: 0 });
  const url = remoteUrl ?? local?.url ?? "";
  const client = new DynamoDBClient({
    endpoint: url,
    region: process.env["AWS_REGION"] ?? "ap-south-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const [requests, documents, events, webhooks, deliveries, audit, clients, upstream] = await Promise.all([
    createTable(client, "requests", ["pk", "sk"], dueIndex("sweepShard", "sweepAt"), listedIndex("createdAt")),
    createTable(client, "documents", ["pk"], listedIndex("listedAt")),
    createTable(client, "events", ["pk", "sk"], dueIndex("dispatchShard", "dispatchAt"), listedIndex("listedAt")),
    createTable(client, "webhooks", ["pk", "sk"]),
    createTable(
      client,
      "deliveries",
      ["pk", "sk"],
      dueIndex("dueShard", "nextAt"),
      listedIndex("createdAt", "listed", "gstin"),
      listedIndex("createdAt", "byEndpoint", "endpointId"),
    ),
    createTable(client, "audit", ["pk", "sk"], aboutIndex()),
    createTable(client, "clients", ["pk"]),
    createTable(client, "upstream", ["pk"]),
  ]);

  return {
    db: dynamo(client),
    url,
    names: { requests, documents, events, webhooks, deliveries, audit, clients, upstream },
    async stop() {
      client.destroy();
      await local?.close();
    },
  };
}

/** A secondary index, and what its keys are. */
interface Index {
  readonly index: GlobalSecondaryIndex;
  readonly attributes: readonly AttributeDefinition[];
}

function listedIndex(sortedBy: string, IndexName = "listed", of = "listedBy"): Index {
  return {
    attributes: [
      { AttributeName: of, AttributeType: "S" },
      { AttributeName: sortedBy, AttributeType: "S" },
    ],
    index: {
      IndexName,
      KeySchema: [
        { AttributeName: of, KeyType: "HASH" },
        { AttributeName: sortedBy, KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  };
}

function aboutIndex(): Index {
  const { attributes, index } = listedIndex("sk", "about", "about");
  return { attributes, index: { ...index, Projection: { ProjectionType: "ALL" } } };
}

function dueIndex(shard: string, due: string): Index {
  return {
    attributes: [
      { AttributeName: shard, AttributeType: "S" },
      { AttributeName: due, AttributeType: "N" },
    ],
    index: {
      IndexName: DUE_INDEX,
      KeySchema: [
        { AttributeName: shard, KeyType: "HASH" },
        { AttributeName: due, KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    },
  };
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  keys: readonly string[],
  ...indexes: readonly Index[]
): Promise<string> {
  const TableName = `${name}-${randomBytes(4).toString("hex")}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
      AttributeDefinitions: [
        ...new Map(
          [
            ...keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
            ...indexes.flatMap(({ attributes }) => attributes),
          ].map((each) => [each.AttributeName, each]),
        ).values(),
      ],
      ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes.map(({ index }) => index) } : {}),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  return TableName;
}
