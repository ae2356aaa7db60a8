import { ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

/** Says that requests reach the functions. It touches no store: a monitor asks often. */
export function createHandler(deps: PipelineDeps) {
  return httpFunction("health", deps, { "GET /health": async () => ok({ status: "ok" }) });
}
