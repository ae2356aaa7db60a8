import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";
import { type DeliverDeps, type Delivered, deliver } from "../../shared/webhook/deliver.ts";
import { DeliveryMessage } from "../../shared/webhook/delivery-queue.ts";
import { Climb, type Ladder } from "../../shared/webhook/ladder.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

type Deps = DeliverDeps & { readonly log: Log; readonly ladder: Ladder };

/** What the state machine goes on with: up the next rung, or no further. */
export type Rung = { readonly isOver: true } | ({ readonly isOver: false } & Climb);

const Batch = z.object({ Records: z.array(z.unknown()) });

/**
 * One attempt at a time: the first ones out of the queue, the later ones as the task of the ladder's state machine. An attempt
 * that fails is an outcome; what is thrown is ours, and comes again.
 */
export function createHandler(deps: Deps) {
  return middy<SQSEvent | Climb, SQSBatchResponse | Rung>().handler(async (event, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    return isBatch(event) ? firstAttempts(deps, event) : rung(deps, Climb.parse(event));
  });
}

function isBatch(event: SQSEvent | Climb): event is SQSEvent {
  return Batch.safeParse(event).success;
}

async function rung(deps: Deps, climb: Climb): Promise<Rung> {
  const delivered = await attempt(deps, climb);
  return delivered.is === "over" ? { isOver: true } : { isOver: false, ...delivered.climb };
}

/** Records stand or fall alone: whatever its endpoint does, one takes nobody's turn. */
async function firstAttempts(deps: Deps, { Records }: SQSEvent): Promise<SQSBatchResponse> {
  const failed = await Promise.all(Records.map((record) => firstAttempt(deps, record)));
  return { batchItemFailures: failed.flat() };
}

async function firstAttempt(
  deps: Deps,
  { messageId, body }: SQSRecord,
): Promise<SQSBatchResponse["batchItemFailures"]> {
  const message = read(body);
  if (!message) {
    // The sweeper takes the delivery up, if there is one.
    deps.log.error("a message could not be read, and is dropped", { messageId });
    return [];
  }
  try {
    const delivered = await attempt(deps, message);
    if (delivered.is === "wait") await deps.ladder.start(delivered.climb);
    return [];
  } catch (error) {
    const cause = error instanceof Error ? error : new Error("something that is not an Error was thrown");
    deps.log.error("a delivery failed on our side", { error: cause, messageId, delivery: message.deliveryId });
    return [{ itemIdentifier: messageId }];
  }
}

function read(body: string): DeliveryMessage | undefined {
  try {
    return DeliveryMessage.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

async function attempt(deps: Deps, message: DeliveryMessage): Promise<Delivered> {
  const delivered = await deliver(deps, message);
  const { deliveryId, generation, attempts } = message;
  deps.log.info("attempted", { delivery: deliveryId, generation, attempts, outcome: delivered.is });
  return delivered;
}
