import type { EventRecord } from "../event/event.ts";
import type { Outcome } from "../request/request.ts";
import type { Document, Pending, Registration } from "./document.ts";

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
  /** Notes a further submission, if the lock is still mine and nothing is registered. */
  resubmit(irn: string, hold: Hold, pending: Pending): Promise<"submitted" | "fenced">;
  /** Puts the answer if absent and returns the stored one: the first stands. UTF-8 text of the body. */
  freezeAnswer(irn: string, body: string): Promise<string>;
  answer(irn: string): Promise<string | undefined>;
  /** Writes the registration and drops pending, if the lock is still mine and nothing is registered. */
  register(
    irn: string,
    hold: Hold,
    registration: Registration,
    status: NonNullable<Document["status"]>,
  ): Promise<"registered" | "fenced">;
  /** Drops the lock if it is mine and leaves this submission; undefined when none is left to be found out about. */
  unlock(irn: string, hold: Hold, pending: Pending | undefined): Promise<void>;
  /** One transaction: the document loses its lock and the submission, the request becomes FINAL, the event row is put. */
  refuse(refusal: Refusal): Promise<"refused" | "fenced">;
}

export interface Refusal {
  readonly irn: string;
  /** Undefined when the document is registered: it stays as it is, and only the request and the event are written. */
  readonly hold: Hold | undefined;
  /** A submission whose outcome stays open: the next request must find it. */
  readonly pending?: Pending | undefined;
  /** Noted on the document, so that the same content is not sent again. */
  readonly refused?: Document["refused"];
  readonly rid: string;
  readonly outcome: Outcome;
  readonly event: EventRecord;
  readonly at: Date;
}
