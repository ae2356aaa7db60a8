import type { Level } from "../budget/budget.ts";
import { callStep } from "../budget/gcra.ts";
import { isOverdue } from "./request.ts";
import type { DueRequest } from "./request-store.ts";

/** What is done with a GSTIN's due requests in one round of the sweeper. */
export interface WindowPlan {
  /** In the order of their places. `turnMs`: in about so long their messages are received. */
  readonly send: readonly { readonly request: DueRequest; readonly turnMs: number }[];
  readonly later: readonly { readonly rid: string; readonly until: Date }[];
  /** How many of those that are sent do not belong to the window. */
  readonly behind: number;
  /** More wait than are due, and the queue could have them: its limit was raised, or others use less of it. */
  readonly lacks: boolean;
}

interface Placed {
  readonly request: DueRequest;
  readonly place: number;
}

const MINUTE_MS = 60_000;
/** About so much of a GSTIN's work is in its queue; the rest waits in the table. */
export const WINDOW_MS = 3 * MINUTE_MS;
/** What is in the window, and was sent, is lost only when its turn is over for so long. */
const PATIENCE_MS = 2 * MINUTE_MS;
/** The sweeper comes once a minute. */
const SHORTEST_MS = MINUTE_MS / 2;
/** The limit may change: what is put off is looked at again by then. */
const LONGEST_MS = 15 * MINUTE_MS;
/** Of the window: a queue that has less lacks the rest. */
const LEAST_SHARE = 1 / 3;
const US_PER_MS = 1_000;

/**
 * Which of a GSTIN's due requests its queue has room for. Messages are received in the order of their places, so what is in
 * the queue is known: the places from the furthest that got a slot to three minutes' calls beyond it. What is due of these is
 * sent; what was sent already is not sent again while the queue goes on. Those whose place was passed, because they were
 * parked or lost, and those without a place are sent as fast as they can be done, and the window is smaller by what they
 * need. What has waited for a day is sent in any case: it has to end.
 * `sent`: how many were sent in this round already that do not belong to the window.
 */
export function queueWindow(
  { policy, line }: Pick<Level, "policy" | "line">,
  due: readonly DueRequest[],
  sent: number,
  now: Date,
): WindowPlan {
  const minute = (policy.calls * 60) / policy.perSeconds;
  const gapMs = callStep(policy, "queued").interval / US_PER_MS;
  const { over = [], open = [] } = Object.groupBy(due, (request) => (isOverdue(request, now) ? "over" : "open"));
  const inOrder = open.map((request) => ({ request, place: request.place ?? 0 })).sort((a, b) => a.place - b.place);
  const passed = inOrder.filter(({ place }) => place <= line.admitted);
  const waiting = inOrder.slice(passed.length);
  const again = passed.slice(0, Math.max(0, Math.ceil(minute) - sent));
  // Where nobody comes for what was sent, those before were never accepted, or are lost.
  const head = line.isUntouched ? Math.max(line.admitted, (waiting[0]?.place ?? 0) - 1) : line.admitted;
  const calls = Math.ceil((minute * WINDOW_MS) / MINUTE_MS);
  const end = head + Math.max(0, calls - ((sent + again.length) * WINDOW_MS) / MINUTE_MS);
  const last = Math.min(line.placed, end);

  // Whoever is sent again comes behind all that the queue may have.
  const lengthMs = Math.max(0, Math.min(line.placed, head + calls) - head) * gapMs;
  const turnMs = ({ place }: Placed) => (place - head) * gapMs;
  const mayGo = ({ request: { attempt } }: Placed) => attempt === 0 || line.isUntouched;
  const inWindow = waiting.filter(({ place }) => place <= end);
  const until = (ms: number) => new Date(now.getTime() + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms)));
  const putOff = (requests: readonly Placed[], msOf: (placed: Placed, i: number) => number) =>
    requests.map((placed, i) => ({ rid: placed.request.rid, until: until(msOf(placed, i)) }));
  return {
    send: [
      ...over.map((request) => ({ request, turnMs: 0 })),
      ...again.map(({ request }) => ({ request, turnMs: lengthMs })),
      ...inWindow.filter(mayGo).map((placed) => ({ request: placed.request, turnMs: turnMs(placed) })),
    ],
    later: [
      ...putOff(passed.slice(again.length), (_, i) => MINUTE_MS + i * gapMs),
      ...putOff(
        inWindow.filter((placed) => !mayGo(placed)),
        (placed) => turnMs(placed) + PATIENCE_MS,
      ),
      // A round early: in none is one before it still put off, so they are sent in the order of their places.
      ...putOff(waiting.slice(inWindow.length), ({ place }) => (place - end) * gapMs - MINUTE_MS),
    ],
    behind: again.length,
    lacks: last - Math.max(head, waiting.at(-1)?.place ?? 0) > calls * (1 - LEAST_SHARE),
  };
}

/**
 * Of a GSTIN whose queue lacks work, what waits in the table until later: what the queue has room for now, and, where it
 * lacked much, when the rest comes into the window at the pace of now.
 */
export function filledWindow(level: Pick<Level, "policy" | "line">, waiting: readonly DueRequest[], now: Date) {
  const { send } = queueWindow(level, waiting, 0, now);
  const gapMs = callStep(level.policy, "queued").interval / US_PER_MS;
  if (send.length * gapMs < WINDOW_MS * LEAST_SHARE) return { send, later: [] };
  const sent = new Set(send.map(({ request }) => request));
  const rest = waiting.filter((each) => !sent.has(each)).sort((one, other) => (one.place ?? 0) - (other.place ?? 0));
  const later = rest.map(({ rid }, i) => ({ rid, until: new Date(now.getTime() + Math.max(SHORTEST_MS, i * gapMs)) }));
  return { send, later };
}
