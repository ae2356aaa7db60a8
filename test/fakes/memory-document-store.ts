import type { Document, Pending } from "../../shared/document/document.ts";
import type { DocumentStore, Hold, Refusal } from "../../shared/document/document-store.ts";
import { SKEW_MS } from "../../shared/request/request.ts";
import { type EventRows, eventKey, undispatched } from "./memory-event-log.ts";
import { finishRow, queuedAs, type RequestRows, requestRows } from "./memory-request-store.ts";

/** DOC and RESP by IRN, and the rows of the other stores that a refusal writes to. */
export interface DocumentRows extends RequestRows {
  readonly documents: Map<string, Document>;
  readonly answers: Map<string, string>;
  readonly events: EventRows;
}

export function documentRows(): DocumentRows {
  return { ...requestRows(), documents: new Map(), answers: new Map(), events: new Map() };
}

export function memoryDocumentStore(rows: DocumentRows = documentRows()): DocumentStore {
  const { documents, answers } = rows;

  return {
    find: async (irn) => structuredClone(documents.get(irn)),

    async submit(irn, ownerGstin, hold, pending, now) {
      const standing = documents.get(irn) ?? { v: 1, irn, ownerGstin, seq: 0 };
      if (standing.lock?.worker === hold.worker) return "submitted";
      if (!isFree(standing, now)) return structuredClone(standing);
      documents.set(irn, { ...standing, lock: { ...hold }, pending: structuredClone(pending) });
      return "submitted";
    },

    async take(irn, hold, now) {
      const standing = documents.get(irn);
      if (!standing || !isUnlocked(standing, hold, now)) return undefined;
      documents.set(irn, { ...standing, lock: { ...hold } });
      return structuredClone(documents.get(irn));
    },

    async resubmit(irn, hold, pending) {
      const mine = heldBy(rows, irn, hold);
      if (!mine || mine.reg) return "fenced";
      documents.set(irn, { ...mine, pending: structuredClone(pending) });
      return "submitted";
    },

    async freezeAnswer(irn, body) {
      const standing = answers.get(irn) ?? body;
      answers.set(irn, standing);
      return standing;
    },

    answer: async (irn) => answers.get(irn),

    async register(irn, hold, reg, status) {
      const mine = heldBy(rows, irn, hold);
      if (!mine || mine.reg) return "fenced";
      const { lock: _, pending: __, ...kept } = mine;
      documents.set(irn, { ...kept, reg: { ...reg }, status, seq: mine.seq + 1 });
      return "registered";
    },

    async unlock(irn, hold, pending) {
      const mine = heldBy(rows, irn, hold);
      if (mine) documents.set(irn, unlocked(mine, pending));
    },

    refuse: async (refusal) => refuse(rows, refusal),
  };
}

/** All the conditions first, then all the writes: nothing can come between. */
function refuse(rows: DocumentRows, refusal: Refusal): "refused" | "fenced" {
  const { irn, hold, pending, refused, rid, outcome, event, at } = refusal;
  const mine = hold && heldBy(rows, irn, hold);
  if ((hold && !mine) || !queuedAs(rows, rid)) return "fenced";
  if (mine) rows.documents.set(irn, { ...unlocked(mine, pending), ...(refused ? { refused } : {}) });
  finishRow(rows, rid, outcome, at);
  rows.events.set(eventKey(event), undispatched(event, at));
  return "refused";
}

function isFree({ lock, pending, reg }: Document, now: Date): boolean {
  return (!lock || lock.until < now.getTime() - SKEW_MS) && !pending && !reg;
}

function heldBy({ documents }: DocumentRows, irn: string, { worker }: Hold): Document | undefined {
  const document = documents.get(irn);
  return document?.lock?.worker === worker ? document : undefined;
}

/** The hold's own lock counts as free: the SDK repeats a write whose answer was lost. */
function isUnlocked({ lock }: Document, { worker }: Hold, now: Date): boolean {
  return !lock || lock.worker === worker || lock.until < now.getTime() - SKEW_MS;
}

function unlocked({ lock: _, pending: __, ...kept }: Document, pending: Pending | undefined): Document {
  return pending ? { ...kept, pending: structuredClone(pending) } : kept;
}
