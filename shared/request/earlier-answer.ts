import { canonicalHash } from "../canonical-json.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { RequestStore } from "./request-store.ts";
import { keyOfSubmission, knownOutcome, type Submission, type Submitted } from "./submit.ts";

export interface EarlierAnswerDeps {
  readonly requests: Pick<RequestStore, "current">;
  readonly documents: Pick<DocumentStore, "find">;
  readonly now: () => Date;
}

/**
 * What was answered when this very payload was sent before, although today's rules would refuse it: a document that is
 * thirty days old by now stays registered, and its key keeps its answer for 24 hours. Undefined when there is nothing.
 */
export async function earlierAnswer(deps: EarlierAnswerDeps, submission: Submission): Promise<Submitted | undefined> {
  const request = await deps.requests.current(keyOfSubmission(submission), deps.now());
  if (request && request.state !== "CLAIMED" && request.fp === canonicalHash(submission.payload)) {
    if (!request.outcome) return { is: "accepted", rid: request.rid, joined: true };
    return { is: "known", outcome: request.outcome, replayOf: request.rid };
  }
  if (submission.change) return undefined;
  const known = knownOutcome(await deps.documents.find(submission.irn), submission);
  return known?.kind === "registered" ? { is: "known", outcome: known, replayOf: undefined } : undefined;
}
