import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type WaitingRoom, WINDOW_MS } from "../request/waiting-room.ts";
import { conditionally } from "./dynamo.ts";

/** pk = `waiting#window`, in the upstream table: one counter for all instances. */
export function dynamoWaitingRoom(db: DynamoDBDocumentClient, TableName: string, places: number): WaitingRoom {
  return {
    async enter(now) {
      const window = Math.floor(now.getTime() / WINDOW_MS);
      const entered = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { pk: `waiting#${window}` },
            UpdateExpression: "SET v = :v, expiresAt = :expiresAt ADD taken :one",
            ConditionExpression: "attribute_not_exists(taken) OR taken < :places",
            ExpressionAttributeValues: {
              ":v": 1,
              ":one": 1,
              ":places": places,
              ":expiresAt": Math.ceil(now.getTime() / 1000) + 3_600,
            },
          }),
        ),
      );
      return entered.held ? "entered" : "full";
    },
  };
}
