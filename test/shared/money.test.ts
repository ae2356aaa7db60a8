import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalPlaces } from "../../shared/money.ts";

describe("decimalPlaces", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["1000.00", 0],
    ["1.50", 1],
    ["1.005", 3],
    ["-0.07", 2],
    ["1e-7", 7],
    ["1.25e-7", 9],
    ["1e21", 0],
    ["1.5e300", 0],
    ["5e-324", 324],
    ["99999999999999.99", 2],
    ["999999999999.999", 3],
  ])("of %s is %i", (literal, decimals) => {
    expect(decimalPlaces(JSON.parse(literal))).toBe(decimals);
  });

  it("agrees with the literal, up to 15 significant digits", () => {
    const literal = fc.tuple(fc.constantFrom("", "-"), fc.nat(9_999_999), fc.stringMatching(/^[0-9]{0,7}[1-9]$/));
    fc.assert(
      fc.property(
        literal,
        ([sign, whole, fraction]) => decimalPlaces(Number(`${sign}${whole}.${fraction}`)) === fraction.length,
      ),
    );
  });

  it("agrees with the literal in exponent notation", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300 }), (digit, exponent) => {
        return decimalPlaces(Number(`${digit}e-${exponent}`)) === exponent;
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("refuses %d", (value) => {
    expect(() => decimalPlaces(value)).toThrow(RangeError);
  });
});
