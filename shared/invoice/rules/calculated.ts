import { minus, plus, type Ratio, scaled, times, type Whole } from "../../money.ts";
import type { Invoice } from "../invoice.ts";
import type { Line } from "./rule.ts";

/** What follows from what on an invoice, exact and in rupees. The rules compare with it, and healing writes it. */

type Member<Of> = { [Name in keyof Of]: Of[Name] extends number | null | undefined ? Name : never }[keyof Of] & string;
export type LineAmount = Member<Line>;
export type TotalAmount = Member<Invoice["ValDtls"]>;

/** An amount in paise. What is absent counts as 0. */
export function paise(amount: number | null | undefined): Whole {
  return amount == null ? 0 : scaled(amount, 2);
}

/** Qty × UnitPrice, or undefined without a quantity. */
export function grossOf({ Qty, UnitPrice }: Line): Ratio | undefined {
  return Qty == null ? undefined : { over: times(scaled(Qty, 3), scaled(UnitPrice, 3)), under: 1_000_000 };
}

/** TotAmt - Discount. */
export function taxableOf({ TotAmt, Discount }: Line): Ratio {
  return inRupees(minus(paise(TotAmt), paise(Discount)));
}

/** AssAmt × rate / 100, the rate in percent. */
export function taxOf({ AssAmt }: Line, rate: number | null | undefined): Ratio {
  return { over: times(paise(AssAmt), scaled(rate ?? 0, 3)), under: 10_000_000 };
}

/** AssAmt × rate / 200: CGST and SGST each. */
export function halfTaxOf(line: Line, rate: number | null | undefined): Ratio {
  const { over, under } = taxOf(line, rate);
  return { over, under: under * 2 };
}

const GST = ["IgstAmt", "CgstAmt", "SgstAmt"] as const;
const CESSES = ["CesAmt", "CesNonAdvlAmt", "StateCesAmt", "StateCesNonAdvlAmt"] as const;
const UNTAXED = ["AssAmt", "OthChrg"] as const;

/** The members of a line that A-3 reads. */
export const LINE_TOTAL_PARTS = [...UNTAXED, ...GST, ...CESSES] as const;

/** The sum of A-3. A-4 lets it go without GST, and perhaps without the cesses as well. */
export function lineTotalOf(line: Line, parts: "all" | "without GST" | "without taxes" = "all"): Ratio {
  let sum = total(line, UNTAXED);
  if (parts !== "without taxes") sum = plus(sum, total(line, CESSES));
  if (parts === "all") sum = plus(sum, total(line, GST));
  return inRupees(sum);
}

function total(line: Line, members: readonly LineAmount[]): Whole {
  let sum: Whole = 0;
  for (const member of members) sum = plus(sum, paise(line[member]));
  return sum;
}

/** The sums of: which members of the lines make up which total. */
export const SUMS = [
  { no: "A-5", irpCode: "2182", total: "AssVal", parts: ["AssAmt"] },
  { no: "A-6", irpCode: "2183", total: "SgstVal", parts: ["SgstAmt"] },
  { no: "A-7", irpCode: "2184", total: "CgstVal", parts: ["CgstAmt"] },
  { no: "A-8", irpCode: "2185", total: "IgstVal", parts: ["IgstAmt"] },
  { no: "A-9", irpCode: "2186", total: "CesVal", parts: ["CesAmt", "CesNonAdvlAmt"] },
  { no: "A-10", irpCode: "2187", total: "StCesVal", parts: ["StateCesAmt", "StateCesNonAdvlAmt"] },
] as const satisfies readonly {
  no: string;
  irpCode: string;
  total: TotalAmount;
  parts: readonly LineAmount[];
}[];

/** The sum of some members over all lines. */
export function sumOf({ ItemList }: Invoice, parts: readonly LineAmount[]): Ratio {
  let sum: Whole = 0;
  for (const line of ItemList) sum = plus(sum, total(line, parts));
  return inRupees(sum);
}

/** Sum of TotItemVal - Discount + OthChrg + RndOffAmt; what a line charges besides is in its TotItemVal. */
export function invoiceTotalOf(invoice: Invoice): Ratio {
  const { Discount, OthChrg, RndOffAmt } = invoice.ValDtls;
  const lines = sumOf(invoice, ["TotItemVal"]).over;
  return inRupees(plus(minus(lines, paise(Discount)), plus(paise(OthChrg), paise(RndOffAmt))));
}

function inRupees(over: Whole): Ratio {
  return { over, under: 100 };
}
