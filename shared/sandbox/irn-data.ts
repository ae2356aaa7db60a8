import { toPortalTime } from "../ist.ts";
import type { KeyRing } from "./keys.ts";
import type { Registration } from "./registration.ts";
import { signedCopies } from "./sign-invoice.ts";

const MINUTE_MS = 60_000;

/** What generate and both look-ups answer of a registered document. */
export async function describeRegistration(keys: KeyRing, registration: Registration) {
  const { SignedInvoice, SignedQRCode } = await signedCopies(registration, await keys(registration.portal));
  return {
    ...acknowledgement(registration),
    SignedInvoice,
    SignedQRCode,
    Status: registration.status,
    EwbNo: null,
    EwbDt: null,
    EwbValidTill: null,
    Remarks: null,
  };
}

/** Outside the signed copies, the portals round the time of acknowledgement to the minute, half up. */
export function acknowledgement({ ackNo, ackAt, irn }: Registration) {
  const rounded = new Date(Math.round(Date.parse(ackAt) / MINUTE_MS) * MINUTE_MS);
  return { AckNo: ackNo, AckDt: toPortalTime(rounded), Irn: irn };
}
