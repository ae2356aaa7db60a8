import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Circuits } from "../irp/circuits.ts";
import { conditionally } from "./dynamo.ts";

const StoredCircuit = z.object({
  v: z.literal(1),
  openUntil: z.iso.datetime().transform((text) => new Date(text)),
  reason: z.string(),
});
const Counted = z.object({ errors: z.number().int() });

/** A day's count is of use until the day in India has ended; two more are for looking at it. */
const COUNT_LIFE_MS = 3 * 24 * 60 * 60 * 1000;

/** pk = `circuit#subject` or `errors#subject#day`, in the upstream table. */
export function dynamoCircuits(db: DynamoDBDocumentClient, TableName: string, now: () => Date): Circuits {
  return {
    async find(subject) {
      const Key = { pk: `circuit#${subject}` };
      const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      if (!Item) return undefined;
      const { openUntil, reason } = StoredCircuit.parse(Item);
      // The TTL sweep comes hours late.
      return openUntil > now() ? { openUntil, reason } : undefined;
    },

    async open(subject, { openUntil, reason }) {
      const Item = {
        pk: `circuit#${subject}`,
        v: 1,
        openUntil: openUntil.toISOString(),
        reason,
        expiresAt: epochSeconds(openUntil),
      };
      await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item,
            ConditionExpression: "attribute_not_exists(pk) OR openUntil < :openUntil",
            ExpressionAttributeValues: { ":openUntil": Item.openUntil },
          }),
        ),
      );
    },

    async countErrors(subject, day, errors) {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName,
          Key: { pk: `errors#${subject}#${day}` },
          UpdateExpression: "SET v = :v, expiresAt = :expiresAt ADD errors :errors",
          ExpressionAttributeValues: {
            ":v": 1,
            ":expiresAt": epochSeconds(new Date(now().getTime() + COUNT_LIFE_MS)),
            ":errors": errors,
          },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return Counted.parse(Attributes).errors;
    },
  };
}

function epochSeconds(at: Date): number {
  return Math.ceil(at.getTime() / 1000);
}
