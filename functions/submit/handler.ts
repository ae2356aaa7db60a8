import { httpFunction } from "../pipeline/http-function.ts";
import type { SubmitFunctionDeps } from "./answer.ts";
import { cancel, cancelByBody, cancelEwayBill, makeEwayBill } from "./change.ts";
import { register } from "./register.ts";

/** Everything that ends at the IRP and changes something there. */
export function createHandler(deps: SubmitFunctionDeps) {
  return httpFunction("submit", deps, {
    "POST /irn": (call) => register(deps, call, { notesOnly: false }),
    "POST /cdnr": (call) => register(deps, call, { notesOnly: true }),
    "POST /irn/cancel": (call) => cancelByBody(deps, call),
    "POST /irn/{irn}/cancel": (call) => cancel(deps, call),
    "POST /irn/{irn}/ewb": (call) => makeEwayBill(deps, call),
    "POST /ewb/{ewbNo}/cancel": (call) => cancelEwayBill(deps, call),
  });
}
