import { type CheckContext, defaultContext, type Registry } from "../invoice/check-context.ts";
import type { Finding } from "../invoice/finding.ts";
import { toDocumentDate } from "../ist.ts";
import type { Fault } from "./codes.ts";
import type { SessionRequest } from "./sandbox-request.ts";

/** Every taxpayer counts as one of 10 crore turnover, for whom the rules are strictest. */
export function contextOf(
  { session, at }: SessionRequest,
  operator: string | null | undefined,
  registry: Registry,
): CheckContext {
  const kind = operator === session.gstin ? "operator" : "supplier"; // An operator sends in its own name what names it.
  return { ...defaultContext(toDocumentDate(at)), requester: { kind }, registry };
}

export function toFault({ irpCode, path, message }: Finding): Fault {
  return { ErrorCode: irpCode ?? "5002", ErrorMessage: path === "" ? message : `${path}: ${message}` };
}
