import type { Level } from "../budget/budget.ts";
import { callStep } from "../budget/gcra.ts";
import { isOverdue } from "./request.ts";
import type { DueRequest } from "./request-store.ts";

/** What is done with a GSTIN's due requests in one round of the sweeper. */
export interface WindowPlan {
  readonly send: readonly DueRequest[];
  readonly later: readonly { readonly rid: string; readonly until: Date }[];
}

/** Of a minute's calls: so many are sent in a round, which comes once a minute. A little more than can be done, to catch up. */
const ROUND_SHARE = 1.1;
/** Of a minute's calls: so many are due again for other reasons than that they wait for their turn. */
const PARKED_SHARE = 1 / 10;
/** Of a minute's calls: so many of those that seem to wait for their turn are sent again, in case that they are lost. */
const PROBES_SHARE = 1 / 10;
/** The same where nobody uses the limit: they are lost, or a worker that died blocks their group for a minute. */
const LOST_SHARE = 1 / 2;
const MINUTE_MS = 60_000;
/** The limit may change: what is put off is looked at again by then. */
const LONGEST_MS = 15 * MINUTE_MS;
const US_PER_MS = 1_000;

/**
 * Which of a GSTIN's due requests, the longest overdue first, its queue has room for. How much is in the queue is not known,
 * but it shows: where much is due again and the limit is in use, that waits for its turn there, and more would only make it
 * longer. Where the limit is not in use, it was lost. What has waited for a day is sent in any case: it has to end.
 * `sent`: how many were sent in this round already.
 */
export function queueWindow(
  { policy, resetSeconds }: Pick<Level, "policy" | "resetSeconds">,
  due: readonly DueRequest[],
  sent: number,
  now: Date,
): WindowPlan {
  const minute = (policy.calls * 60) / policy.perSeconds;
  const { over = [], open = [] } = Object.groupBy(due, (request) => (isOverdue(request, now) ? "over" : "open"));
  const { again = [], fresh = [] } = Object.groupBy(open, ({ attempt }) => (attempt > 1 ? "again" : "fresh"));
  const isMuch = again.length > minute * PARKED_SHARE;
  const share = !isMuch ? ROUND_SHARE : resetSeconds > 0 ? PROBES_SHARE : LOST_SHARE;
  const most = Math.max(0, Math.ceil(minute * share) - sent);
  const inOrder = isMuch ? [...again, ...fresh] : open;
  const mayGo = isMuch ? again : open;
  const send = mayGo.slice(0, most);
  const gapMs = callStep(policy, "queued").interval / US_PER_MS;
  const until = (i: number) => new Date(now.getTime() + Math.min(LONGEST_MS, MINUTE_MS + i * gapMs));
  return {
    send: [...over, ...send],
    later: inOrder.slice(send.length).map(({ rid }, i) => ({ rid, until: until(i) })),
  };
}
