const DAY_MS = 86_400_000;

/** A period of days DD/MM/YYYY, both ends included. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

/** DD/MM/YYYY → days since 1970, so that days can be compared and subtracted. */
export function dayNumber(date: string): number {
  return Date.UTC(Number(date.slice(6, 10)), Number(date.slice(3, 5)) - 1, Number(date.slice(0, 2))) / DAY_MS;
}

export function isWithin(date: string, { from, to }: Period): boolean {
  const day = dayNumber(date);
  return (from === undefined || day >= dayNumber(from)) && (to === undefined || day <= dayNumber(to));
}
