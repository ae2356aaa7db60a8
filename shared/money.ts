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
