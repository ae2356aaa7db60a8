import type { Document } from "../../shared/document/document.ts";
import type { DocumentPosition, DocumentStore, Hold, Refusal } from "../../shared/document/document-store.ts";
import { SKEW_MS } from "../../shared/request/request.ts";
import { type EventRows, eventKey, undispatched } from "./memory-event-log.ts";
import { finishRow, queuedAs, type RequestRows, requestRows } from "./memory-request-store.ts";

/** DOC and RESP by IRN, IRNs by the numbers of bills, and the rows of the other stores that a refusal writes to. */
export interface DocumentRows extends RequestRows {
  readonly documents: Map<string, Document>;
  readonly answers: Map<string, string>;
  readonly bills: Map<string, string>;
  readonly events: EventRows;
}

export function documentRows(): DocumentRows {
  return { ...requestRows(), documents: new Map(), answers: new Map(), bills: new Map(), events: new Map() };
}

export function memoryDocumentStore(rows: DocumentRows = documentRows()): DocumentStore {
  const { documents, answers, bills } = rows;

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

    async begin(irn, hold, pending, now) {
      const standing = documents.get(irn);
      const isRepeated = standing?.lock?.worker === hold.worker && standing.pending?.rid === pending.rid;
      if (!standing || (!isRepeated && !isChangeable(standing, now)))
        return { is: "standing", document: structuredClone(standing) };
      if (!isRepeated) documents.set(irn, { ...standing, lock: { ...hold }, pending: structuredClone(pending) });
      return { is: "begun", document: structuredClone(documents.get(irn) ?? standing) };
    },

    async resubmit(irn, hold, pending) {
      const mine = heldBy(rows, irn, hold);
      if (!mine || (pending.op === "register" && mine.reg)) return "fenced";
      documents.set(irn, { ...mine, pending: structuredClone(pending) });
      return "submitted";
    },

    async freezeAnswer(irn, body) {
      const standing = answers.get(irn) ?? body;
      answers.set(irn, standing);
      return standing;
    },

    answer: async (irn) => answers.get(irn),

    async register(irn, hold, { reg, status, about, bill }) {
      const mine = heldBy(rows, irn, hold);
      if (!mine || mine.reg) return "fenced";
      const registered = { reg, status, about, ...(bill ? { bills: [bill] } : {}), seq: mine.seq + (bill ? 2 : 1) };
      documents.set(irn, { ...unlocked(mine), ...structuredClone(registered) });
      return "registered";
    },

    async change(irn, hold, effect) {
      const mine = heldBy(rows, irn, hold);
      if (!mine?.reg || mine.seq !== effect.seq - 1 || (effect.status && mine.status !== "ACT")) return "fenced";
      const changed = unlocked(mine, effect);
      documents.set(irn, changed);
      return structuredClone(changed);
    },

    async nameBill(ewbNo, irn) {
      bills.set(ewbNo, bills.get(ewbNo) ?? irn);
    },

    irnOfBill: async (ewbNo) => bills.get(ewbNo),

    async list(gstin, { from, to, limit, before }) {
      const listed = [...documents.values()].filter(({ ownerGstin }) => ownerGstin === gstin).flatMap(placed);
      const within = listed.filter(({ docDate }) => docDate >= from && docDate <= to).sort(latestFirst);
      const rest = within.filter((place) => !before || latestFirst(before, place) < 0);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = last && rest.length > limit ? { next: { docDate: last.docDate, irn: last.irn } } : {};
      return { documents: structuredClone(page.map(({ document }) => document)), ...next };
    },

    async unlock(irn, hold, pending) {
      const mine = heldBy(rows, irn, hold);
      if (mine) documents.set(irn, unlocked(mine, { pending }));
    },

    refuse: async (refusal) => refuse(rows, refusal),
  };
}

/** All the conditions first, then all the writes: nothing can come between. */
function refuse(rows: DocumentRows, refusal: Refusal): "refused" | "fenced" {
  const { irn, hold, pending, refused, bills, rid, outcome, event, at } = refusal;
  const mine = hold && heldBy(rows, irn, hold);
  if ((hold && !mine) || !queuedAs(rows, rid)) return "fenced";
  if (mine) rows.documents.set(irn, unlocked(mine, { pending, refused, bills }));
  finishRow(rows, rid, outcome, at);
  rows.events.set(eventKey(event), undispatched(event, at));
  return "refused";
}

function isFree({ pending, reg, ...document }: Document, now: Date): boolean {
  return isOver(document, now) && !pending && !reg;
}

function isChangeable({ pending, reg, status, ...document }: Document, now: Date): boolean {
  return isOver(document, now) && !pending && reg !== undefined && status === "ACT";
}

function isOver({ lock }: Pick<Document, "lock">, now: Date): boolean {
  return !lock || lock.until < now.getTime() - SKEW_MS;
}

function heldBy({ documents }: DocumentRows, irn: string, { worker }: Hold): Document | undefined {
  const document = documents.get(irn);
  return document?.lock?.worker === worker ? document : undefined;
}

/** The hold's own lock counts as free: the SDK repeats a write whose answer was lost. */
function isUnlocked(document: Document, { worker }: Hold, now: Date): boolean {
  return document.lock?.worker === worker || isOver(document, now);
}

/** Without lock and submission, and with whatever is left. */
function unlocked({ lock: _, pending: __, ...kept }: Document, left: Partial<Document> = {}): Document {
  return { ...kept, ...structuredClone(given(left)) };
}

function given<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;
}

/** Documents that were registered before there were lists have no place in one. */
function placed(document: Document) {
  const { irn, about, reg } = document;
  return about && reg ? [{ docDate: about.docDate, irn, document }] : [];
}

/** Documents of the same day by their IRNs. */
function latestFirst(one: DocumentPosition, other: DocumentPosition): number {
  const [a, b] = [one, other].map(({ docDate, irn }) => `${docDate}#${irn}`);
  return a === b ? 0 : (a ?? "") > (b ?? "") ? -1 : 1;
}
