import type { Ended, Outcomes, Sought } from "./outcomes.ts";
import type { Pace } from "./pace.ts";

export interface WaitDeps {
  readonly outcomes: Outcomes;
  readonly pace: Pace;
  /** Asked once, when a wait becomes long: false when too many wait already. */
  readonly mayWaitOn: () => Promise<boolean>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A wait is long when it takes more than this. */
const LONG_MS = 1_000;
const SLOWEST_LOOK_MS = 1_000;

/**
 * Looks for the outcome of an accepted request until `waitMs` have passed; undefined when there is none by then. Each look
 * is one strongly consistent read: two of three outcomes are there at the first or second.
 */
export async function waitForOutcome(deps: WaitDeps, request: Sought, waitMs: number): Promise<Ended | undefined> {
  if (waitMs <= 0) return undefined;
  const startedAt = deps.now().getTime();
  const elapsedMs = () => deps.now().getTime() - startedAt;
  let isLong = false;
  for (const lookMs of looksOf(deps.pace)) {
    const at = Math.min(lookMs, waitMs);
    if (at > elapsedMs()) await deps.sleep(at - elapsedMs());
    const ended = await deps.outcomes.look(request);
    if (ended) {
      deps.pace.learn(lookMs);
      return ended;
    }
    if (elapsedMs() >= waitMs) return undefined;
    if (!isLong && elapsedMs() >= LONG_MS) {
      isLong = true;
      if (!(await deps.mayWaitOn())) return undefined;
    }
  }
  return undefined;
}

/** The learned looks, then less and less often. */
function* looksOf(pace: Pace): Generator<number> {
  let last = 0;
  for (last of pace.looks()) yield last;
  for (let gap = Math.max(last / 2, 20); ; gap = Math.min(gap * 1.5, SLOWEST_LOOK_MS)) {
    last += gap;
    yield last;
  }
}
