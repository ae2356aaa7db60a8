import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type EventKey, EventRecord } from "../event/event.ts";
import {
  DISPATCH_WITHIN_MS,
  EVENT_LIFE_MS,
  type EventLog,
  type EventPosition,
  type ListedEvent,
} from "../event/event-log.ts";
import { dueItems, shardOf } from "./due-items.ts";
import { conditionally } from "./dynamo.ts";
import { listedItems } from "./listed-items.ts";

/** Epoch milliseconds up to the year 9999, so that text sorts as numbers do. */
const MS_DIGITS = 15;
/** Behind every time. */
const LAST = "~";

const StoredListed = z
  .object({ ...EventRecord.shape, listedAt: z.string() })
  .transform(({ listedAt, ...event }): ListedEvent => ({ ...event, putAt: positionAt(listedAt).putAt }));

/** pk = GSTIN, sk = `time#id`. */
export function dynamoEventLog(db: DynamoDBDocumentClient, TableName: string): EventLog {
  return {
    async append(event, at) {
      const appended = await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item: eventItem(event, at),
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return appended.held ? event : EventRecord.parse(appended.item);
    },

    async find(key) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: eventAt(key), ConsistentRead: true }));
      return Item && EventRecord.parse(Item);
    },

    async list(gstin, { since, limit, after }) {
      const between = [paddedMs(since.getTime()), LAST] as const;
      const start = after && { key: eventAt({ gstin, ...after }), at: listedAt(after) };
      // DynamoDB refuses a start outside of what it looks at.
      const page = { between, limit, after: start && start.at >= between[0] ? start : undefined };
      const index = { of: gstin, sortedBy: "listedAt", shows: "first" } as const;
      const { items, next } = await listedItems(db, { TableName, ...index, ...page });
      return { events: items.map((item) => StoredListed.parse(item)), ...(next && { next: positionAt(next.at) }) };
    },

    async undispatched(now, limit) {
      const found = await dueItems(db, { TableName, shard: "dispatchShard", due: "dispatchAt", now, limit });
      return found.map((item) => EventRecord.parse(item));
    },

    async postpone(key, at) {
      await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: eventAt(key),
            UpdateExpression: "SET dispatchAt = :dispatchAt",
            ConditionExpression: "attribute_exists(dispatchAt)",
            ExpressionAttributeValues: { ":dispatchAt": at.getTime() + DISPATCH_WITHIN_MS },
          }),
        ),
      );
    },

    async dispatched(key) {
      await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: eventAt(key),
            UpdateExpression: "REMOVE dispatchAt, dispatchShard",
            ConditionExpression: "attribute_exists(pk)",
          }),
        ),
      );
    },
  };
}

function eventAt({ gstin, timestamp, id }: Omit<EventKey, "v">) {
  return { pk: gstin, sk: `${timestamp}#${id}` };
}

/** The index sorts by it: the time when the event was put, and its place in the table. */
function listedAt({ putAt, timestamp, id }: EventPosition): string {
  return `${paddedMs(putAt)}#${timestamp}#${id}`;
}

function positionAt(at: string): EventPosition {
  const [putAt, timestamp = "", ...id] = at.split("#");
  return { putAt: Number(putAt), timestamp, id: id.join("#") };
}

function paddedMs(ms: number): string {
  return String(ms).padStart(MS_DIGITS, "0");
}

/** An event as stored; also a part of the refusing transaction. */
export function eventItem(event: EventRecord, at: Date) {
  const expiresAt = Math.floor((Date.parse(event.timestamp) + EVENT_LIFE_MS) / 1000);
  const dispatch = { dispatchAt: at.getTime() + DISPATCH_WITHIN_MS, dispatchShard: shardOf(event.id.slice(-8)) };
  const listed = { listedBy: event.gstin, listedAt: listedAt({ ...event, putAt: at.getTime() }) };
  return { ...eventAt(event), ...event, ...dispatch, ...listed, expiresAt };
}
