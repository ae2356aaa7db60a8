import * as z from "zod";
import { eventTypes } from "../event/event.ts";

/** What went wrong with an attempt, as far as it can be told apart. */
export const failureKinds = [
  "dns",
  "blocked_address",
  "connect",
  "tls",
  "timeout",
  "reset",
  "status",
  "too_large",
  "other",
] as const;

/** One attempt, as it is shown. */
export const Attempt = z.object({
  n: z.number().int().min(1),
  /** When it began, RFC 3339. */
  at: z.string(),
  status: z.number().int().optional(),
  latencyMs: z.number(),
  failure: z.enum(failureKinds).optional(),
  /** The head of what the endpoint said, at most 500 characters. */
  answer: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

export const deliveryStates = ["pending", "delivered", "exhausted", "stopped"] as const;

/** One event on its way to one endpoint. `stopped`: the endpoint is gone or disabled. A replay is a delivery of its own. */
export const Delivery = z.object({
  v: z.literal(1),
  id: z.string(),
  gstin: z.string(),
  endpointId: z.string(),
  /** Which event; its id is the `webhook-id` of every attempt of every delivery. */
  event: z.object({ id: z.string(), type: z.enum(eventTypes), timestamp: z.string() }),
  state: z.enum(deliveryStates),
  createdAt: z.string(),
  attempts: z.array(Attempt),
  /** The execution that climbs the ladder: an older one ends when it wakes. 0 before the first. */
  generation: z.number().int(),
  /** When the next attempt is due, epoch ms; only while it is pending. */
  nextAt: z.number().optional(),
  /** The delivery that this one repeats. */
  replayOf: z.string().optional(),
});
export type Delivery = z.infer<typeof Delivery>;
