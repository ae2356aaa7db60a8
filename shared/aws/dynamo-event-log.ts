import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type EventKey, EventRecord } from "../event/event.ts";
import { DISPATCH_WITHIN_MS, EVENT_LIFE_MS, type EventLog } from "../event/event-log.ts";
import { dueItems, shardOf } from "./due-items.ts";
import { conditionally } from "./dynamo.ts";

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

/** An event as stored; also a part of the refusing transaction. */
export function eventItem(event: EventRecord, at: Date) {
  const expiresAt = Math.floor((Date.parse(event.timestamp) + EVENT_LIFE_MS) / 1000);
  const dispatch = { dispatchAt: at.getTime() + DISPATCH_WITHIN_MS, dispatchShard: shardOf(event.id.slice(-8)) };
  return { ...eventAt(event), ...event, ...dispatch, expiresAt };
}
