import type { Outcome } from "./request.ts";

/** What a look for the outcome of a request finds. */
export interface Ended {
  readonly outcome: Outcome;
  /** The frozen answer of the document, as far as the same look saw one. */
  readonly answer: string | undefined;
}

/** A request that somebody waits for; with the IRN where its outcome is a registration. */
export interface Sought {
  readonly rid: string;
  readonly irn: string | undefined;
}

/** Outcomes for those who wait for them. */
export interface Outcomes {
  /**
   * The outcome of an accepted request, and with it the frozen answer of its document: one strongly consistent read of two
   * items, which are not of the same moment. Undefined while there is no outcome, and when the key now belongs to another rid.
   */
  look(request: Sought): Promise<Ended | undefined>;
}
