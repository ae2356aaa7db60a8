import { Problem } from "../../shared/api/problem.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & {
  readonly documents: Pick<DocumentStore, "find" | "answer">;
  readonly now: () => Date;
};

export function createHandler(deps: Deps) {
  return httpFunction("read-irn", deps, { "GET /irn/{irn}": (call) => readIrn(deps, call) });
}

/** Anything else is no key to ask the store for: it may be longer than a key can be. */
const IRN = /^[0-9a-f]{64}$/;

/** A registered document with its status as we know it, without asking the IRP. Another GSTIN's is not there at all. */
async function readIrn(deps: Deps, { params, caller }: Call): Promise<HttpAnswer> {
  const irn = params["irn"] ?? "";
  const document = IRN.test(irn) ? await deps.documents.find(irn) : undefined;
  if (!document?.reg || document.ownerGstin !== caller?.gstin)
    throw new Problem("not_found", "there is no such document");
  const answer = await deps.documents.answer(irn);
  if (answer === undefined) throw new Error("a registered document has no frozen answer");
  return ok({ ...JSON.parse(answer), status: document.status, asOf: toIstTimestamp(deps.now()) });
}
