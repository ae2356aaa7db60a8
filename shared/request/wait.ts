import type { Outcome } from "./request.ts";
import type { RequestStore } from "./request-store.ts";

export interface WaitDeps {
  readonly requests: Pick<RequestStore, "find">;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A portal answers in some hundred milliseconds, the sandbox in some ten: look early, then less and less often. */
const FIRST_LOOK_MS = 40;
const SLOWEST_LOOK_MS = 400;

/** Looks for the outcome of an accepted request until `waitMs` have passed; undefined when there is none by then. */
export async function waitForOutcome(deps: WaitDeps, rid: string, waitMs: number): Promise<Outcome | undefined> {
  const until = deps.now().getTime() + waitMs;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, SLOWEST_LOOK_MS)) {
    const left = until - deps.now().getTime();
    if (left <= 0) return undefined;
    await deps.sleep(Math.min(pause, left));
    const request = await deps.requests.find(rid);
    if (request?.outcome) return request.outcome;
  }
}
