import type { ProblemCode } from "../problem.ts";
import type { Route } from "../routes.ts";
import type { Operation } from "./operation.ts";

/** Every problem that a route may answer with: its own, and what follows from the table of routes and from its parameters. */
export function problemsOf(
  { scope, consumes, schema }: Pick<Route, "scope" | "consumes" | "schema">,
  { problems, query, isSubmission }: Pick<Operation, "problems" | "query" | "isSubmission">,
): ProblemCode[] {
  const all: readonly (readonly ProblemCode[])[] = [
    ["internal_error"],
    scope ? ["token_missing", "token_invalid", "token_expired", "insufficient_scope", "store_unavailable"] : [],
    consumes ? ["unsupported_media_type", "body_too_large"] : [],
    schema ? ["malformed_json"] : [],
    query ? ["malformed_query"] : [],
    isSubmission ? ["malformed_header", "idempotency_key_reused", "rate_limited", "backlog_full"] : [],
    isSubmission ? ["claim_busy", "acceptance_unknown"] : [],
    problems,
  ];
  return [...new Set(all.flat())];
}
