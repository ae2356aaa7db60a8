import { checkInvoice } from "../../shared/invoice/check-invoice.ts";
import { heal } from "../../shared/invoice/heal.ts";
import { checkingContext } from "../../shared/taxpayer/checking-context.ts";
import type { ProfileStore } from "../../shared/taxpayer/profile-store.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";

type Deps = PipelineDeps & { readonly profiles: Pick<ProfileStore, "find">; readonly now: () => Date };

export function createHandler(deps: Deps) {
  return httpFunction("validate-invoice", deps, { "POST /irn/validate": (call) => validate(deps, call) });
}

/** The dry run: every finding at once, and a JSON Patch (RFC 6902) that mends the arithmetic. Nothing is sent or stored. */
async function validate(deps: Deps, { body, caller }: Call<unknown>): Promise<HttpAnswer> {
  const context = await checkingContext(deps.profiles, caller?.gstin ?? "", deps.now());
  const findings = checkInvoice(body, context);
  const valid = findings.every(({ severity }) => severity !== "error");
  return ok({ valid, findings, patch: heal(body, context) });
}
