import { states } from "../../invoice/masters/states.ts";
import { plus, scaled, times, type Whole } from "../../money.ts";
import { decimalText, indianGroups, paiseOf } from "./grouped.ts";
import type { Item, PrintedContent } from "./printed-content.ts";

/** Union territories without a legislature, and other territory: section 2(114) CGST. Their own tax is the UTGST. */
const WITHOUT_LEGISLATURE = new Set([4, 26, 31, 35, 38, 97]);

/** One tax as a column: its amount and rate on a line of the document, in paise and as "9 %". */
export interface Tax {
  readonly name: string;
  amount(item: Item): Whole;
  rate(item: Item): string;
}

/** The taxes of a document: central and state tax, or the integrated one, or what its lines have of either, and cess. */
export function taxesOf({ ItemList, TranDtls, SellerDtls, BuyerDtls }: PrintedContent): Tax[] {
  const has = (member: "CgstAmt" | "SgstAmt" | "IgstAmt") => ItemList.some((item) => item[member] > 0);
  const isWithin = has("CgstAmt") || has("SgstAmt");
  const isWithoutAny = !isWithin && !has("IgstAmt");
  const isOneState = SellerDtls.Stcd === BuyerDtls.Pos && TranDtls.SupTyp.toUpperCase() === "B2B";
  const ownTax = WITHOUT_LEGISLATURE.has(Number(BuyerDtls.Pos)) ? "UTGST" : "SGST";
  const central: Tax = { name: "CGST", amount: ({ CgstAmt }) => paiseOf(CgstAmt), rate: halfRate };
  const state: Tax = { name: ownTax, amount: ({ SgstAmt }) => paiseOf(SgstAmt), rate: halfRate };
  const integrated: Tax = { name: "IGST", amount: ({ IgstAmt }) => paiseOf(IgstAmt), rate: wholeRate };
  return [
    ...(isWithin || (isWithoutAny && isOneState) ? [central, state] : []),
    ...(has("IgstAmt") || (isWithoutAny && !isOneState) ? [integrated] : []),
    ...(ItemList.some((item) => cessOf(item) > 0) ? [{ name: "Cess", amount: cessOf, rate: cessRate }] : []),
  ];
}

/** All cess of a line: of the union and the state, by value and by quantity. */
export function cessOf({ CesAmt, CesNonAdvlAmt, StateCesAmt, StateCesNonAdvlAmt }: Item): Whole {
  return total([CesAmt, CesNonAdvlAmt, StateCesAmt, StateCesNonAdvlAmt].map(paiseOf));
}

export function total(amounts: readonly Whole[]): Whole {
  return amounts.reduce((sum, amount) => plus(sum, amount), 0);
}

/** `27 Maharashtra`; the code alone where the master has no such state. */
export function stateText(code: string): string {
  const name = states.get(Number(code))?.name;
  return name ? `${name} (${code.padStart(2, "0")})` : code;
}

function wholeRate({ GstRt }: Item): string {
  return `${decimalText(GstRt)}%`;
}

/** Half of a rate of three decimals has four. */
function halfRate({ IgstAmt, CgstAmt, GstRt }: Item): string {
  if (IgstAmt > 0 && CgstAmt === 0) return "";
  const digits = String(times(scaled(GstRt, 3), 5)).padStart(5, "0");
  const fraction = digits.slice(-4).replace(/0+$/, "");
  return `${indianGroups(digits.slice(0, -4))}${fraction && `.${fraction}`}%`;
}

/** What goes by quantity has no rate, and stands below the description with the rest. */
function cessRate({ CesRt, StateCesRt }: Item): string {
  return [CesRt, StateCesRt]
    .filter((rate) => rate > 0)
    .map((rate) => `${decimalText(rate)}%`)
    .join(" + ");
}
