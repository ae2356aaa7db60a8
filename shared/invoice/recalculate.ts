import { plus, type Ratio, roundedToPaise, toRupees, type Whole } from "../money.ts";
import type { CheckContext } from "./check-context.ts";
import type { Invoice } from "./invoice.ts";
import { keepsLineTotal } from "./rules/arithmetic.ts";
import {
  grossOf,
  halfTaxOf,
  invoiceTotalOf,
  lineTotalOf,
  paise,
  SUMS,
  sumOf,
  taxableOf,
  taxOf,
} from "./rules/calculated.ts";
import type { Line } from "./rules/rule.ts";
import { isIgstSide, isInvoice } from "./rules/supply.ts";
import { carriesNoCgst, isByRetailPrice, isNothing, keepsFullRate, keepsHalfRate } from "./rules/tax.ts";
import { isTolerated } from "./rules/tolerance.ts";

/**
 * The invoice with every amount that its arithmetic rules refuse replaced by what follows from the others, from quantity
 * × price on to the total. What is tolerated stays as it was written.
 */
export function recalculated(invoice: Invoice, context: CheckContext): Invoice {
  const ItemList = invoice.ItemList.map((line) => lineOf(line, invoice, context));
  return withTotals({ ...invoice, ItemList });
}

function lineOf(given: Line, invoice: Invoice, context: CheckContext): Line {
  let line = given;
  const gross = grossOf(line);
  if (gross) line = { ...line, TotAmt: settled(line.TotAmt, gross) };
  line = { ...line, AssAmt: settled(line.AssAmt, taxableOf(line)) };
  line = { ...line, ...taxesOf(line, invoice, context) };
  if (isInvoice(invoice)) line = { ...line, ...cessesOf(line) };
  if (keepsLineTotal(line, invoice)) return line;
  return { ...line, TotItemVal: rounded(lineTotalOf(line)) };
}

type Taxes = Pick<Line, "IgstAmt" | "CgstAmt" | "SgstAmt">;

function taxesOf(line: Line, invoice: Invoice, context: CheckContext): Taxes {
  const igstSide = isIgstSide(invoice, context);
  // On a note the tax need not follow from the rate, nor from AssAmt where the retail price counts.
  if (!isInvoice(invoice) || isByRetailPrice(line, invoice, context)) return moved(line, igstSide);
  if (igstSide) {
    const keeps = keepsFullRate(line, invoice);
    return { IgstAmt: keeps ? line.IgstAmt : rounded(taxOf(line, line.GstRt)), CgstAmt: 0, SgstAmt: 0 };
  }
  const half = rounded(halfTaxOf(line, line.GstRt));
  const keeps = keepsHalfRate(line) && (line.CgstAmt ?? 0) === (line.SgstAmt ?? 0);
  return { IgstAmt: 0, CgstAmt: keeps ? line.CgstAmt : half, SgstAmt: keeps ? line.SgstAmt : half };
}

/** The same tax on the side where it belongs. */
function moved(line: Line, igstSide: boolean): Taxes {
  const tax = plus(paise(line.IgstAmt), plus(paise(line.CgstAmt), paise(line.SgstAmt)));
  if (igstSide) return carriesNoCgst(line) ? line : { IgstAmt: toRupees(tax), CgstAmt: 0, SgstAmt: 0 };
  if (isNothing(line.IgstAmt) && (line.CgstAmt ?? 0) === (line.SgstAmt ?? 0)) return line;
  const half = rounded(halved(tax));
  return { IgstAmt: 0, CgstAmt: half, SgstAmt: half };
}

function halved(paise: Whole): Ratio {
  return { over: paise, under: 200 };
}

function cessesOf(line: Line): Pick<Line, "CesAmt" | "StateCesAmt"> {
  return {
    CesAmt: settled(line.CesAmt, taxOf(line, line.CesRt)),
    StateCesAmt: settled(line.StateCesAmt, taxOf(line, line.StateCesRt)),
  };
}

function withTotals(invoice: Invoice): Invoice {
  const totals = { ...invoice.ValDtls };
  for (const { total, parts } of SUMS) totals[total] = settled(totals[total], sumOf(invoice, parts));
  const summed = { ...invoice, ValDtls: totals };
  return { ...summed, ValDtls: { ...totals, TotInvVal: settled(totals.TotInvVal, invoiceTotalOf(summed)) } };
}

/** What is tolerated stays, an absent amount included, which is returned as 0. */
function settled(given: number | null | undefined, calculated: Ratio): number {
  return isTolerated(paise(given), calculated) ? (given ?? 0) : rounded(calculated);
}

/** Half up. No amount can be below zero; whether zero is near enough is seen when the result is checked. */
function rounded(calculated: Ratio): number {
  return Math.max(0, toRupees(roundedToPaise(calculated)));
}
