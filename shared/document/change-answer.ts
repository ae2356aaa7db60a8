import type { Bill, Cancellation } from "./change.ts";

export type Mode = "test" | "live";
type Body = Record<string, unknown>;

/** The body that answers a cancellation. */
export function cancelledAnswer(mode: Mode, irn: string, cancelled: Cancellation): Body {
  return { irn, status: "CNL", ...described(cancelled), mode, links: { self: `/irn/${irn}` } };
}

/** The body that answers an e-way bill as it was made, whatever became of it. */
export function newBillAnswer(mode: Mode, irn: string, bill: Bill): Body {
  return { irn, ...madeBill(bill), mode, links: { self: `/irn/${irn}/ewb`, document: `/irn/${irn}` } };
}

export function cancelledBillAnswer(
  mode: Mode,
  irn: string,
  { ewbNo, cancelled }: { readonly ewbNo: string; readonly cancelled: Cancellation },
): Body {
  const links = { self: `/irn/${irn}/ewb`, document: `/irn/${irn}` };
  return { irn, ewbNo, status: "CNL", ...described(cancelled), mode, links };
}

/** An e-way bill as it now is. */
export function billNow(bill: Bill): Body {
  return { ...madeBill(bill), status: bill.status, ...(bill.cancelled && described(bill.cancelled)) };
}

/** An e-way bill as it was made: part A alone has no `validTill`. */
export function madeBill({ ewbNo, madeAt, validTill, distanceKm }: Bill): Body {
  return {
    status: "ACT",
    ewbNo,
    ewbDt: madeAt,
    ...(validTill !== undefined && { validTill }),
    ...(distanceKm !== undefined && { distanceKm }),
  };
}

/** When and why; somebody else's reasons are not known. */
export function described({ at, reason, remarks }: Cancellation): Body {
  return { cancelledAt: at, ...(reason && { reason }), ...(remarks !== undefined && { remarks }) };
}
