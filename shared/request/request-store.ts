import type { Outcome, Payload, Request } from "./request.ts";

/** A claim in the making; the store adds state, lease and expiry. */
export type NewRequest = Pick<
  Request,
  "key" | "rid" | "gstin" | "fp" | "docFp" | "irn" | "op" | "flow" | "createdAt"
> & {
  readonly owner: string;
};

/** As much of a waiting request as it takes to send it again. */
export type DueRequest = Pick<Request, "rid" | "gstin" | "irn" | "attempt" | "createdAt" | "place">;

/** How an accepted request begins. */
export interface Accepting {
  /** The slot of the budget that came with it. */
  readonly slotAt?: Date;
  /** Its place in the queue. */
  readonly place?: number;
  /** It waits in the table: its first attempt is yet to come. */
  readonly isSent?: boolean;
}

/** Where a list of requests goes on: behind this one, whether it is still there or not. */
export type ListPosition = Pick<Request, "key" | "createdAt">;

export interface ListedRequests {
  readonly requests: readonly Request[];
  /** Absent when there is nothing more. */
  readonly next?: ListPosition;
}

/** Requests and their payloads. A lost condition is a word; an exception means that the store failed. */
export interface RequestStore {
  /** Takes the key if it is free, finished and expired, or claimed by one whose lease is over; else what stands there. */
  claim(request: NewRequest, now: Date): Promise<"claimed" | Request>;
  /** Gives an unaccepted claim back. Does nothing when it is no longer the owner's. */
  release(rid: string, owner: string): Promise<void>;
  /** Put if absent: the first payload of a rid stands. */
  savePayload(rid: string, payload: Payload, now: Date): Promise<void>;
  /** CLAIMED → QUEUED. From here on the request must end. */
  accept(rid: string, owner: string, sweepAt: Date, accepting?: Accepting): Promise<"accepted" | "lost">;
  /** Strongly consistent; undefined when the key now belongs to another rid. */
  find(rid: string): Promise<Request | undefined>;
  /** Request and payload in one strongly consistent read; undefined unless the request is accepted and open. */
  open(rid: string): Promise<{ readonly request: Request; readonly payload: Payload | undefined } | undefined>;
  /** Strongly consistent: what has the key now, unless it is finished and expired. */
  current(key: string, now: Date): Promise<Request | undefined>;
  /** QUEUED → FINAL, once. The key lives for a day from then. */
  finish(rid: string, outcome: Outcome, at: Date): Promise<"finished" | "already">;
  /** Puts a waiting request off until the sweeper's time. */
  park(rid: string, sweepAt: Date): Promise<void>;
  /** Accepted requests whose `sweepAt` has passed, the longest overdue first. Seen through an index, which may lag. */
  due(now: Date, limit: number): Promise<readonly DueRequest[]>;
  /** The next attempt: `attempt` + 1 and a new `sweepAt`, if it is still waiting and nobody made this step before. */
  retry(rid: string, attempt: number, sweepAt: Date): Promise<"retried" | "lost">;
  /**
   * The GSTIN's accepted requests as they now are, by their claims' time, the newest first. Looks at `limit` (1 to 100) of
   * them and shows those that are still there. Which there are is seen through an index, which may lag.
   */
  list(gstin: string, page: { readonly limit: number; readonly before?: ListPosition }): Promise<ListedRequests>;
}
