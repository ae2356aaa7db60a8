import { Problem } from "../../shared/api/problem.ts";
import type { Journal } from "../../shared/audit/journal.ts";
import { Gstin } from "../../shared/gstin.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { type LookUpDeps, lookUpTaxpayer } from "../../shared/taxpayer/look-up-taxpayer.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & LookUpDeps & { readonly mode: "test" | "live"; readonly journal: Pick<Journal, "settled"> };

export function createHandler(deps: Deps) {
  return httpFunction("taxpayer", deps, {
    "GET /gstins/{gstin}": (call) => show(deps, call, "taxpayer"),
    "POST /gstins/{gstin}/sync": (call) => show(deps, call, "syncTaxpayer"),
  });
}

/** Any taxpayer, for whoever may call a portal: what the portals say of one is no secret. */
async function show(deps: Deps, { params, caller }: Call, operation: "taxpayer" | "syncTaxpayer"): Promise<HttpAnswer> {
  const gstin = readGstin(params["gstin"] ?? "");
  const looked = lookUpTaxpayer(deps, operation, caller?.gstin ?? "", gstin);
  const taxpayer = await looked.finally(() => deps.journal.settled());
  return ok({ ...taxpayer, asOf: toIstTimestamp(deps.now()), mode: deps.mode });
}

/** A typing mistake costs no call of the caller's budget. */
function readGstin(text: string): Gstin {
  const read = Gstin.safeParse(text);
  if (read.success) return read.data;
  throw new Problem("not_found", `that is no GSTIN: ${read.error.issues[0]?.message}`);
}
