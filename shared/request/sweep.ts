import type { Budget } from "../budget/budget.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { inSteps } from "../in-steps.ts";
import { groupOf, type Queue } from "./queue.ts";
import { filledWindow, queueWindow, type WindowPlan } from "./queue-window.ts";
import type { DueRequest, RequestStore } from "./request-store.ts";

export interface SweepDeps {
  readonly requests: Pick<RequestStore, "due" | "retry" | "park">;
  readonly events: Pick<EventLog, "undispatched" | "postpone">;
  readonly queue: Pick<Queue, "send">;
  readonly budget: Pick<Budget, "level">;
  readonly bus: Bus;
  readonly now: () => Date;
}

export interface Swept {
  readonly sent: number;
  readonly published: number;
  /** What failed this time is due again at the next round. */
  readonly failed: number;
}

/** What one read gives at the most, and the most reads of a round: more than a minute's work of all GSTINs, in one read if it can be, so that it is sent in its order. */
const PAGE = 20_000;
const MOST_PAGES = 5;
const EVENTS_PAGE = 1_000;
/** What waits for its turn is looked at ahead of its time where the queue lacks work. */
const AHEAD_MS = 24 * 60 * 60_000;
/** How long an attempt may take from its turn on before it is sent again. Each one that leads nowhere doubles it. */
const FIRST_PATIENCE_MS = 2 * 60_000;
const LONGEST_PATIENCE_MS = 15 * 60_000;

/**
 * Nothing accepted is lost, and nothing that happened stays untold: what is due, stuck or was never sent goes to the queue
 * under a new attempt, as far as its GSTIN's limit has room for it there, and events that nobody took from the bus are put
 * on it again. One that fails holds up no other.
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const [requests, events] = await Promise.all([sweepRequests(deps), sweepEvents(deps)]);
  return { sent: requests.sent, published: events.done, failed: requests.failed + events.failed };
}

async function sweepEvents(deps: SweepDeps) {
  return inSteps(await deps.events.undispatched(deps.now(), EVENTS_PAGE), async (event) => {
    await deps.bus.publish(event);
    await deps.events.postpone(event, deps.now());
  });
}

/** Page by page, until nothing is due that this round has not tried. */
async function sweepRequests(deps: SweepDeps) {
  const tried = new Set<string>();
  const sentOf = new Map<string, number>();
  const lacking = new Map<string, boolean>();
  let [sent, failed] = [0, 0];
  for (let page = 0; page < MOST_PAGES; page++) {
    const due = await deps.requests.due(deps.now(), PAGE);
    const untried = due.filter(({ rid }) => !tried.has(rid));
    if (untried.length === 0) break;
    for (const { rid } of untried) tried.add(rid);
    const { unread, ...plans } = await planned(deps, untried, sentOf, lacking);
    const done = await carriedOut(deps, plans);
    sent += done.sent;
    failed += unread + done.failed;
  }
  const filled = await fill(deps, new Set([...lacking].flatMap(([gstin, lacks]) => (lacks ? [gstin] : []))));
  return { sent: sent + filled.sent, failed: failed + filled.failed };
}

async function carriedOut(deps: SweepDeps, { send, later }: Pick<WindowPlan, "send" | "later">) {
  const tries = await inSteps(send, ({ request, turnMs }) => sendAgain(deps, request, turnMs));
  const putOff = await inSteps(later, ({ rid, until }) => deps.requests.park(rid, until));
  return { sent: tries.done, failed: tries.failed + putOff.failed };
}

/** What comes later than it could: its limit was raised. */
async function fill(deps: SweepDeps, gstins: ReadonlySet<string>) {
  let [sent, failed] = [0, 0];
  if (gstins.size === 0) return { sent, failed };
  const ahead = await deps.requests.due(new Date(deps.now().getTime() + AHEAD_MS), PAGE);
  const unsent = ahead.filter(({ gstin, attempt }) => gstins.has(gstin) && attempt === 0);
  for (const [gstin, waiting] of Map.groupBy(unsent, (request) => request.gstin)) {
    const level = await deps.budget.level(gstin, deps.now()).catch(() => undefined);
    const done = level && (await carriedOut(deps, filledWindow(level, waiting, deps.now())));
    sent += done?.sent ?? 0;
    failed += done?.failed ?? waiting.length;
  }
  return { sent, failed };
}

/** GSTIN by GSTIN. Of one whose budget cannot be read nothing is sent now. */
async function planned(
  deps: SweepDeps,
  due: readonly DueRequest[],
  sentOf: Map<string, number>,
  lacking: Map<string, boolean>,
) {
  const plans: WindowPlan[] = [];
  await inSteps([...Map.groupBy(due, ({ gstin }) => gstin)], async ([gstin, requests]) => {
    const before = sentOf.get(gstin) ?? 0;
    const plan = queueWindow(await deps.budget.level(gstin, deps.now()), requests, before, deps.now());
    sentOf.set(gstin, before + plan.behind);
    lacking.set(gstin, plan.lacks && (lacking.get(gstin) ?? true));
    plans.push(plan);
  });
  const send = plans.flatMap((plan) => plan.send);
  const later = plans.flatMap((plan) => plan.later);
  return { send, later, unread: due.length - send.length - later.length };
}

/** The attempt first: a message of this attempt can be in the queue once only. Both flows go on in the queued one. */
async function sendAgain(deps: SweepDeps, { rid, gstin, irn, attempt }: DueRequest, turnMs: number): Promise<void> {
  const patienceMs = Math.min(FIRST_PATIENCE_MS * 2 ** Math.min(Math.max(0, attempt - 1), 10), LONGEST_PATIENCE_MS);
  const sweepAt = new Date(deps.now().getTime() + turnMs + patienceMs);
  if ((await deps.requests.retry(rid, attempt, sweepAt)) === "lost") return;
  await deps.queue.send("queued", groupOf("queued", gstin, irn), { v: 1, rid, irn, attempt: attempt + 1 });
}
