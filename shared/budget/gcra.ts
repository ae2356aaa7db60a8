import type { Flow } from "./flow.ts";
import type { Policy } from "./policy.ts";

/**
 * GCRA, the generic cell rate algorithm, as one number: the theoretical arrival time (`tat`) is when the calls taken so far
 * are paid for. All times are integer microseconds since 1970. In any window W calls taken <= burst + rate × W.
 */
const US_PER_SECOND = 1_000_000;
/** Where nothing is allowed: long enough to stop, short enough that a changed policy is noticed. */
const CLOSED_US = 60 * US_PER_SECOND;

/** One step of a number: by how much it moves, and how far it may be ahead of the clock before. */
export interface Step {
  readonly interval: number;
  /** -1 where no step is allowed at all. */
  readonly tolerance: number;
}

/** A call of this flow. The interval is rounded up, so that no rounding ever allows a call too many. */
export function callStep(policy: Policy, flow: Flow): Step {
  const { calls, perSeconds, burst, reserve } = policy;
  if (calls === 0) return { interval: CLOSED_US, tolerance: -1 };
  const interval = Math.ceil((perSeconds * US_PER_SECOND) / calls);
  return { interval, tolerance: ((flow === "direct" ? burst : burst - reserve) - 1) * interval };
}

/** However many direct calls there are, the queue gets one slot in so many. */
const QUEUE_SHARE = 10;

/**
 * A queued call where direct ones use all there is: as a direct one, at the earliest so long after the last slot that the
 * queue got (`queuedAt`).
 */
export function hungryStep(policy: Policy, queuedAt: number): { readonly step: Step; readonly from: number } {
  const step = callStep(policy, "direct");
  return { step, from: queuedAt + QUEUE_SHARE * step.interval };
}

/** The step of this flow now. A queue that gets its share elsewhere keeps out of the direct flow's reserve. */
export function stepNow(policy: Policy, flow: Flow, queuedAt: number, now: number): Step {
  const { step, from } = hungryStep(policy, queuedAt);
  return flow === "queued" && from <= now ? step : callStep(policy, flow);
}

/** When a call of this flow will be allowed. */
export function callFreeAt(policy: Policy, flow: Flow, tat: number, queuedAt: number, now: number): number {
  const usual = freeAt(callStep(policy, flow), tat, now);
  const { step, from } = hungryStep(policy, queuedAt);
  return flow === "queued" ? Math.min(usual, Math.max(freeAt(step, tat, now), from)) : usual;
}

/** A place in the queue, of so many: it moves on as fast as calls are allowed. */
export function queueStep(policy: Policy, most: number): Step {
  const { interval } = callStep(policy, "queued");
  return { interval, tolerance: (most - 1) * interval };
}

/** The number after the step, or undefined when the step is not allowed. */
export function advanced({ interval, tolerance }: Step, tat: number, now: number): number | undefined {
  return tolerance < 0 || tat > now + tolerance ? undefined : Math.max(tat, now) + interval;
}

/** When the step will be allowed. */
export function freeAt({ interval, tolerance }: Step, tat: number, now: number): number {
  return tolerance < 0 ? now + interval : tat - tolerance;
}

/** Steps that may be made at once, and in how many seconds (rounded up) the number has caught up. */
export function level({ interval, tolerance }: Step, tat: number, now: number) {
  const ahead = Math.max(0, tat - now);
  const remaining = tolerance < 0 ? 0 : Math.max(0, Math.floor((tolerance - ahead) / interval) + 1);
  return { remaining, resetSeconds: Math.ceil(ahead / US_PER_SECOND) };
}

/** The number with which the next step is allowed at this time and not before. */
export function heldUntil({ tolerance }: Step, until: number): number {
  return until + Math.max(0, tolerance);
}

export function micros(at: Date): number {
  return at.getTime() * 1000;
}

/** Rounded up: a slot is never asked for before it is there. */
export function dateOf(us: number): Date {
  return new Date(Math.ceil(us / 1000));
}
