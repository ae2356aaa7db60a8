import { endOfDayInIndia } from "../ist.ts";
import { categoryOf } from "./codes.ts";
import type { IrpError } from "./irp.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** The document's date is in the future (2163): tomorrow it may not be. */
const IN_THE_FUTURE = "2163";

/**
 * Until when a refused payload is of no use unchanged: all its errors are about what it says, none about the taxpayers, the
 * time or the portal. A day at the most, since the portal's masters change too. Undefined when it may be sent again at once.
 */
export function refusedUntil(errors: readonly IrpError[], now: Date): Date | undefined {
  if (errors.length === 0 || errors.some(({ code }) => categoryOf(code) !== "validation")) return undefined;
  const isEarly = errors.some(({ code }) => code === IN_THE_FUTURE);
  return isEarly ? endOfDayInIndia(now) : new Date(now.getTime() + DAY_MS);
}
