import type { Budget } from "../budget/budget.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { groupOf, type Queue } from "./queue.ts";
import { queueWindow, type WindowPlan } from "./queue-window.ts";
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

/** What one read gives, and the most reads of a round: more than a minute's work of all GSTINs, in steps that the stores can bear. */
const PAGE = 1_000;
const MOST_PAGES = 20;
const AT_ONCE = 20;
/** How long an attempt may take before it is sent again: a message comes up to 90 s before its turn. Each one that leads nowhere doubles it. */
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
  return inSteps(await deps.events.undispatched(deps.now(), PAGE), async (event) => {
    await deps.bus.publish(event);
    await deps.events.postpone(event, deps.now());
  });
}

/** Page by page, until nothing is due that this round has not tried. */
async function sweepRequests(deps: SweepDeps) {
  const tried = new Set<string>();
  const sentOf = new Map<string, number>();
  let [sent, failed] = [0, 0];
  for (let page = 0; page < MOST_PAGES; page++) {
    const due = await deps.requests.due(deps.now(), PAGE);
    const untried = due.filter(({ rid }) => !tried.has(rid));
    for (const { rid } of untried) tried.add(rid);
    const { send, later, unread } = await planned(deps, untried, sentOf);
    const tries = await inSteps(send, (request) => sendAgain(deps, request));
    const putOff = await inSteps(later, ({ rid, until }) => deps.requests.park(rid, until));
    sent += tries.done;
    failed += unread + tries.failed + putOff.failed;
    if (due.length < PAGE || untried.length === 0) break;
  }
  return { sent, failed };
}

/** GSTIN by GSTIN. Of one whose budget cannot be read nothing is sent now. */
async function planned(deps: SweepDeps, due: readonly DueRequest[], sentOf: Map<string, number>) {
  const plans: WindowPlan[] = [];
  await inSteps([...Map.groupBy(due, ({ gstin }) => gstin)], async ([gstin, requests]) => {
    const before = sentOf.get(gstin) ?? 0;
    const plan = queueWindow(await deps.budget.level(gstin, deps.now()), requests, before, deps.now());
    sentOf.set(gstin, before + plan.send.length);
    plans.push(plan);
  });
  const send = plans.flatMap((plan) => plan.send);
  const later = plans.flatMap((plan) => plan.later);
  return { send, later, unread: due.length - send.length - later.length };
}

/** The attempt first: a message of this attempt can be in the queue once only. Both flows go on in the queued one. */
async function sendAgain(deps: SweepDeps, { rid, gstin, irn, attempt }: DueRequest): Promise<void> {
  const patienceMs = Math.min(FIRST_PATIENCE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PATIENCE_MS);
  const sweepAt = new Date(deps.now().getTime() + patienceMs);
  if ((await deps.requests.retry(rid, attempt, sweepAt)) === "lost") return;
  await deps.queue.send("queued", groupOf("queued", gstin, irn), { v: 1, rid, irn, attempt: attempt + 1 });
}

/** Some at a time, so that the stores can bear it. One that fails holds up no other. */
export async function inSteps<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  let failed = 0;
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(start, start + AT_ONCE).map(work));
    failed += results.filter(({ status }) => status === "rejected").length;
  }
  return { done: items.length - failed, failed };
}
