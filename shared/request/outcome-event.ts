import type { ProblemCode } from "../api/problem.ts";
import { type EventRecord, eventId } from "../event/event.ts";
import type { Invoice } from "../invoice/invoice.ts";
import type { IrpError } from "../irp/irp.ts";
import { toIstTimestamp } from "../ist.ts";
import type { Request } from "./request.ts";

type Mode = "test" | "live";

/** What the portal's acknowledgement says; id and time come from it, so that the event told again is the same event. */
export function generatedEvent(
  mode: Mode,
  { rid, irn, gstin }: Request,
  { DocDtls }: Invoice,
  { ackNo, ackDt }: { readonly ackNo: string; readonly ackDt: string },
): EventRecord {
  const document = { docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt };
  const links = { document: `/irn/${irn}` };
  const data = { irn, ackNo, ackDt, status: "ACT", mode, requestId: rid, ...document, seq: 1, links };
  return { v: 1, id: eventId("irn.generated", irn), gstin, type: "irn.generated", timestamp: ackDt, data };
}

interface Failure {
  readonly code: ProblemCode;
  /** As the portal words them; none when the refusal is ours. */
  readonly errors: readonly IrpError[];
  readonly at: Date;
}

/** An event is thin: twenty errors say enough, the request holds them all. */
const MOST_ERRORS = 20;

export function failedEvent(mode: Mode, { rid, irn, gstin }: Request, { code, errors, at }: Failure): EventRecord {
  const links = { request: `/requests/${rid}` };
  const data = { irn, mode, requestId: rid, code, errors: errors.slice(0, MOST_ERRORS), links };
  const type = code === "outcome_unknown" ? "irn.outcome_unknown" : "irn.failed";
  const id = eventId(type, rid.replace(".", "-"));
  return { v: 1, id, gstin, type, timestamp: toIstTimestamp(at), data };
}
