import type { Flow } from "./flow.ts";
import { callStep, dateOf, level, micros } from "./gcra.ts";
import { aheadOf, type Line, type LineNumbers, lineOf } from "./line.ts";
import type { Policy } from "./policy.ts";

export type Slot = "taken" | { readonly retryAt: Date };

/** What the caller of a GSTIN may know of its budget. */
export interface Level {
  readonly policy: Policy;
  /** Direct calls that may be made at once. */
  readonly remaining: number;
  /** Seconds until the burst is whole again. */
  readonly resetSeconds: number;
  /** Requests that wait in the queued flow, by the queue's own estimate, and when the next one that comes could start. */
  readonly waiting: number;
  readonly nextStartsAt: Date;
  /** How far its queue is. */
  readonly line: Line;
}

/** A request's place in the queue of its GSTIN, and when it can start at the earliest. */
export interface Place {
  readonly place: number;
  readonly startsAt: Date;
}

/**
 * The upstream's limit for one GSTIN, shared by all who call it: both flows, registrations and look-ups, every worker. An
 * exception means that the store failed: then nothing may be sent.
 */
export interface Budget {
  /**
   * One write, and no read. The queued flow gets a slot only while the direct flow's reserve is whole; but where direct calls
   * leave it none, it gets one in ten of all there are. `place`: that of the queued request which takes it, if it has one.
   */
  take(gstin: string, flow: Flow, now: Date, place?: number): Promise<Slot>;
  /** The upstream says that its own quota is used up: nobody gets a slot before that time. Never shortens. */
  holdUntil(gstin: string, until: Date): Promise<void>;
  /** A place at the end of the queue. `full` when `most` wait already. */
  queue(gstin: string, now: Date, most: number): Promise<Place | "full">;
  level(gstin: string, now: Date): Promise<Level>;
}

/** What the numbers of a GSTIN say at this time. */
export function levelOf(policy: Policy, numbers: LineNumbers, at: Date): Level {
  const now = micros(at);
  const step = callStep(policy, "direct");
  const ahead = aheadOf(policy, numbers, now);
  return {
    policy,
    ...level(step, numbers.tat ?? 0, now),
    waiting: Math.ceil(ahead / step.interval),
    nextStartsAt: dateOf(now + ahead),
    line: lineOf(policy, numbers, now),
  };
}

/** The place that was given last, by the numbers as they are since. */
export function lastPlaceOf(policy: Policy, numbers: LineNumbers, at: Date): Place {
  const now = micros(at);
  const ahead = Math.max(0, aheadOf(policy, numbers, now) - callStep(policy, "queued").interval);
  return { place: numbers.placed ?? 0, startsAt: dateOf(now + ahead) };
}
