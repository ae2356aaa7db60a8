import type { DocumentStore } from "../../shared/document/document-store.ts";
import type { Outcome } from "../../shared/request/request.ts";
import type { HttpAnswer } from "./http.ts";

/** An outcome on its way to the caller: the frozen answer byte for byte, or the stored problem. */
export async function outcomeAnswer(
  documents: Pick<DocumentStore, "answer">,
  outcome: Outcome,
  requestId: string,
): Promise<HttpAnswer> {
  if (outcome.kind === "registered") {
    const text = await documents.answer(outcome.irn);
    if (text === undefined) throw new Error("a registered document has no frozen answer");
    return { status: outcome.status, text };
  }
  if (outcome.kind === "changed") return { status: outcome.status, json: outcome.body };
  const { problem } = outcome;
  return {
    status: problem.status,
    json: { ...problem, requestId },
    headers: { "content-type": "application/problem+json" },
  };
}
