import type { CheckContext, RegisteredTaxpayer } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { type SupplyType, supplyTypes } from "../masters/supply-types.ts";

/** What section 3 of the sheet calls EXP, SEZ and DOM, and the question of 3.4: which tax. */

const UNREGISTERED = "URP";

export function isExport(invoice: Invoice): boolean {
  return supplyOf(invoice)?.isExport === true;
}

export function isSez(invoice: Invoice): boolean {
  return supplyOf(invoice)?.isSez === true;
}

/** B2B, supplies to a SEZ and deemed exports. */
export function isDomestic(invoice: Invoice): boolean {
  return !isExport(invoice);
}

export function isSupply(invoice: Invoice, type: "B2B" | "DEXP" | "EXPWP"): boolean {
  return invoice.TranDtls.SupTyp.toUpperCase() === type;
}

export function supplyOf({ TranDtls }: Invoice): SupplyType | undefined {
  return supplyTypes.get(TranDtls.SupTyp.toUpperCase());
}

/** INV. The others are notes: CRN and DBN. */
export function isInvoice({ DocDtls }: Invoice): boolean {
  return DocDtls.Typ.toUpperCase() === "INV";
}

export function isReverseCharge({ TranDtls }: Invoice): boolean {
  return TranDtls.RegRev === "Y";
}

export function isIgstOnIntra({ TranDtls }: Invoice): boolean {
  return TranDtls.IgstOnIntra === "Y";
}

/** "7" and "07" are the same state. */
export function stateOf(code: string): number {
  return Number(code);
}

/** The state whose code opens a GSTIN. */
export function stateOfGstin(gstin: string): number {
  return Number(gstin.slice(0, 2));
}

export function isRegistered(gstin: string | null | undefined): gstin is string {
  return gstin != null && gstin !== UNREGISTERED;
}

/** The members that `isIgstSide` looks at. */
export const TAX_SIDE = [
  "TranDtls.SupTyp",
  "TranDtls.IgstOnIntra",
  "SellerDtls.Gstin",
  "SellerDtls.Stcd",
  "BuyerDtls.Gstin",
  "BuyerDtls.Pos",
] as const;

/**
 * Whether IGST is due, not CGST and SGST (3.4): exports and supplies to a SEZ, supplies into another state, and those
 * that say IgstOnIntra. The buyer's own state plays no part, but a SEZ developer who sells and a SEZ unit that buys do.
 */
export function isIgstSide(invoice: Invoice, { registry }: Pick<CheckContext, "registry">): boolean {
  const { SellerDtls, BuyerDtls } = invoice;
  if (isExport(invoice) || isSez(invoice) || isIgstOnIntra(invoice)) return true;
  if (stateOf(SellerDtls.Stcd) !== stateOf(BuyerDtls.Pos)) return true;
  return (
    taxpayerOf(SellerDtls.Gstin, registry)?.type === "sez-developer" ||
    taxpayerOf(BuyerDtls.Gstin, registry)?.type === "sez-unit"
  );
}

/** What the registry knows about a taxpayer; undefined also when it can not say. */
export function taxpayerOf(gstin: string, registry: CheckContext["registry"]): RegisteredTaxpayer | undefined {
  const answer = isRegistered(gstin) ? registry?.taxpayer?.(gstin) : undefined;
  return answer === "nobody" ? undefined : answer;
}
