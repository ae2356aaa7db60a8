import { financialYearEnd } from "../ist.ts";

const MONTHS_IN_YEAR = 12;

/** What the law wants, whatever a stage is configured to. */
export const LAW_MONTHS = 72;

/**
 * Until when records of a time have to be kept: section 36 CGST counts 72 months from the due date of the annual return, which
 * is 31 December after the financial year (section 44 with rule 80). Returns the end of that day in India.
 */
export function keptUntil(at: Date, months: number): Date {
  const yearsOn = Math.floor(months / MONTHS_IN_YEAR);
  const monthsOn = months % MONTHS_IN_YEAR;
  // 31 December 24:00 is the first of January of the year after.
  const firstAfter = new Date(Date.UTC(financialYearEnd(at) + 1 + yearsOn, monthsOn, 1));
  return new Date(Date.parse(`${firstAfter.toISOString().slice(0, 10)}T00:00:00+05:30`));
}

/** When a record was written; undefined for what none of ours has. */
export function timeOf(at: string): Date | undefined {
  const time = new Date(at);
  const isShaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30$/.test(at);
  return isShaped && !Number.isNaN(time.getTime()) ? time : undefined;
}
