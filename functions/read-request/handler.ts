import { Problem } from "../../shared/api/problem.ts";
import { rateLimitFields } from "../../shared/api/rate-limit.ts";
import type { Budget } from "../../shared/budget/budget.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import type { OpenCircuit } from "../../shared/irp/circuits.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { isRid, type Request } from "../../shared/request/request.ts";
import { listRequests } from "../../shared/request/request-list.ts";
import { type RequestState, stateOf } from "../../shared/request/request-state.ts";
import type { RequestStore } from "../../shared/request/request-store.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { pausedAnswer } from "../pipeline/paused-answer.ts";
import { nextLink, readListQuery } from "./list-query.ts";

type Deps = PipelineDeps & {
  readonly requests: Pick<RequestStore, "find" | "list">;
  readonly documents: Pick<DocumentStore, "find" | "answer">;
  readonly budget: Pick<Budget, "level">;
  /** What stops every call of the GSTIN now, if anything does. */
  readonly pauseOf: (gstin: string) => Promise<OpenCircuit | undefined>;
  readonly now: () => Date;
};

export function createHandler(deps: Deps) {
  return httpFunction("read-request", deps, {
    "GET /requests": (call) => readRequests(deps, call),
    "GET /requests/{id}": (call) => readRequest(deps, call),
    "GET /rate-limit": (call) => readRateLimit(deps, call),
  });
}

/** An accepted request: its state, and its outcome once there is one. Another GSTIN's is not there at all. */
async function readRequest(deps: Deps, { params, caller }: Call): Promise<HttpAnswer> {
  const id = params["id"] ?? "";
  const request = isRid(id) ? await deps.requests.find(id) : undefined;
  if (!request || request.gstin !== caller?.gstin || request.state === "CLAIMED") {
    throw new Problem("not_found", "there is no such request; an outcome can be read for 24 hours");
  }
  const state = await stateOf(deps, request);
  return ok({ ...summary(request, state), ...(await outcome(deps, request)) });
}

/** The accepted requests of the caller's GSTIN, newest first, without what they carry. */
async function readRequests(deps: Deps, { query, caller }: Call): Promise<HttpAnswer> {
  const gstin = caller?.gstin ?? "";
  const asked = readListQuery(gstin, query);
  const { requests, next } = await listRequests(deps, gstin, asked);
  const listed = requests.map(({ request, state }) => ({ ...summary(request, state), ...ending(request) }));
  return ok({ requests: listed, ...(next && { next: nextLink(gstin, asked, next) }) });
}

/** What is left of the GSTIN's budget now, and how long its queue is. Nothing is taken from either. */
async function readRateLimit({ budget, pauseOf, now }: Deps, { caller }: Call): Promise<HttpAnswer> {
  const gstin = caller?.gstin ?? "";
  const [level, pause] = await Promise.all([budget.level(gstin, now()), pauseOf(gstin)]);
  const { policy, remaining, resetSeconds, waiting, nextStartsAt } = level;
  const queue = { waiting, nextStartsAt: toIstTimestamp(nextStartsAt) };
  const paused = pause && pausedAnswer(pause);
  return ok({ gstin, policy, remaining, resetSeconds, queue, ...paused }, rateLimitFields(level));
}

function summary({ rid, op, irn, createdAt, finishedAt }: Request, state: RequestState) {
  const times = {
    createdAt: indian(createdAt),
    ...(finishedAt === undefined ? {} : { finishedAt: indian(finishedAt) }),
  };
  return { id: rid, operation: op, state, irn, ...times, links: { self: `/requests/${rid}` } };
}

function indian(time: string): string {
  return toIstTimestamp(new Date(time));
}

function ending({ outcome }: Request) {
  if (!outcome) return {};
  if (outcome.kind === "problem") return { status: outcome.problem.status, code: outcome.problem.code };
  return { status: outcome.status };
}

async function outcome(deps: Deps, { outcome }: Request) {
  if (!outcome) return {};
  if (outcome.kind === "problem") return { status: outcome.problem.status, problem: outcome.problem };
  if (outcome.kind === "changed") return { status: outcome.status, result: outcome.body };
  const answer = await deps.documents.answer(outcome.irn);
  return { status: outcome.status, result: answer === undefined ? null : JSON.parse(answer) };
}
