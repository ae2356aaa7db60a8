import type { EventRecord } from "../event/event.ts";
import type { Outcome } from "../request/request.ts";
import type { Bill } from "./change.ts";
import type { Document, Pending, PendingChange, Registration, Summary } from "./document.ts";

/** A worker's hold on a document: its own id and the end of its lease in epoch ms. */
export interface Hold {
  readonly worker: string;
  readonly until: number;
}

/** Documents, the lock on each, and the frozen answers. A lost condition is a word; an exception means that the store failed. */
export interface DocumentStore {
  find(irn: string): Promise<Document | undefined>;
  /**
   * Locks and notes the submission in one write, if nobody works on it, nothing is pending and nothing registered.
   * Repeated under the same hold it is the same submission.
   */
  submit(irn: string, ownerGstin: string, hold: Hold, pending: Pending, now: Date): Promise<"submitted" | Document>;
  /** Takes the lock alone, if it is free or its lease is over, and returns the document as it then is; undefined if it is held. */
  take(irn: string, hold: Hold, now: Date): Promise<Document | undefined>;
  /**
   * Locks a registered, active document on which nobody works and nothing is pending, and notes the change, in one write.
   * `begun` has the document as it then is, else it is what stands. Repeated under the same hold it is the same change.
   */
  begin(irn: string, hold: Hold, pending: PendingChange, now: Date): Promise<Begun>;
  /** Notes a further submission, if the lock is still mine and, of a registration, nothing is registered. */
  resubmit(irn: string, hold: Hold, pending: Pending | PendingChange): Promise<"submitted" | "fenced">;
  /** Puts the answer if absent and returns the stored one: the first stands. UTF-8 text of the body. */
  freezeAnswer(irn: string, body: string): Promise<string>;
  answer(irn: string): Promise<string | undefined>;
  /** Writes the registration and drops pending and lock, if the lock is still mine and nothing is registered. */
  register(irn: string, hold: Hold, registered: Registered): Promise<"registered" | "fenced">;
  /**
   * Writes what became of a registered document and drops pending and lock, if the lock is still mine and the change the
   * next one of the document: a late copy of the write that took the lock must not let a late copy of this one in. The
   * status goes from ACT upwards only. Returns the document as it then is.
   */
  change(irn: string, hold: Hold, effect: Effect): Promise<Document | "fenced">;
  /** Of which document an e-way bill is; the first word stands. */
  nameBill(ewbNo: string, irn: string): Promise<void>;
  irnOfBill(ewbNo: string): Promise<string | undefined>;
  /**
   * The GSTIN's registered documents as they now are, by their date, the latest first. Looks at `limit` (1 to 100) of
   * them. Which there are is seen through an index, which may lag.
   */
  list(gstin: string, page: DocumentPage): Promise<ListedDocuments>;
  /** Drops the lock if it is mine and leaves this submission; undefined when none is left to be found out about. */
  unlock(irn: string, hold: Hold, pending: Pending | PendingChange | undefined): Promise<void>;
  /** One transaction: the document loses its lock and the submission, the request becomes FINAL, the event row is put. */
  refuse(refusal: Refusal): Promise<"refused" | "fenced">;
}

/** `standing` without a document: there is none. */
export type Begun =
  | { readonly is: "begun"; readonly document: Document }
  | { readonly is: "standing"; readonly document: Document | undefined };

export interface Registered {
  readonly reg: Registration;
  readonly status: NonNullable<Document["status"]>;
  readonly about: Summary;
  /** The e-way bill that came with it. */
  readonly bill?: Bill | undefined;
}

/** What becomes of a registered document. Whatever is left out stays; `seq` is the number of the change. */
export type Effect = Partial<Pick<Document, "cancelled" | "bills">> &
  Pick<Document, "seq"> & { readonly status?: "CNL" | "REJ" };

export interface DocumentPage {
  /** Days of documents, `yyyy-MM-dd`, both included. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly before?: DocumentPosition;
}

/** Where a list goes on: behind this document. */
export interface DocumentPosition {
  readonly docDate: string;
  readonly irn: string;
}

export interface ListedDocuments {
  readonly documents: readonly Document[];
  /** Absent when there is nothing more. */
  readonly next?: DocumentPosition;
}

export interface Refusal {
  readonly irn: string;
  /** Undefined when the document is registered: it stays as it is, and only the request and the event are written. */
  readonly hold: Hold | undefined;
  /** A submission whose outcome stays open: the next request must find it. */
  readonly pending?: Pending | PendingChange | undefined;
  /** Noted on the document, so that the same content is not sent again. */
  readonly refused?: Document["refused"];
  /** All its e-way bills, where the refusal told of one that was not known. */
  readonly bills?: Document["bills"];
  readonly rid: string;
  readonly outcome: Outcome;
  readonly event: EventRecord;
  readonly at: Date;
}
