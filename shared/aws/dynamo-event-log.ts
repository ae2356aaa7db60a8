import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { EventRecord } from "../event/event.ts";
import { EVENT_LIFE_MS, type EventLog } from "../event/event-log.ts";
import { conditionally } from "./dynamo.ts";

/** pk = GSTIN, sk = `time#id`. */
export function dynamoEventLog(db: DynamoDBDocumentClient, TableName: string): EventLog {
  return {
    async append(event) {
      const appended = await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item: eventItem(event),
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return appended.held ? event : EventRecord.parse(appended.item);
    },
  };
}

/** An event as stored; also a part of the refusing transaction. */
export function eventItem(event: EventRecord) {
  const expiresAt = Math.floor((Date.parse(event.timestamp) + EVENT_LIFE_MS) / 1000);
  return { pk: event.gstin, sk: `${event.timestamp}#${event.id}`, ...event, expiresAt };
}
