import type { Document } from "../../shared/document/document.ts";
import type { DocumentStore, Hold, Refusal } from "../../shared/document/document-store.ts";
import { SKEW_MS } from "../../shared/request/request.ts";
import { type EventRows, eventKey } from "./memory-event-log.ts";
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

    async freezeAnswer(irn, body) {
      const standing = answers.get(irn) ?? body;
      answers.set(irn, standing);
      return standing;
    },

    answer: async (irn) => answers.get(irn),

    async register(irn, hold, reg) {
      const mine = heldBy(rows, irn, hold);
      if (!mine || mine.reg) return "fenced";
      const { lock: _, pending: __, ...kept } = mine;
      documents.set(irn, { ...kept, reg: { ...reg }, status: "ACT", seq: mine.seq + 1 });
      return "registered";
    },

    async unlock(irn, hold, { clearPending }) {
      const mine = heldBy(rows, irn, hold);
      if (mine) documents.set(irn, unlocked(mine, clearPending));
    },

    refuse: async (refusal) => refuse(rows, refusal),
  };
}

/** All the conditions first, then all the writes: nothing can come between. */
function refuse(rows: DocumentRows, { irn, hold, rid, outcome, event, expiresAt }: Refusal): "refused" | "fenced" {
  const mine = hold && heldBy(rows, irn, hold);
  if ((hold && !mine) || !queuedAs(rows, rid)) return "fenced";
  if (mine) rows.documents.set(irn, unlocked(mine, true));
  finishRow(rows, rid, outcome, expiresAt);
  rows.events.set(eventKey(event), structuredClone(event));
  return "refused";
}

function isFree({ lock, pending, reg }: Document, now: Date): boolean {
  return (!lock || lock.until < now.getTime() - SKEW_MS) && !pending && !reg;
}

function heldBy({ documents }: DocumentRows, irn: string, { worker }: Hold): Document | undefined {
  const document = documents.get(irn);
  return document?.lock?.worker === worker ? document : undefined;
}

function unlocked({ lock: _, pending, ...kept }: Document, clearPending: boolean): Document {
  return pending && !clearPending ? { ...kept, pending } : kept;
}
