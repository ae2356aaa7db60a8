import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const Projection = z.object({
  ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const Properties = z.object({
  TableName: z.string().optional(),
  KeySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) })),
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema, Projection })).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

/** Data of another version may lack an index, and would fail at the first look at it. */
async function expectIndexes(db: DynamoDBClient, TableName: string, names: readonly string[]): Promise<void> {
  const { Table } = await db.send(new DescribeTableCommand({ TableName }));
  const kept = new Set(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  if (names.some((name) => !kept.has(name)))
    throw new Error("the data that is kept here is of an earlier version; delete the folder .local and start again");
}

/** A table that is there already keeps its items: the data survives a restart. */
export const table: Provision = async (cloud, { logicalId, properties }) => {
  const { TimeToLiveSpecification, GlobalSecondaryIndexes = [], ...given } = Properties.parse(properties);
  const TableName = given.TableName ?? `${cloud.stackName}-${logicalId}`;
  const db = new DynamoDBClient(clientConfig(cloud));
  const indexes = GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {};
  try {
    await db.send(new CreateTableCommand({ ...given, ...indexes, TableName, BillingMode: "PAY_PER_REQUEST" }));
    if (TimeToLiveSpecification) await db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await expectIndexes(
      db,
      TableName,
      GlobalSecondaryIndexes.map(({ IndexName }) => IndexName),
    );
  }
  const Arn = `arn:aws:dynamodb:${cloud.region}:${cloud.account}:table/${TableName}`;
  return { ref: TableName, attributes: { Arn } };
};
