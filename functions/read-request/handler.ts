import { Problem } from "../../shared/api/problem.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import type { Request } from "../../shared/request/request.ts";
import type { RequestStore } from "../../shared/request/request-store.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & {
  readonly requests: Pick<RequestStore, "find">;
  readonly documents: Pick<DocumentStore, "answer">;
};

export function createHandler(deps: Deps) {
  return httpFunction("read-request", deps, { "GET /requests/{id}": (call) => readRequest(deps, call) });
}

/** Anything else is no key to ask the store for: it may be longer than a key can be. */
const RID = /^[\w-]{43}\.[\w-]{1,40}$/;

/** An accepted request: its state, and its outcome once there is one. Another GSTIN's is not there at all. */
async function readRequest(deps: Deps, { params, caller }: Call): Promise<HttpAnswer> {
  const id = params["id"] ?? "";
  const request = RID.test(id) ? await deps.requests.find(id) : undefined;
  if (!request || request.gstin !== caller?.gstin || request.state === "CLAIMED") {
    throw new Problem("not_found", "there is no such request; an outcome can be read for 24 hours");
  }
  return ok({ ...summary(request), ...(await outcome(deps, request)) });
}

function summary({ rid, irn, state, createdAt, finishedAt }: Request) {
  const times = { createdAt, ...(finishedAt === undefined ? {} : { finishedAt }) };
  return { id: rid, state: state === "FINAL" ? "done" : "queued", irn, ...times, links: { self: `/requests/${rid}` } };
}

async function outcome(deps: Deps, { outcome }: Request) {
  if (!outcome) return {};
  if (outcome.kind === "problem") return { status: outcome.problem.status, problem: outcome.problem };
  const answer = await deps.documents.answer(outcome.irn);
  return { status: outcome.status, result: answer === undefined ? null : JSON.parse(answer) };
}
