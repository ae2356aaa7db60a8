import { Problem } from "../api/problem.ts";
import type { Budget } from "../budget/budget.ts";
import { comeAgainFields, takeDirectSlot } from "../budget/direct-slot.ts";
import type { Flow } from "../budget/flow.ts";
import { WINDOW_MS } from "./queue-window.ts";

export interface StartDeps {
  readonly budget: Pick<Budget, "take" | "queue" | "level">;
  readonly now: () => Date;
}

/** How a request begins once it is accepted. */
export interface Start {
  /** The slot that a direct request came in with. */
  readonly slotAt?: Date;
  /** When a queued request can start at the earliest. */
  readonly startsAt?: Date;
  /** Its place in the queue. */
  readonly place?: number;
  /** Sent to its queue at once; else the sweeper sends it when its time comes. */
  readonly isSent: boolean;
  readonly sweepAt: Date;
}

/** A direct message that was lost is sent again by the sweeper after this time, a queued one so long after its turn. */
const SWEEP_AFTER_MS = 60_000;
const TURN_OVER_MS = 120_000;
/** What waits comes into the queue this long before it can start: the sweeper comes once a minute. */
const LEAD_MS = 120_000;
/** Requests of one GSTIN that may wait. */
const MOST_WAITING = 20_000;

/**
 * A slot for a direct request, a place in the queue for the others. Throws a Problem where there is none: 429, nothing is
 * queued and the key is unused.
 */
export async function startOf(deps: StartDeps, gstin: string, flow: Flow): Promise<Start> {
  return flow === "direct" ? direct(deps, gstin) : queued(deps, gstin);
}

async function direct(deps: StartDeps, gstin: string): Promise<Start> {
  const slotAt = await takeDirectSlot(deps, gstin, ", or have it queued: Prefer: respond-async");
  return { slotAt, isSent: true, sweepAt: after(slotAt, SWEEP_AFTER_MS) };
}

async function queued(deps: StartDeps, gstin: string): Promise<Start> {
  const now = deps.now();
  const queue = await deps.budget.queue(gstin, now, MOST_WAITING);
  if (queue === "full") {
    const detail = `${MOST_WAITING} requests of this GSTIN wait already; repeat it when some of them are done`;
    throw new Problem("backlog_full", detail, { headers: await comeAgainFields(deps, gstin, 60) });
  }
  const { startsAt, place } = queue;
  const isSent = startsAt.getTime() - now.getTime() <= WINDOW_MS;
  return { startsAt, place, isSent, sweepAt: after(startsAt, isSent ? TURN_OVER_MS : -LEAD_MS) };
}

function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
