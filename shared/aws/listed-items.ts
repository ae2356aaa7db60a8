import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ListPosition } from "../request/request-store.ts";

/** The sparse index of what was accepted: `listedBy` is the GSTIN, and no claim has it. It holds keys alone, so that no later write touches it. */
const LISTED_INDEX = "listed";
const Listed = z.object({ pk: z.string(), createdAt: z.string() });

interface ListPage {
  readonly TableName: string;
  readonly gstin: string;
  readonly limit: number;
  readonly before?: ListPosition;
}

/** Items of accepted requests, the newest first; the index says which, a strongly consistent read says how they are now. */
export async function listedItems(
  db: DynamoDBDocumentClient,
  page: ListPage,
): Promise<{ items: Record<string, unknown>[]; next: ListPosition | undefined }> {
  const { rows, next } = await listedRows(db, page);
  const items = await itemsAt(db, page.TableName, [...new Set(rows.map(({ pk }) => pk))]);
  const byKey = new Map(items.map((item) => [item["pk"], item]));
  const standing = rows.flatMap(({ pk, createdAt }) => {
    const item = byKey.get(pk);
    // The index may still show an earlier life of the key.
    return item?.["createdAt"] === createdAt && item["listedBy"] === page.gstin ? [item] : [];
  });
  return { items: standing, next };
}

async function listedRows(db: DynamoDBDocumentClient, { TableName, gstin, limit, before }: ListPage) {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: LISTED_INDEX,
      KeyConditionExpression: "listedBy = :gstin",
      ExpressionAttributeValues: { ":gstin": gstin },
      ScanIndexForward: false,
      Limit: limit,
      ...(before && {
        ExclusiveStartKey: { pk: before.key, sk: "-", listedBy: gstin, createdAt: before.createdAt },
      }),
    }),
  );
  const last = LastEvaluatedKey && Listed.parse(LastEvaluatedKey);
  return { rows: Items.map((item) => Listed.parse(item)), next: last && { key: last.pk, createdAt: last.createdAt } };
}

async function itemsAt(db: DynamoDBDocumentClient, TableName: string, keys: readonly string[]) {
  if (keys.length === 0) return [];
  const Keys = keys.map((pk) => ({ pk, sk: "-" }));
  const { Responses = {}, UnprocessedKeys = {} } = await db.send(
    new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
  );
  // What was not read is not absent.
  if (UnprocessedKeys[TableName]) throw new Error("the table did not serve every item of the list");
  return Responses[TableName] ?? [];
}
