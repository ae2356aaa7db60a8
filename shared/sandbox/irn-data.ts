import { toPortalTime } from "../ist.ts";
import type { KeyRing } from "./keys.ts";
import { activeEwayBill, type EwayBill, type Registration, statusOf } from "./registration.ts";
import { signedCopies } from "./sign-invoice.ts";

const MINUTE_MS = 60_000;

/** What generate and both look-ups answer of a registered document. */
export async function describeRegistration(keys: KeyRing, registration: Registration, at: Date) {
  const { SignedInvoice, SignedQRCode } = await signedCopies(registration, await keys(registration.portal));
  return {
    ...acknowledgement(registration),
    SignedInvoice,
    SignedQRCode,
    Status: statusOf(registration, at),
    ...describeEwayBill(activeEwayBill(registration)),
    Remarks: null,
  };
}

/** Outside the signed copies, the portals round the time of acknowledgement to the minute, half up. */
export function acknowledgement({ ackNo, ackAt, irn }: Registration) {
  return { AckNo: ackNo, AckDt: toMinute(ackAt), Irn: irn };
}

/** The e-way bill's members; all null when there is none. */
export function describeEwayBill(bill: EwayBill | undefined) {
  return {
    EwbNo: bill?.no ?? null,
    EwbDt: bill ? toMinute(bill.madeAt) : null,
    EwbValidTill: bill?.validUntil ? toPortalTime(new Date(bill.validUntil)) : null,
  };
}

function toMinute(instant: string): string {
  return toPortalTime(new Date(Math.round(Date.parse(instant) / MINUTE_MS) * MINUTE_MS));
}
