import type { CheckContext } from "../check-context.ts";
import type { Invoice } from "../invoice.ts";
import { CESS_ENDED, rates } from "../masters/rates.ts";
import { isRetailPriced, RETAIL_PRICE_FROM } from "../masters/retail-price-goods.ts";
import { halfTaxOf, paise, taxOf } from "./calculated.ts";
import { isWithin } from "./day.ts";
import { isInForce, type Line, lineRule, type Rule } from "./rule.ts";
import { isIgstSide, isInvoice, supplyOf, TAX_SIDE } from "./supply.ts";
import { isTolerated, withTolerance } from "./tolerance.ts";

const RETAIL = ["DocDtls.Dt", "ItemList[].HsnCd"] as const;
const CENTRAL_AND_STATE = [
  ...TAX_SIDE,
  ...RETAIL,
  "DocDtls.Typ",
  "ItemList[].AssAmt",
  "ItemList[].GstRt",
  "ItemList[].IgstAmt",
  "ItemList[].CgstAmt",
  "ItemList[].SgstAmt",
] as const;

/** Section 3.4 of the sheet. X-9 is the `when` of: they are for invoices alone. */
export const taxRules: readonly Rule[] = [
  lineRule({
    no: "X-1",
    irpCode: "2172",
    reads: [...TAX_SIDE, "ItemList[].IgstAmt"],
    at: "IgstAmt",
    when: isCgstSide,
    check: (line) => isNothing(line.IgstAmt),
    message: "a supply within the state carries IGST",
    hint: "Charge CGST and SGST, half the rate each, or correct BuyerDtls.Pos, the place of supply.",
  }),
  lineRule({
    no: "X-2",
    irpCode: "2174",
    reads: [...TAX_SIDE, "ItemList[].CgstAmt", "ItemList[].SgstAmt"],
    at: "CgstAmt",
    when: isIgstSide,
    check: carriesNoCgst,
    message: "a supply to which IGST applies carries CGST or SGST",
    hint: "Charge IGST at the full rate, or correct BuyerDtls.Pos, the place of supply.",
  }),
  lineRule({
    no: "X-3",
    irpCode: "2227",
    reads: ["ItemList[].CgstAmt", "ItemList[].SgstAmt"],
    at: "SgstAmt",
    check: (line) => (line.CgstAmt ?? 0) === (line.SgstAmt ?? 0),
    message: "CgstAmt and SgstAmt differ",
    hint: "Charge the same amount for both.",
  }),
  lineRule({
    no: "X-4",
    irpCode: "2240",
    reads: ["ItemList[].GstRt"],
    at: "GstRt",
    check: (line) => rates.some(({ percent }) => percent === line.GstRt),
    message: "GstRt is not a rate of the portal's table",
    hint: `Send the combined rate in percent, one of ${rates.map(({ percent }) => percent).join(", ")}.`,
  }),
  // Notes and late documents use old rates, so days are told and never refused.
  lineRule({
    no: "X-4",
    severity: "warning",
    reads: ["DocDtls.Typ", "DocDtls.Dt", "ItemList[].GstRt", "ItemList[].HsnCd"],
    at: "GstRt",
    when: isInvoice,
    check: isRateOfItsDay,
    message: "GstRt was not in force on the day of the document",
    hint: "Check the rate against the notifications for that day; the portal takes it all the same.",
  }),
  lineRule({
    no: "X-4",
    severity: "warning",
    reads: ["DocDtls.Typ", "DocDtls.Dt", "ItemList[].CesAmt", "ItemList[].CesNonAdvlAmt"],
    at: "CesAmt",
    when: (invoice) => isInvoice(invoice) && isWithin(invoice.DocDtls.Dt, { from: CESS_ENDED }),
    check: (line) => isNothing(line.CesAmt) && isNothing(line.CesNonAdvlAmt),
    message: `compensation cess is nil on all goods since ${CESS_ENDED}`,
    hint: "Leave the cess out unless it is due for an earlier supply.",
  }),
  lineRule({
    no: "X-5",
    irpCode: "2234",
    reads: CENTRAL_AND_STATE,
    at: "CgstAmt",
    when: (invoice, context) => isInvoice(invoice) && isCgstSide(invoice, context),
    check: (line, invoice, context) =>
      !isNothing(line.IgstAmt) || isByRetailPrice(line, invoice, context) || keepsHalfRate(line),
    message: "CgstAmt and SgstAmt are not AssAmt × GstRt / 200 each",
    hint: (line) => `AssAmt × GstRt / 200 is ${withTolerance(halfTaxOf(line, line.GstRt))}.`,
  }),
  lineRule({
    no: "X-6",
    irpCode: "2235",
    reads: CENTRAL_AND_STATE,
    at: "IgstAmt",
    when: (invoice, context) => isInvoice(invoice) && isIgstSide(invoice, context),
    check: (line, invoice, context) =>
      !carriesNoCgst(line) || isByRetailPrice(line, invoice, context) || keepsFullRate(line, invoice),
    message: "IgstAmt is not AssAmt × GstRt / 100",
    hint: (line) => `AssAmt × GstRt / 100 is ${withTolerance(taxOf(line, line.GstRt))}.`,
  }),
  lineRule({
    no: "X-7",
    irpCode: "2266",
    reads: ["DocDtls.Typ", "ItemList[].AssAmt", "ItemList[].CesRt", "ItemList[].CesAmt"],
    at: "CesAmt",
    when: isInvoice,
    check: (line) => isTolerated(paise(line.CesAmt), taxOf(line, line.CesRt)),
    message: "CesAmt is not AssAmt × CesRt / 100",
    hint: (line) => `AssAmt × CesRt / 100 is ${withTolerance(taxOf(line, line.CesRt))}.`,
  }),
  lineRule({
    no: "X-8",
    irpCode: "2267",
    reads: ["DocDtls.Typ", "ItemList[].AssAmt", "ItemList[].StateCesRt", "ItemList[].StateCesAmt"],
    at: "StateCesAmt",
    when: isInvoice,
    check: (line) => isTolerated(paise(line.StateCesAmt), taxOf(line, line.StateCesRt)),
    message: "StateCesAmt is not AssAmt × StateCesRt / 100",
    hint: (line) => `AssAmt × StateCesRt / 100 is ${withTolerance(taxOf(line, line.StateCesRt))}.`,
  }),
  // Whether the portal relaxes 2234 and 2235 for these goods is not known: told, not refused.
  lineRule({
    no: "X-10",
    irpCode: "2234",
    severity: "warning",
    reads: CENTRAL_AND_STATE,
    at: "CgstAmt",
    when: (invoice, context) => isInvoice(invoice) && isCgstSide(invoice, context),
    check: (line, invoice, context) =>
      !isNothing(line.IgstAmt) || !isByRetailPrice(line, invoice, context) || keepsHalfRate(line),
    message: "CgstAmt and SgstAmt are not AssAmt × GstRt / 200; right if they follow from the retail sale price",
    hint: "For these goods the tax is retail price × rate / (100 + rate), half of it each.",
  }),
  lineRule({
    no: "X-10",
    irpCode: "2235",
    severity: "warning",
    reads: CENTRAL_AND_STATE,
    at: "IgstAmt",
    when: (invoice, context) => isInvoice(invoice) && isIgstSide(invoice, context),
    check: (line, invoice, context) =>
      !carriesNoCgst(line) || !isByRetailPrice(line, invoice, context) || keepsFullRate(line, invoice),
    message: "IgstAmt is not AssAmt × GstRt / 100; right if it follows from the retail sale price",
    hint: "For these goods the tax is retail price × rate / (100 + rate).",
  }),
];

/** whether the tax of a line follows from the retail sale price, which INV-01 does not hold. */
export function isByRetailPrice(
  { HsnCd }: Line,
  { DocDtls }: Invoice,
  context: Pick<CheckContext, "switches">,
): boolean {
  return isRetailPriced(HsnCd) && isInForce("X-10", { from: RETAIL_PRICE_FROM }, DocDtls.Dt, context);
}

/** X-5 for one line. */
export function keepsHalfRate(line: Line): boolean {
  const each = halfTaxOf(line, line.GstRt);
  return isTolerated(paise(line.CgstAmt), each) && isTolerated(paise(line.SgstAmt), each);
}

/** X-6 for one line. Without payment of tax a real rate may be shown though no tax is. */
export function keepsFullRate(line: Line, invoice: Invoice): boolean {
  if (isNothing(line.IgstAmt) && supplyOf(invoice)?.withoutPayment) return true;
  return isTolerated(paise(line.IgstAmt), taxOf(line, line.GstRt));
}

export function carriesNoCgst(line: Line): boolean {
  return isNothing(line.CgstAmt) && isNothing(line.SgstAmt);
}

export function isNothing(amount: number | null | undefined): boolean {
  return (amount ?? 0) === 0;
}

function isCgstSide(invoice: Invoice, context: CheckContext): boolean {
  return !isIgstSide(invoice, context);
}

function isRateOfItsDay({ GstRt, HsnCd }: Line, { DocDtls }: Invoice): boolean {
  const rate = rates.find(({ percent }) => percent === GstRt);
  if (rate === undefined) return true;
  if (rate.toForTobacco !== undefined && isRetailPriced(HsnCd)) return isWithin(DocDtls.Dt, { to: rate.toForTobacco });
  return isWithin(DocDtls.Dt, rate);
}
