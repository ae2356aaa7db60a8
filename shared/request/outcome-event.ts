import type { ProblemCode } from "../api/problem.ts";
import type { Bill, Cancellation } from "../document/change.ts";
import { described, type Mode, madeBill } from "../document/change-answer.ts";
import { type EventRecord, type EventType, eventId } from "../event/event.ts";
import type { Invoice } from "../invoice/invoice.ts";
import type { IrpError } from "../irp/irp.ts";
import { toIstTimestamp } from "../ist.ts";
import type { Request } from "./request.ts";

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

/** What is said of a document, and by which request it came about; none when it was somebody else's doing. */
interface Told {
  readonly irn: string;
  readonly gstin: string;
  readonly rid: string | undefined;
  /** The document's change that this is. */
  readonly seq: number;
  /** RFC 3339. Part of the event's place: the same whoever tells it, and however often. */
  readonly timestamp: string;
}

function told(
  type: EventType,
  subject: string,
  mode: Mode,
  { irn, gstin, rid, seq, timestamp }: Told,
  said: object,
): EventRecord {
  const links = { document: `/irn/${irn}` };
  const data = { irn, ...said, mode, ...(rid !== undefined && { requestId: rid }), seq, links };
  return { v: 1, id: eventId(type, subject), gstin, type, timestamp, data };
}

export function cancelledEvent(mode: Mode, about: Told, cancelled: Cancellation): EventRecord {
  return told("irn.cancelled", about.irn, mode, about, { status: "CNL", ...described(cancelled) });
}

export function rejectedEvent(mode: Mode, about: Told): EventRecord {
  return told("irn.rejected", about.irn, mode, about, { status: "REJ" });
}

/** One for each number: a document may have several bills, one after the other. */
export function billEvent(mode: Mode, about: Told, bill: Bill): EventRecord {
  return told("ewb.generated", bill.ewbNo, mode, about, madeBill(bill));
}

export function billCancelledEvent(mode: Mode, about: Told, ewbNo: string, cancelled: Cancellation): EventRecord {
  return told("ewb.cancelled", ewbNo, mode, about, { ewbNo, status: "CNL", ...described(cancelled) });
}

/** The registration is well; the e-way bill that was to come with it is not. */
export function billFailedEvent(mode: Mode, about: Told & { rid: string }, errors: readonly IrpError[]): EventRecord {
  const said = { code: "refused_by_irp" satisfies ProblemCode, errors: thin(errors) };
  return told("ewb.failed", about.rid.replace(".", "-"), mode, about, said);
}

interface Failure {
  readonly code: ProblemCode;
  /** As the portal words them; none when the refusal is ours. */
  readonly errors: readonly IrpError[];
  readonly at: Date;
}

/** An event stays under 20 KB: so many errors say enough of what the request holds in full. */
const MOST_ERRORS = 20;
const LONGEST_CODE = 20;
const LONGEST_MESSAGE = 200;

function thin(errors: readonly IrpError[]): IrpError[] {
  return errors.slice(0, MOST_ERRORS).map(({ code, message }) => ({
    code: shortened(code, LONGEST_CODE),
    message: shortened(message, LONGEST_MESSAGE),
  }));
}

/** In characters, none of them cut in half, nor one that JSON writes as six. */
function shortened(text: string, most: number): string {
  return [...text.toWellFormed().replaceAll(/\p{Cc}/gu, " ")].slice(0, most).join("");
}

const failures = {
  register: "irn.failed",
  cancel: "irn.cancel_failed",
  make_ewb: "ewb.failed",
  cancel_ewb: "ewb.cancel_failed",
} as const satisfies Record<Request["op"], EventType>;

export function failedEvent(mode: Mode, { rid, irn, gstin, op }: Request, { code, errors, at }: Failure): EventRecord {
  const links = { request: `/requests/${rid}` };
  const data = { irn, mode, requestId: rid, code, errors: thin(errors), links };
  const type = op === "register" && code === "outcome_unknown" ? "irn.outcome_unknown" : failures[op];
  const id = eventId(type, rid.replace(".", "-"));
  return { v: 1, id, gstin, type, timestamp: toIstTimestamp(at), data };
}
