import { rupeesText, scaled, type Whole } from "../../money.ts";

/** Groups the digits before the point as India does, the last three and then pairs: "1234567.89" → "12,34,567.89". */
export function indianGroups(decimal: string): string {
  return grouped(decimal, /\B(?=(?:\d{2})*\d{3}$)/g);
}

/** In threes, for amounts in foreign currencies: "1234567.89" → "1,234,567.89". */
export function westernGroups(decimal: string): string {
  return grouped(decimal, /\B(?=(?:\d{3})+$)/g);
}

function grouped(decimal: string, gaps: RegExp): string {
  const [whole = "", ...fraction] = decimal.split(".");
  return [whole.replace(gaps, ","), ...fraction].join(".");
}

/** Paise → "12,34,567.89". */
export function rupees(paise: Whole): string {
  return indianGroups(rupeesText(paise));
}

/** Rupees as a document has them, a JSON number → paise. */
export function paiseOf(amount: number | undefined): Whole {
  return scaled(amount ?? 0, 2);
}

/** A quantity, price or percentage of up to three decimals, with at least `least` of them: (1500.5, 2) → "1,500.50". */
export function decimalText(value: number, least: 0 | 2 = 0): string {
  const thousandths = scaled(value, 3);
  const digits = String(thousandths).padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0+$/, "").padEnd(least, "0");
  return indianGroups(fraction ? `${digits.slice(0, -3)}.${fraction}` : digits.slice(0, -3));
}
