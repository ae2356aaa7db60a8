import type { Bus, EventLog } from "../event/event-log.ts";
import { groupOf, type Queue } from "./queue.ts";
import type { DueRequest, RequestStore } from "./request-store.ts";

export interface SweepDeps {
  readonly requests: Pick<RequestStore, "due" | "retry">;
  readonly events: Pick<EventLog, "undispatched" | "postpone">;
  readonly queue: Pick<Queue, "send">;
  readonly bus: Bus;
  readonly now: () => Date;
}

export interface Swept {
  readonly sent: number;
  readonly published: number;
  /** What failed this time is due again at the next round. */
  readonly failed: number;
}

/** One round takes what a minute's work can be, in steps that the stores can bear. */
const MOST_PER_ROUND = 1_000;
const AT_ONCE = 20;
/** How long an attempt may take before it is sent again; each one that leads nowhere doubles it. */
const FIRST_PATIENCE_MS = 60_000;
const LONGEST_PATIENCE_MS = 15 * 60_000;

/**
 * Nothing accepted is lost, and nothing that happened stays untold: what is due, stuck or was never sent goes to the queue
 * under a new attempt, and events that nobody took from the bus are put on it again. One that fails holds up no other.
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const [requests, events] = await Promise.all([
    deps.requests.due(deps.now(), MOST_PER_ROUND),
    deps.events.undispatched(deps.now(), MOST_PER_ROUND),
  ]);
  const sent = await inSteps(requests, (request) => sendAgain(deps, request));
  const published = await inSteps(events, async (event) => {
    await deps.bus.publish(event);
    await deps.events.postpone(event, deps.now());
  });
  return { sent: sent.done, published: published.done, failed: sent.failed + published.failed };
}

/** The attempt first: a message of this attempt can be in the queue once only. Both flows go on in the queued one. */
async function sendAgain(deps: SweepDeps, { rid, gstin, irn, attempt }: DueRequest): Promise<void> {
  const patienceMs = Math.min(FIRST_PATIENCE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PATIENCE_MS);
  const sweepAt = new Date(deps.now().getTime() + patienceMs);
  if ((await deps.requests.retry(rid, attempt, sweepAt)) === "lost") return;
  await deps.queue.send("queued", groupOf("queued", gstin, irn), { v: 1, rid, irn, attempt: attempt + 1 });
}

async function inSteps<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  let failed = 0;
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(start, start + AT_ONCE).map(work));
    failed += results.filter(({ status }) => status === "rejected").length;
  }
  return { done: items.length - failed, failed };
}
