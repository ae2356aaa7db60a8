import {
  ceilingOf,
  floorOf,
  minus,
  plus,
  type Ratio,
  roundedToPaise,
  rupeesText,
  times,
  type Whole,
} from "../../money.ts";

/**
 * NIC's tolerance, T on the sheet: with c calculated, an amount p is taken when floor(c) - 1 <= p <= ceil(c) + 1, in
 * whole rupees. `given` is in paise, `calculated` in rupees.
 */
export function isTolerated(given: Whole, calculated: Ratio): boolean {
  return given >= lowest(calculated) && given <= highest(calculated);
}

/** "180.00 (179.00 to 181.00 is accepted)" */
export function withTolerance(calculated: Ratio): string {
  const least = lowest(calculated);
  return `${rupeesText(roundedToPaise(calculated))} (${rupeesText(least < 0 ? 0 : least)} to ${rupeesText(highest(calculated))} is accepted)`;
}

function lowest(calculated: Ratio): Whole {
  return times(minus(floorOf(calculated), 1), 100);
}

function highest(calculated: Ratio): Whole {
  return times(plus(ceilingOf(calculated), 1), 100);
}
