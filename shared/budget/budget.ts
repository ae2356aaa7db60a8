import type { Flow } from "./flow.ts";
import { callStep, dateOf, level, micros } from "./gcra.ts";
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
}

/**
 * The upstream's limit for one GSTIN, shared by all who call it: both flows, registrations and look-ups, every worker. An
 * exception means that the store failed: then nothing may be sent.
 */
export interface Budget {
  /**
   * One write, and no read. The queued flow gets a slot only while the direct flow's reserve is whole; but where direct calls
   * leave it none, it gets one in ten of all there are.
   */
  take(gstin: string, flow: Flow, now: Date): Promise<Slot>;
  /** The upstream says that its own quota is used up: nobody gets a slot before that time. Never shortens. */
  holdUntil(gstin: string, until: Date): Promise<void>;
  /** A place at the end of the queue, and when it can start at the earliest. `full` when `most` wait already. */
  queue(gstin: string, now: Date, most: number): Promise<{ readonly startsAt: Date } | "full">;
  level(gstin: string, now: Date): Promise<Level>;
}

/** What the two numbers of a GSTIN say at this time. */
export function levelOf(
  policy: Policy,
  { tat = 0, queueTat = 0 }: { readonly tat?: number | undefined; readonly queueTat?: number | undefined },
  at: Date,
): Level {
  const now = micros(at);
  const step = callStep(policy, "direct");
  const ahead = Math.max(0, queueTat - now);
  return {
    policy,
    ...level(step, tat, now),
    waiting: Math.ceil(ahead / step.interval),
    nextStartsAt: dateOf(now + ahead),
  };
}
