import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** The sparse index of what a GSTIN may list: `listedBy` is the GSTIN. It holds keys alone, so that no later write touches it. */
const LISTED_INDEX = "listed";
const Row = z.record(z.string(), z.string());

/** A place in the index: the item's key in its table, and what the index sorts it by. */
export interface ListedPlace {
  readonly key: Readonly<Record<string, string>> & { readonly pk: string };
  readonly at: string;
}

interface ListPage {
  readonly TableName: string;
  readonly gstin: string;
  /** The attribute that the index sorts by. */
  readonly sortedBy: string;
  /** From and to, both included; a place to go on from is between them too. */
  readonly between?: readonly [string, string];
  readonly limit: number;
  readonly before?: ListedPlace | undefined;
}

/** Items that are listed, the last first; the index says which, a strongly consistent read says how they are now. */
export async function listedItems(
  db: DynamoDBDocumentClient,
  page: ListPage,
): Promise<{ items: Record<string, unknown>[]; next: ListedPlace | undefined }> {
  const { places, next } = await listedPlaces(db, page);
  const keys = new Map(places.map(({ key }) => [key.pk, key]));
  const items = await itemsAt(db, page.TableName, [...keys.values()]);
  const byKey = new Map(items.map((item) => [item["pk"], item]));
  const standing = places.flatMap(({ key, at }) => {
    const item = byKey.get(key.pk);
    // The index may still show an earlier life of the key.
    return item?.[page.sortedBy] === at && item["listedBy"] === page.gstin ? [item] : [];
  });
  return { items: standing, next };
}

async function listedPlaces(db: DynamoDBDocumentClient, page: ListPage) {
  const { TableName, gstin, sortedBy, between, limit, before } = page;
  const placeOf = (row: unknown): ListedPlace => {
    const { listedBy: _, [sortedBy]: at = "", pk = "", ...rest } = Row.parse(row);
    return { key: { ...rest, pk }, at };
  };
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: LISTED_INDEX,
      KeyConditionExpression: `listedBy = :gstin${between ? ` AND ${sortedBy} BETWEEN :from AND :to` : ""}`,
      ExpressionAttributeValues: { ":gstin": gstin, ...(between && { ":from": between[0], ":to": between[1] }) },
      ScanIndexForward: false,
      Limit: limit,
      ...(before && { ExclusiveStartKey: { ...before.key, listedBy: gstin, [sortedBy]: before.at } }),
    }),
  );
  return { places: Items.map(placeOf), next: LastEvaluatedKey && placeOf(LastEvaluatedKey) };
}

async function itemsAt(db: DynamoDBDocumentClient, TableName: string, Keys: readonly ListedPlace["key"][]) {
  if (Keys.length === 0) return [];
  const { Responses = {}, UnprocessedKeys = {} } = await db.send(
    new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [...Keys], ConsistentRead: true } } }),
  );
  // What was not read is not absent.
  if (UnprocessedKeys[TableName]) throw new Error("the table did not serve every item of the list");
  return Responses[TableName] ?? [];
}
