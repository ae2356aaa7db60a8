import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Budget, levelOf } from "../budget/budget.ts";
import { advanced, callStep, dateOf, freeAt, heldUntil, micros, queueStep, type Step } from "../budget/gcra.ts";
import type { Policies } from "../budget/policy.ts";
import { conditionally } from "./dynamo.ts";

const Numbers = z.object({ tat: z.number().int().optional(), queueTat: z.number().int().optional() });
type NumberName = keyof z.infer<typeof Numbers>;

/** A race for a slot is over after some tries; who lost them all asks again soon, like anyone without a slot. */
const MOST_TRIES = 5;
const LOST_RACE_US = 50_000;
/** One instance serves any number of GSTINs in its life. */
const MOST_SEEN = 10_000;

/** pk = `budget#gstin`, in the upstream table: one number for the calls and one for the queue. */
export function dynamoBudget(db: DynamoDBDocumentClient, TableName: string, policies: Policies): Budget {
  /** What was seen last says which form the write must have. It is not trusted for more. */
  const seen = new Map<string, number>();
  const at = (gstin: string) => ({ pk: `budget#${gstin}` });

  async function read(gstin: string): Promise<z.infer<typeof Numbers>> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: at(gstin) }));
    return Numbers.parse(Item ?? {});
  }

  /** One conditional write: on from the number that stands, or from now if that is past. The other form only if it was not. */
  async function write(gstin: string, name: NumberName, { interval, tolerance }: Step, now: number) {
    const isAhead = (seen.get(`${name} ${gstin}`) ?? 0) >= now;
    const written = await conditionally(() =>
      db.send(
        new UpdateCommand({
          TableName,
          Key: at(gstin),
          UpdateExpression: `SET #tat = ${isAhead ? "#tat + :interval" : ":next"}, v = :v`,
          ConditionExpression: isAhead
            ? "#tat >= :now AND #tat <= :latest"
            : "attribute_not_exists(#tat) OR #tat < :now",
          ExpressionAttributeNames: { "#tat": name },
          ExpressionAttributeValues: {
            ":v": 1,
            ":now": now,
            ...(isAhead ? { ":interval": interval, ":latest": now + tolerance } : { ":next": now + interval }),
          },
          ReturnValues: "UPDATED_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    const tat = Numbers.parse((written.held ? written.result.Attributes : written.item) ?? {})[name] ?? 0;
    if (seen.size > MOST_SEEN) seen.clear();
    seen.set(`${name} ${gstin}`, tat);
    return { isWritten: written.held, tat };
  }

  /** The number after the step, or when the step will be allowed. */
  async function advance(gstin: string, name: NumberName, step: Step, now: number) {
    if (step.tolerance < 0) return { freeAt: freeAt(step, 0, now) };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { isWritten, tat } = await write(gstin, name, step, now);
      if (isWritten) return { tat };
      if (advanced(step, tat, now) === undefined) return { freeAt: freeAt(step, tat, now) };
    }
    return { freeAt: now + LOST_RACE_US };
  }

  return {
    async take(gstin, flow, now) {
      const moved = await advance(gstin, "tat", callStep(await policies.of(gstin), flow), micros(now));
      return moved.freeAt === undefined ? "taken" : { retryAt: dateOf(moved.freeAt) };
    },

    async holdUntil(gstin, until) {
      const tat = heldUntil(callStep(await policies.of(gstin), "direct"), micros(until));
      await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: at(gstin),
            UpdateExpression: "SET tat = :tat, v = :v",
            ConditionExpression: "attribute_not_exists(tat) OR tat < :tat",
            ExpressionAttributeValues: { ":v": 1, ":tat": tat },
          }),
        ),
      );
    },

    async queue(gstin, now, most) {
      const step = queueStep(await policies.of(gstin), most);
      const moved = await advance(gstin, "queueTat", step, micros(now));
      return moved.tat === undefined ? "full" : { startsAt: dateOf(moved.tat - step.interval) };
    },

    level: async (gstin, now) => levelOf(await policies.of(gstin), await read(gstin), now),
  };
}
