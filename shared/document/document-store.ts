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
  /** Puts the answer if absent and returns the stored one: the first stands. UTF-8 text of the body. */
  freezeAnswer(irn: string, body: string): Promise<string>;
  answer(irn: string): Promise<string | undefined>;
  /** Writes the registration and drops pending, if the lock is still mine and nothing is registered. */
  register(irn: string, hold: Hold, registration: Registration): Promise<"registered" | "fenced">;
  /** Drops the lock if it is mine; with `clearPending` also the submission, which then certainly did not happen. */
  unlock(irn: string, hold: Hold, options: { clearPending: boolean }): Promise<void>;
  /** One transaction: the document loses lock and pending, the request becomes FINAL, the event row is put. */
  refuse(refusal: Refusal): Promise<"refused" | "fenced">;
}

export interface Refusal {
  readonly irn: string;
  /** Undefined when the document is registered: it stays as it is, and only the request and the event are written. */
  readonly hold: Hold | undefined;
  readonly rid: string;
  readonly outcome: Outcome;
  readonly event: EventRecord;
  readonly expiresAt: Date;
}
