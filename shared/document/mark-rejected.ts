import type { EventRecord } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { rejectedEvent } from "../request/outcome-event.ts";
import type { Mode } from "./change-answer.ts";
import type { Document, Registration, Summary } from "./document.ts";
import type { DocumentStore } from "./document-store.ts";

export interface MarkDeps {
  readonly documents: Pick<DocumentStore, "find" | "take" | "change" | "unlock">;
  readonly events: Pick<EventLog, "append">;
  readonly bus: Bus;
  readonly mode: Mode;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** An IRN of a portal's list of rejected ones, and for whom the list was asked. */
export interface RejectedIrn {
  readonly irn: string;
  readonly gstin: string;
  readonly portal: string;
}

/** Nothing is sent under the lock: some writes to our own store. */
const LEASE_MS = 10_000;

/**
 * Notes that the registry rejected a document: the event first, then the document, then the bus, so that whoever stops in
 * between leaves an active document for the next to mark, or an event for the sweeper to tell. `nothing`: it is not ours, or
 * is not active any more. `busy`: somebody works on it, or waits for an outcome.
 */
export async function markRejected(deps: MarkDeps, rejected: RejectedIrn): Promise<"marked" | "busy" | "nothing"> {
  const { irn } = rejected;
  const standing = await deps.documents.find(irn);
  if (!standing || !isMeant(standing, rejected)) return "nothing";
  if (standing.pending) return "busy";
  const hold = { worker: deps.newId(), until: deps.now().getTime() + LEASE_MS };
  const taken = await deps.documents.take(irn, hold, deps.now());
  if (!taken) return "busy";
  if (taken.pending || !isMeant(taken, rejected)) {
    await deps.documents.unlock(irn, hold, taken.pending);
    return taken.pending ? "busy" : "nothing";
  }
  const event = await deps.events.append(rejectionOf(deps.mode, taken), deps.now());
  if ((await deps.documents.change(irn, hold, { seq: taken.seq + 1, status: "REJ" })) === "fenced") return "busy";
  await deps.bus.publish(event);
  return "marked";
}

type Registered = Document & { readonly reg: Registration };

/** An IRN follows from the number alone: when a portal lists it, the same number at another portal may be the good one. */
function isMeant(document: Document, { gstin, portal }: RejectedIrn): document is Registered {
  const { ownerGstin, reg, status } = document;
  return ownerGstin === gstin && reg?.portal === portal && status === "ACT";
}

/** The portals do not say when it was rejected. With the time of its acknowledgement it is the same event, whoever tells it. */
export function rejectionOf(mode: Mode, { irn, ownerGstin, reg, about, seq }: Document): EventRecord {
  if (!reg) throw new Error("a document that is not registered cannot be rejected");
  const told = { irn, gstin: ownerGstin, rid: undefined, seq: seq + 1, timestamp: reg.ackDt };
  const event = rejectedEvent(mode, told);
  return { ...event, data: { ...event.data, ...(about && numberOf(about)) } };
}

/** In the words of `irn.generated`. */
function numberOf({ docType, docNo, docDate }: Summary) {
  return { docType, docNo, docDate: docDate.split("-").reverse().join("/") };
}
