const UNITS_MS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000] as const;

/** Weeks, days, hours, minutes, seconds. Months and years are left out: their length is nobody's to say. */
const LAYOUT = /^P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/** An ISO 8601 duration (`PT25H`, `P30D`, `P1DT2H30M`) in milliseconds; undefined when the text is none. Never negative. */
export function durationMs(text: string): number | undefined {
  const [matched, ...counts] = LAYOUT.exec(text) ?? [];
  if (matched === undefined) return undefined;
  return UNITS_MS.reduce((sum, unit, index) => sum + unit * Number(counts[index] ?? 0), 0);
}
