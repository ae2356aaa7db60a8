import type { Policy } from "../../../shared/budget/policy.ts";

/**
 * Watches one limit: in every window of W ms, however it lies, at most `burst + rate × (W + slackMs)`. Exact, though it
 * keeps one number: the latest time by which the calls of any window so far are paid for.
 */
export interface LimitWatch {
  /** One more, now: by how many calls it is beyond the limit (negative: so many more would have been allowed). */
  take(ms: number): number;
  /** As `take`, and counts nothing. */
  excess(ms: number): number;
}

export function limitWatch({ calls, perSeconds, burst }: Policy, slackMs: number): LimitWatch {
  const intervalMs = calls === 0 ? Number.MAX_SAFE_INTEGER : (perSeconds * 1_000) / calls;
  const most = calls === 0 ? 0 : burst;
  let paidMs = -Infinity;
  const next = (ms: number) => Math.max(paidMs, ms) + intervalMs;
  const beyond = (ms: number) => (next(ms) - ms - slackMs) / intervalMs - most;
  return {
    excess: beyond,
    take(ms) {
      const excess = beyond(ms);
      paidMs = next(ms);
      return excess;
    },
  };
}
