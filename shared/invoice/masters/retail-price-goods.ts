/**
 * Tobacco and pan masala, taxed on the retail sale price from this document day (GSTN advisory of 23-01-2026): AssAmt
 * carries the net sale value, and tax is the retail price × rate / (100 + rate), so more than AssAmt × rate.
 */
export const RETAIL_PRICE_FROM = "01/02/2026";

/** HSN codes begin so. The two headings under 2404 are given by six digits, which hold nothing else. */
const PREFIXES = ["21069020", "2401", "2402", "2403", "240411", "240419"];
const NOT = ["24031921", "24031929"];

/** Whether goods with this HSN code are taxed on their retail sale price. */
export function isRetailPriced(hsn: string): boolean {
  return PREFIXES.some((prefix) => hsn.startsWith(prefix)) && !NOT.includes(hsn);
}
