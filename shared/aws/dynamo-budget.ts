import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Budget, lastPlaceOf, levelOf } from "../budget/budget.ts";
import type { Flow } from "../budget/flow.ts";
import {
  advanced,
  callFreeAt,
  callStep,
  dateOf,
  freeAt,
  heldUntil,
  hungryStep,
  micros,
  queueStep,
  type Step,
  stepNow,
} from "../budget/gcra.ts";
import type { Policies, Policy } from "../budget/policy.ts";
import { conditionally } from "./dynamo.ts";

const Numbers = z.object({
  tat: z.number().int().optional(),
  queueTat: z.number().int().optional(),
  /** When the queue got its last slot. */
  queuedAt: z.number().int().optional(),
  placed: z.number().int().optional(),
  admitted: z.number().int().optional(),
  admittedAt: z.number().int().optional(),
});
type Numbers = z.infer<typeof Numbers>;

/** A race for a slot is over after some tries; who lost them all asks again soon, like anyone without a slot. */
const MOST_TRIES = 5;
const LOST_RACE_US = 50_000;
/** One instance serves any number of GSTINs in its life. */
const MOST_SEEN = 10_000;

/** One step of one number, and what else the write asks and sets. */
interface Move extends Step {
  readonly name: "tat" | "queueTat";
  /** The queue's share counts from here on. */
  readonly isQueued?: boolean;
  /** Only if the queue got its last slot no later. */
  readonly queuedBy?: number | undefined;
  /** The place that is admitted, if none beyond it was. */
  readonly place?: number | undefined;
}

function callMove(policy: Policy, flow: Flow, numbers: Numbers, now: number, asked = 0): Move {
  const { queuedAt = 0, admitted = 0 } = numbers;
  const isQueued = flow === "queued";
  const { from } = hungryStep(policy, queuedAt);
  const queuedBy = isQueued && from <= now ? now - (from - queuedAt) : undefined;
  const place = asked > admitted ? asked : undefined;
  return { ...stepNow(policy, flow, queuedAt, now), name: "tat", isQueued, queuedBy, place };
}

/** pk = `budget#gstin`, in the upstream table: one number for the calls and one for the queue. */
export function dynamoBudget(db: DynamoDBDocumentClient, TableName: string, policies: Policies): Budget {
  /** What was seen last says which form the write must have. It is not trusted for more. */
  const seen = new Map<string, Numbers>();
  const at = (gstin: string) => ({ pk: `budget#${gstin}` });

  async function read(gstin: string): Promise<Numbers> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: at(gstin) }));
    return Numbers.parse(Item ?? {});
  }

  /** One conditional write: on from the number that stands, or from now if that is past. The other form only if it was not. */
  async function write(gstin: string, move: Move, now: number) {
    const { name, interval, tolerance, isQueued, queuedBy, place } = move;
    const isAhead = (seen.get(gstin)?.[name] ?? 0) >= now;
    const standing = isAhead ? "#tat >= :now AND #tat <= :latest" : "attribute_not_exists(#tat) OR #tat < :now";
    // Where the number is past, nobody's reserve is touched.
    const by = isAhead ? queuedBy : undefined;
    const hunger = by === undefined ? "" : " AND (attribute_not_exists(queuedAt) OR queuedAt <= :by)";
    const isFurthest = place === undefined ? "" : " AND (attribute_not_exists(admitted) OR admitted < :place)";
    const admits = place === undefined ? "" : ", admitted = :place, admittedAt = :now";
    const counts = name === "queueTat" ? " ADD placed :one" : "";
    const written = await conditionally(() =>
      db.send(
        new UpdateCommand({
          TableName,
          Key: at(gstin),
          UpdateExpression: `SET #tat = ${isAhead ? "#tat + :interval" : ":next"}, v = :v${isQueued ? ", queuedAt = :now" : ""}${admits}${counts}`,
          ConditionExpression: `(${standing})${hunger}${isFurthest}`,
          ExpressionAttributeNames: { "#tat": name },
          ExpressionAttributeValues: {
            ":v": 1,
            ":now": now,
            ...(isAhead ? { ":interval": interval, ":latest": now + tolerance } : { ":next": now + interval }),
            ...(by === undefined ? {} : { ":by": by }),
            ...(place === undefined ? {} : { ":place": place }),
            ...(counts ? { ":one": 1 } : {}),
          },
          ReturnValues: "ALL_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    const numbers = Numbers.parse((written.held ? written.result.Attributes : written.item) ?? {});
    if (seen.size > MOST_SEEN) seen.clear();
    seen.set(gstin, numbers);
    return { isWritten: written.held, numbers };
  }

  /** The numbers after the move, or when it will be allowed. `moveOf`: the move that fits what was seen last. */
  async function advance(
    gstin: string,
    now: number,
    moveOf: (numbers: Numbers) => Move,
    freeFrom: (numbers: Numbers) => number,
  ) {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { isWritten, numbers } = await write(gstin, moveOf(seen.get(gstin) ?? {}), now);
      if (isWritten) return { numbers };
      const move = moveOf(numbers);
      if (advanced(move, numbers[move.name] ?? 0, now) === undefined) return { freeAt: freeFrom(numbers) };
    }
    return { freeAt: now + LOST_RACE_US };
  }

  return {
    async take(gstin, flow, now, place) {
      const policy = await policies.of(gstin);
      const us = micros(now);
      if (policy.calls === 0) return { retryAt: dateOf(callFreeAt(policy, flow, 0, 0, us)) };
      const moved = await advance(
        gstin,
        us,
        (numbers) => callMove(policy, flow, numbers, us, place),
        ({ tat = 0, queuedAt = 0 }) => callFreeAt(policy, flow, tat, queuedAt, us),
      );
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
      const policy = await policies.of(gstin);
      const step = queueStep(policy, most);
      if (step.tolerance < 0) return "full";
      const moved = await advance(
        gstin,
        micros(now),
        () => ({ ...step, name: "queueTat" }),
        ({ queueTat = 0 }) => freeAt(step, queueTat, micros(now)),
      );
      if (!moved.numbers) return "full";
      return lastPlaceOf(policy, moved.numbers, now);
    },

    level: async (gstin, now) => levelOf(await policies.of(gstin), await read(gstin), now),
  };
}
