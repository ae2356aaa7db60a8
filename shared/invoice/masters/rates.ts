/** A combined rate of GST in percent that the portal accepts. Days are DD/MM/YYYY and both included. */
export interface Rate {
  readonly percent: number;
  /** When the rate stood in the notifications. Outside of it documents are still accepted: notes and late ones use it. */
  readonly from?: string;
  readonly to?: string;
  /** The last day for the goods of `retail-price-goods`, where it is another one. */
  readonly toForTobacco?: string;
}

/**
 * NIC's tax-rate master (via india-compliance) and 40, which NIC's own texts do not show yet, August 2026. Days:
 * notifications 9/2025 and 19/2025-Central Tax (Rate). 0.5 is withdrawn; 2 stands in an old error text only.
 */
export const rates: readonly Rate[] = [
  { percent: 0 },
  { percent: 0.1 },
  { percent: 0.25 },
  { percent: 1 },
  { percent: 1.5 },
  { percent: 3 },
  { percent: 5 },
  { percent: 6 },
  { percent: 7.5 },
  { percent: 12, to: "21/09/2025" },
  { percent: 18 },
  { percent: 28, to: "21/09/2025", toForTobacco: "31/01/2026" },
  { percent: 40, from: "22/09/2025" },
];

/** Compensation cess is nil from this day (notification 3/2025-Compensation Cess (Rate)). */
export const CESS_ENDED = "01/02/2026";
