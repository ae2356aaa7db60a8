import type { CancelReason } from "../irp.ts";

/** Reasons for cancelling, as the IRN's endpoint numbers them and as the e-way bill system does (irp-protocol 5.3, 5.6). */
export const cancelReasons = {
  duplicate: { irn: "1", ewayBill: 1 },
  data_entry_mistake: { irn: "2", ewayBill: 3 },
  order_cancelled: { irn: "3", ewayBill: 2 },
  other: { irn: "4", ewayBill: 4 },
} as const satisfies Record<CancelReason, { readonly irn: string; readonly ewayBill: number }>;
