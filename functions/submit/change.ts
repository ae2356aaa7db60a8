import { CancelBody, CancelByBody, CancelEwayBillBody, EwayBillBody } from "../../shared/api/change-bodies.ts";
import { readPrefer } from "../../shared/api/prefer.ts";
import { Problem } from "../../shared/api/problem.ts";
import { canonicalHash } from "../../shared/canonical-json.ts";
import { askedFingerprint, type Change } from "../../shared/document/change.ts";
import { registeredContent } from "../../shared/document/registered-content.ts";
import { checkEwayBill } from "../../shared/invoice/check-eway-bill.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import { isIrn } from "../../shared/invoice/irn.ts";
import { registeredDocument } from "../../shared/request/submit.ts";
import { checkingContext } from "../../shared/taxpayer/checking-context.ts";
import { checkedBody, invalidBody } from "../pipeline/checked-body.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { answerTo, type SubmitFunctionDeps } from "./answer.ts";
import { callerOf } from "./register.ts";

/** `POST /irn/{irn}/cancel` */
export function cancel(deps: SubmitFunctionDeps, call: Call<unknown>): Promise<HttpAnswer> {
  const irn = irnInPath(call);
  return change(deps, call, irn, { op: "cancel", ...checkedBody(CancelBody, call.body) });
}

/** `POST /irn/cancel`, for clients that cannot build a path. */
export function cancelByBody(deps: SubmitFunctionDeps, call: Call<unknown>): Promise<HttpAnswer> {
  const { irn, ...why } = checkedBody(CancelByBody, call.body);
  return change(deps, call, irn, { op: "cancel", ...why });
}

/** `POST /irn/{irn}/ewb` */
export async function makeEwayBill(deps: SubmitFunctionDeps, call: Call<unknown>): Promise<HttpAnswer> {
  const irn = irnInPath(call);
  const request = checkedBody(EwayBillBody, call.body);
  const findings = await againstBill(deps, call, irn, request);
  return change(deps, call, irn, { op: "make_ewb", request }, findings);
}

/** `POST /ewb/{ewbNo}/cancel` */
export async function cancelEwayBill(deps: SubmitFunctionDeps, call: Call<unknown>): Promise<HttpAnswer> {
  const why = checkedBody(CancelEwayBillBody, call.body);
  const ewbNo = call.params["ewbNo"] ?? "";
  const irn = /^\d{12}$/.test(ewbNo) ? await deps.documents.irnOfBill(ewbNo) : undefined;
  if (irn === undefined) throw new Problem("not_found", "there is no such e-way bill");
  return change(deps, call, irn, { op: "cancel_ewb", ewbNo, ...why });
}

function change(
  deps: SubmitFunctionDeps,
  call: Call<unknown>,
  irn: string,
  change: Change,
  findings: readonly Finding[] = [],
): Promise<HttpAnswer> {
  return answerTo(deps, call, readPrefer(call.headers["prefer"]), {
    gstin: callerOf(call).gstin,
    // The IRN and the number of the bill too: of those in the body the path says nothing.
    body: { irn, ...change },
    irn,
    docFp: change.op === "make_ewb" ? askedFingerprint(change.request) : canonicalHash(change),
    change,
    refusal: findings.length > 0 ? () => invalidBody(findings) : undefined,
  });
}

/** What the rules hold against the bill, from the document as it is registered. */
async function againstBill(
  deps: SubmitFunctionDeps,
  call: Call<unknown>,
  irn: string,
  request: EwayBillBody,
): Promise<Finding[]> {
  const { gstin } = callerOf(call);
  registeredDocument(await deps.documents.find(irn), gstin);
  const answer = await deps.documents.answer(irn);
  if (answer === undefined) throw new Error("a registered document has no frozen answer");
  return checkEwayBill(registeredContent(answer), request, await checkingContext(deps.profiles, gstin, deps.now()));
}

function irnInPath({ params }: Call<unknown>): string {
  const irn = params["irn"] ?? "";
  if (isIrn(irn)) return irn;
  throw new Problem("not_found", "there is no such registered document");
}
