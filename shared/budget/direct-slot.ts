import { Problem } from "../api/problem.ts";
import { rateLimitFields } from "../api/rate-limit.ts";
import type { Budget } from "./budget.ts";

export interface DirectSlotDeps {
  readonly budget: Pick<Budget, "take" | "level">;
  readonly now: () => Date;
}

/**
 * A slot for a call that is answered now; returns when it was taken. Throws `rate_limited` where there is none: nothing is
 * sent and nothing queued. `instead` says what the caller may do besides coming again.
 */
export async function takeDirectSlot(deps: DirectSlotDeps, gstin: string, instead = ""): Promise<Date> {
  const now = deps.now();
  const slot = await deps.budget.take(gstin, "direct", now);
  if (slot === "taken") return now;
  const headers = await comeAgainFields(deps, gstin, secondsUntil(slot.retryAt, now));
  throw new Problem("rate_limited", `repeat it after the time in Retry-After${instead}`, { headers });
}

/** The headers of every 429: when to come again, and what the GSTIN's budget is now. */
export async function comeAgainFields(
  { budget, now }: Pick<DirectSlotDeps, "now"> & { readonly budget: Pick<Budget, "level"> },
  gstin: string,
  seconds: number,
): Promise<Record<string, string>> {
  const level = await budget.level(gstin, now());
  return { "retry-after": String(Math.max(seconds, 1)), ...rateLimitFields(level) };
}

function secondsUntil(at: Date, now: Date): number {
  return Math.ceil((at.getTime() - now.getTime()) / 1000);
}
