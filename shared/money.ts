/**
 * How many decimals a JSON number has: 1.005 → 3, 1e-7 → 7, 1000 → 0. Counted on the number's shortest decimal text,
 * so nothing is computed in floating point. That text is what was written as long as it has up to 15 significant
 * digits; trailing zeros ("1.50") are gone once JSON is parsed. Throws a RangeError for NaN and the infinities.
 */
export function decimalPlaces(value: number): number {
  if (Number.isInteger(value)) return 0;
  if (!Number.isFinite(value)) throw new RangeError("not a JSON number");

  const text = String(value);
  const exponentAt = text.indexOf("e");
  const mantissa = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const point = mantissa.indexOf(".");
  const written = point < 0 ? 0 : mantissa.length - point - 1;
  return Math.max(0, written - exponent);
}

/**
 * An integer: a number as long as that is safe, else a bigint. A sum or product of safe integers that is itself a safe
 * integer was computed without rounding, so `plus`, `minus` and `times` are exact, and fast where amounts are usual.
 * JavaScript compares the two kinds exactly (<, <=, but not ===).
 */
export type Whole = number | bigint;

/** An exact quotient; `under` is positive. */
export interface Ratio {
  readonly over: Whole;
  readonly under: number;
}

/** Up to here value × 10^decimals is less than a half from the integer that was written, so rounding finds that one. */
const SURELY_ROUNDED = 1e15;
const POWERS = [1, 10, 100, 1000] as const;

/**
 * The integer value × 10^decimals, for a JSON number written with at most that many decimals: 1.005, 3 → 1005. What is
 * written with more is cut off.
 */
export function scaled(value: number, decimals: 0 | 1 | 2 | 3): Whole {
  const near = Math.round(value * POWERS[decimals]);
  // Division rounds correctly: it gives the value back only if the value is how that decimal is stored.
  if (Math.abs(near) <= SURELY_ROUNDED && near / POWERS[decimals] === value) return near;
  return fromText(value, decimals);
}

function fromText(value: number, decimals: number): bigint {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = decimals + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

export function plus(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt(a) + BigInt(b);
}

export function minus(a: Whole, b: Whole): Whole {
  return plus(a, -b);
}

export function times(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product;
  }
  return BigInt(a) * BigInt(b);
}

/** The greatest integer not above the quotient: -7/2 → -4. */
export function floorOf({ over, under }: Ratio): Whole {
  if (typeof over === "number") {
    const rest = over % under;
    return (over - rest) / under - (rest < 0 ? 1 : 0);
  }
  const rest = over % BigInt(under);
  return (over - rest) / BigInt(under) - (rest < 0n ? 1n : 0n);
}

/** The least integer not below the quotient: 7/2 → 4. */
export function ceilingOf({ over, under }: Ratio): Whole {
  return minus(0, floorOf({ over: minus(0, over), under }));
}

/** Rupees → paise, rounded half up: 0.125 → 13, -0.125 → -12. */
export function roundedToPaise({ over, under }: Ratio): Whole {
  return floorOf({ over: plus(times(over, 200), under), under: 2 * under });
}

/** Paise → the JSON number in rupees: 18050 → 180.5. */
export function toRupees(paise: Whole): number {
  return Number(rupeesText(paise));
}

/** Paise → rupees with two decimals: 18050 → "180.50". */
export function rupeesText(paise: Whole): string {
  const digits = String(paise < 0 ? minus(0, paise) : paise).padStart(3, "0");
  return `${paise < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
