import { hash } from "node:crypto";

/** What identifies a document for ever: the supplier's GSTIN (also when an e-commerce operator sends it), and its own marks. */
export interface DocumentIdentity {
  readonly sellerGstin: string;
  /** INV, CRN or DBN, in any case. */
  readonly docType: string;
  readonly docNo: string;
  /** DD/MM/YYYY. */
  readonly docDate: string;
}

/**
 * The Indian financial year (April to March) of a document date DD/MM/YYYY: `31/03/2026` → `2025-26`.
 * Throws a RangeError on any other shape.
 */
export function financialYear(documentDate: string): string {
  const [, month = "", year = ""] = /^\d{2}\/(0[1-9]|1[0-2])\/(\d{4})$/.exec(documentDate) ?? [];
  if (year === "") throw new RangeError("not a document date DD/MM/YYYY");

  const start = Number(month) >= 4 ? Number(year) : Number(year) - 1;
  return `${start}-${String((start + 1) % 100).padStart(2, "0")}`;
}

/**
 * The IRN that the IRP will give a document: lower-case hex SHA-256 over supplier GSTIN, financial year of the document
 * date, type and number, nothing between. Type and number are upper-cased, as the IRP does since 2025-06-01 (GSTN
 * advisory of 2025-04-04). Before that day the number was hashed as typed; such a document can not be registered any
 * more, so there is no way here to keep the case: its IRN is read from its token, not computed.
 */
export function irnOf({ sellerGstin, docType, docNo, docDate }: DocumentIdentity): string {
  return hash("sha256", sellerGstin + financialYear(docDate) + docType.toUpperCase() + docNo.toUpperCase());
}

/** Whether a text can be an IRN. Anything else is no key to ask a store for: it may be longer than a key can be. */
export function isIrn(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
