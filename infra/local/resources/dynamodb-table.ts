import {
  CreateTableCommand,
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

/** A table that is there already keeps its items: the data survives a restart. */
export const table: Provision = async (cloud, { logicalId, properties }) => {
  const { TimeToLiveSpecification, GlobalSecondaryIndexes, ...given } = Properties.parse(properties);
  const TableName = given.TableName ?? `${cloud.stackName}-${logicalId}`;
  const db = new DynamoDBClient(clientConfig(cloud));
  const indexes = GlobalSecondaryIndexes ? { GlobalSecondaryIndexes } : {};
  try {
    await db.send(new CreateTableCommand({ ...given, ...indexes, TableName, BillingMode: "PAY_PER_REQUEST" }));
    if (TimeToLiveSpecification) await db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  const Arn = `arn:aws:dynamodb:${cloud.region}:${cloud.account}:table/${TableName}`;
  return { ref: TableName, attributes: { Arn } };
};
