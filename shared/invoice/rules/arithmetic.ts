import type { Invoice } from "../invoice.ts";
import { grossOf, invoiceTotalOf, LINE_TOTAL_PARTS, lineTotalOf, paise, SUMS, sumOf, taxableOf } from "./calculated.ts";
import { type Line, lineRule, type Rule, rule } from "./rule.ts";
import { isReverseCharge, isSupply } from "./supply.ts";
import { isTolerated, withTolerance } from "./tolerance.ts";

/** Section 3.6 of the sheet. All of it holds for notes as well. A-12 is not a rule but what count. */
export const arithmeticRules: readonly Rule[] = [
  // Listed as 2192, but NIC has switched it off, so no code: registered documents break it.
  lineRule({
    no: "A-1",
    severity: "warning",
    reads: ["ItemList[].Qty", "ItemList[].UnitPrice", "ItemList[].TotAmt"],
    at: "TotAmt",
    check: keepsGross,
    message: "TotAmt is not Qty × UnitPrice; the portal takes it all the same",
    hint: (line) => `Qty × UnitPrice is ${withTolerance(grossOf(line) ?? NOTHING)}.`,
  }),
  lineRule({
    no: "A-2",
    irpCode: "2193",
    reads: ["ItemList[].TotAmt", "ItemList[].Discount", "ItemList[].AssAmt"],
    at: "AssAmt",
    check: (line) => isTolerated(paise(line.AssAmt), taxableOf(line)),
    message: "AssAmt is not TotAmt - Discount",
    hint: (line) => `TotAmt - Discount is ${withTolerance(taxableOf(line))}.`,
  }),
  // With A-4: under reverse charge and on exports with payment the total may leave the taxes out.
  lineRule({
    no: "A-3",
    irpCode: "2194",
    reads: [
      "TranDtls.RegRev",
      "TranDtls.SupTyp",
      "ItemList[].TotItemVal",
      ...LINE_TOTAL_PARTS.map((part) => `ItemList[].${part}`),
    ],
    at: "TotItemVal",
    check: keepsLineTotal,
    message: "TotItemVal is not the sum of AssAmt, GST, cesses and OthChrg of the line",
    hint: (line) => `The sum is ${withTolerance(lineTotalOf(line))}.`,
  }),
  ...SUMS.map(({ no, irpCode, total, parts }) =>
    rule({
      no,
      irpCode,
      reads: [`ValDtls.${total}`, ...parts.map((part) => `ItemList[].${part}`)],
      at: `ValDtls.${total}`,
      check: (invoice) => isTolerated(paise(invoice.ValDtls[total]), sumOf(invoice, parts)),
      message: `${total} is not the sum of ${parts.join(" and ")} over all lines`,
      hint: (invoice) => `The sum is ${withTolerance(sumOf(invoice, parts))}.`,
    }),
  ),
  rule({
    no: "A-11",
    irpCode: "2189",
    reads: ["ItemList[].TotItemVal", "ValDtls.Discount", "ValDtls.OthChrg", "ValDtls.RndOffAmt", "ValDtls.TotInvVal"],
    at: "ValDtls.TotInvVal",
    check: (invoice) => isTolerated(paise(invoice.ValDtls.TotInvVal), invoiceTotalOf(invoice)),
    message: "TotInvVal is not the sum of TotItemVal - Discount + OthChrg + RndOffAmt",
    hint: (invoice) => `That is ${withTolerance(invoiceTotalOf(invoice))}.`,
  }),
];

const NOTHING = { over: 0, under: 1 };

function keepsGross(line: Line): boolean {
  const gross = grossOf(line);
  return gross === undefined || isTolerated(paise(line.TotAmt), gross);
}

/** for one line. */
export function keepsLineTotal(line: Line, invoice: Invoice): boolean {
  const given = paise(line.TotItemVal);
  if (isTolerated(given, lineTotalOf(line))) return true;
  if (!isReverseCharge(invoice) && !isSupply(invoice, "EXPWP")) return false;
  // NIC names GST alone; whether cess may be left out as well is open, so both are taken.
  return isTolerated(given, lineTotalOf(line, "without GST")) || isTolerated(given, lineTotalOf(line, "without taxes"));
}
