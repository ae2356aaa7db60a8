import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";

/** The sparse index that the sweeper reads: only rows that wait for a time have its two attributes. */
export const DUE_INDEX = "due";
const SHARDS = 8;

/** One partition of an index takes a thousand writes a second, and every accepted request is in this one. */
export function shardOf(id: string): string {
  // An id that begins with a dash reads as a negative number, and nobody looks into a shard below 0.
  return String(Math.abs(Number.parseInt(id.slice(0, 4), 36)) % SHARDS || 0);
}

/** Rows whose time has come, the longest overdue first; read with eventual consistency, as every such index is. */
export async function dueItems(
  db: DynamoDBDocumentClient,
  from: { TableName: string; shard: string; due: string; now: Date; limit: number },
): Promise<Record<string, unknown>[]> {
  const { TableName, shard, due, now, limit } = from;
  const shards = Array.from({ length: SHARDS }, (_, n) => String(n));
  const pages = await Promise.all(
    shards.map((value) =>
      db.send(
        new QueryCommand({
          TableName,
          IndexName: DUE_INDEX,
          KeyConditionExpression: "#shard = :shard AND #due <= :now",
          ExpressionAttributeNames: { "#shard": shard, "#due": due },
          ExpressionAttributeValues: { ":shard": value, ":now": now.getTime() },
          Limit: limit,
        }),
      ),
    ),
  );
  const found = pages.flatMap(({ Items = [] }) => Items);
  return found.sort((one, other) => Number(one[due]) - Number(other[due])).slice(0, limit);
}
