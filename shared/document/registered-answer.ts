import type { IrpError, SignedDocument } from "../irp/irp.ts";
import type { VerifiedDocument } from "../irp/verify.ts";
import type { Bill } from "./change.ts";
import { type Mode, madeBill } from "./change-answer.ts";

/** What came of the e-way bill that was asked for with the registration. */
export type BillBeside = { readonly bill: Bill } | { readonly errors: readonly IrpError[] };

interface Registered {
  readonly verified: VerifiedDocument;
  readonly signed: SignedDocument;
  readonly beside: BillBeside | undefined;
  /** IRNs of the documents that a note corrects, as far as they are ours. */
  readonly originals: readonly string[];
}

/** The body that answers a registration, now and for ever: it is frozen when the document is registered. */
export function registeredAnswer(mode: Mode, { verified, signed, beside, originals }: Registered) {
  const { irn, ackNo, ackDt } = verified;
  const { status, signedInvoice, signedQrCode } = signed;
  const ewb = beside && ("bill" in beside ? madeBill(beside.bill) : { status: "failed", errors: beside.errors });
  const links = {
    self: `/irn/${irn}`,
    ...(originals.length > 0 && { originals: originals.map((original) => `/irn/${original}`) }),
  };
  return { irn, ackNo, ackDt, status, mode, signedInvoice, signedQrCode, ...(ewb && { ewb }), links };
}
