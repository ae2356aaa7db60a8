import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** An index of what is listed, and the attribute whose value all of one list share. It holds keys alone, so that no later write touches it. */
export interface ListIndex {
  readonly name: string;
  readonly of: string;
}

/** The sparse index of what a GSTIN may list. */
const LISTED: ListIndex = { name: "listed", of: "listedBy" };
const Row = z.record(z.string(), z.string());

/** A place in the index: the item's key in its table, and what the index sorts it by. */
interface ListedPlace {
  readonly key: Readonly<Record<string, string>> & { readonly pk: string };
  readonly at: string;
}

interface ListPage {
  readonly TableName: string;
  /** Another one than that of the GSTINs. */
  readonly index?: ListIndex;
  /** Whose list it is: the GSTIN, or what the index goes by. */
  readonly of: string;
  /** The attribute that the index sorts by. */
  readonly sortedBy: string;
  /** From and to, both included; a place to go on from is between them too. */
  readonly between?: readonly [string, string];
  /** `first`: in the index's order. */
  readonly shows?: "last" | "first";
  readonly limit: number;
  /** Goes on behind it. */
  readonly after?: ListedPlace | undefined;
}

/** Items that are listed, the last first; the index says which, a strongly consistent read says how they are now. */
export async function listedItems(
  db: DynamoDBDocumentClient,
  page: ListPage,
): Promise<{ items: Record<string, unknown>[]; next: ListedPlace | undefined }> {
  const { TableName, index = LISTED, of, sortedBy } = page;
  const { places, next } = await listedPlaces(db, page);
  const keys = new Map(places.map(({ key }) => [identity(key), key]));
  const items = await itemsAt(db, TableName, [...keys.values()]);
  const byKey = new Map(items.map((item) => [identity(item), item]));
  const standing = places.flatMap(({ key, at }) => {
    const item = byKey.get(identity(key));
    // The index may still show an earlier life of the key.
    return item?.[sortedBy] === at && item[index.of] === of ? [item] : [];
  });
  return { items: standing, next };
}

async function listedPlaces(db: DynamoDBDocumentClient, page: ListPage) {
  const { TableName, index = LISTED, of, sortedBy, between, shows = "last", limit, after } = page;
  const placeOf = (row: unknown): ListedPlace => {
    const { [index.of]: _, [sortedBy]: at = "", pk = "", ...rest } = Row.parse(row);
    return { key: { ...rest, pk }, at };
  };
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: index.name,
      KeyConditionExpression: `${index.of} = :of${between ? ` AND ${sortedBy} BETWEEN :from AND :to` : ""}`,
      ExpressionAttributeValues: { ":of": of, ...(between && { ":from": between[0], ":to": between[1] }) },
      ScanIndexForward: shows === "first",
      Limit: limit,
      ...(after && { ExclusiveStartKey: { ...after.key, [index.of]: of, [sortedBy]: after.at } }),
    }),
  );
  return { places: Items.map(placeOf), next: LastEvaluatedKey && placeOf(LastEvaluatedKey) };
}

function identity({ pk, sk }: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([pk, sk]);
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
