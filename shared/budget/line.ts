import { callStep, freeAt, hungryStep } from "./gcra.ts";
import type { Policy } from "./policy.ts";

/**
 * What is stored of a GSTIN's limit and of its queue; all times are integer microseconds since 1970. Each request that is
 * queued gets the next place, counted from 1. Places may be left out, and one may be admitted after a later one.
 */
export interface LineNumbers {
  readonly tat?: number | undefined;
  /** By when all that are queued are done if nothing else uses the limit. */
  readonly queueTat?: number | undefined;
  /** The last place that was given. */
  readonly placed?: number | undefined;
  /** The furthest place that got a slot, and when. */
  readonly admitted?: number | undefined;
  readonly admittedAt?: number | undefined;
}

/** A GSTIN's queue as its stored numbers tell it. */
export interface Line {
  /** The furthest place that got a slot. */
  readonly admitted: number;
  /** The last place that was given. */
  readonly placed: number;
  /** Nobody takes the slots that are free for the queue: what waits for them is not there, or its workers died. */
  readonly isUntouched: boolean;
}

/** A worker that died blocks its GSTIN's group for a minute, and a store may throttle for some. */
const UNTOUCHED_US = 240_000_000;

export function lineOf(policy: Policy, numbers: LineNumbers, now: number): Line {
  const { placed = 0, admitted = 0 } = numbers;
  return { admitted, placed, isUntouched: isUntouched(policy, numbers, now) };
}

function isUntouched(policy: Policy, { tat = 0, admittedAt = 0 }: LineNumbers, now: number): boolean {
  if (policy.calls === 0) return false;
  const usual = freeAt(callStep(policy, "queued"), tat, now);
  if (Math.max(usual, admittedAt) + UNTOUCHED_US <= now) return true;
  // Beside direct calls that use all there is, the queue has a share all the same, unless the upstream holds everybody back.
  const { step, from } = hungryStep(policy, admittedAt);
  return from + UNTOUCHED_US <= now && freeAt(step, tat, now) <= now + step.interval;
}

/**
 * How long those who wait now take, in microseconds, if nothing else uses the limit: by their number. Where no place was
 * admitted for long, the number may be of requests that were never accepted, and time tells better.
 */
export function aheadOf(policy: Policy, numbers: LineNumbers, now: number): number {
  const { queueTat = 0, placed = 0, admitted } = numbers;
  if (admitted === undefined || isUntouched(policy, numbers, now)) return Math.max(0, queueTat - now);
  return Math.max(0, placed - admitted) * callStep(policy, "queued").interval;
}
