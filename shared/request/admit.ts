import type { Journal } from "../audit/journal.ts";
import type { Budget } from "../budget/budget.ts";
import { slotSoon } from "../budget/budgeted-irp.ts";
import type { Flow } from "../budget/flow.ts";
import { outcomeEntry } from "./outcome-entry.ts";
import type { QueueMessage } from "./queue.ts";
import { isOverdue, type Request } from "./request.ts";
import type { RequestStore } from "./request-store.ts";

export interface AdmitDeps {
  readonly requests: Pick<RequestStore, "find" | "park">;
  readonly budget: Pick<Budget, "take" | "holdUntil">;
  readonly journal: Pick<Journal, "note">;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * `over`: acknowledge the message. `later`: nothing of its GSTIN can be sent before that time. What has waited too long is
 * admitted without a slot: it can only be ended.
 */
export type Admission =
  | { readonly is: "admitted"; readonly request: Request; readonly hasSlot: boolean }
  | { readonly is: "over" }
  | { readonly is: "later"; readonly until: Date };

/** The slot that a direct request came in with is stale after this time: the worker takes another. */
const SLOT_LIFE_MS = 5_000;
/** A direct message waits no longer than this for a slot: then it is parked, and goes on in the queued flow. */
const DIRECT_WAIT_MS = 2_000;

/** How a message came. */
export interface Delivery {
  readonly flow: Flow;
  /** How often it was received, this time included. */
  readonly receives: number;
}

/** Whether a message may be worked on now: its request is open, and a slot of its GSTIN's budget is there for one call. */
export async function admit(deps: AdmitDeps, { rid }: QueueMessage, delivery: Delivery): Promise<Admission> {
  const { flow, receives } = delivery;
  const request = await deps.requests.find(rid);
  // Who had the message before may have stopped between the outcome and its record.
  if (request?.outcome && receives > 1) deps.journal.note(outcomeEntry(request, request.outcome));
  if (request?.state !== "QUEUED") return { is: "over" };
  // Who had the message before may have used the slot.
  if (flow === "direct" && receives === 1 && deps.now().getTime() - (request.slotAt ?? 0) <= SLOT_LIFE_MS)
    return { is: "admitted", request, hasSlot: true };
  const slot = await slotSoon(deps, request.gstin, request.place);
  if (slot === "taken") return { is: "admitted", request, hasSlot: true };
  if (isOverdue(request, deps.now())) return { is: "admitted", request, hasSlot: false };
  if (flow === "queued" || waitMs(deps, slot.retryAt) <= DIRECT_WAIT_MS) return { is: "later", until: slot.retryAt };
  await deps.requests.park(rid, slot.retryAt);
  return { is: "over" };
}

function waitMs({ now }: AdmitDeps, until: Date): number {
  return until.getTime() - now().getTime();
}
