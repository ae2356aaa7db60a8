import type { SignedDocument } from "../irp/irp.ts";
import type { VerifiedDocument } from "../irp/verify.ts";

/** The body that answers a registration, now and for ever: it is frozen when the document is registered. */
export function registeredAnswer(mode: "test" | "live", verified: VerifiedDocument, signed: SignedDocument) {
  const { irn, ackNo, ackDt } = verified;
  const { status, signedInvoice, signedQrCode } = signed;
  return { irn, ackNo, ackDt, status, mode, signedInvoice, signedQrCode, links: { self: `/irn/${irn}` } };
}
