import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ceilingOf,
  decimalPlaces,
  floorOf,
  minus,
  plus,
  roundedToPaise,
  rupeesText,
  scaled,
  times,
  toRupees,
  type Whole,
} from "../../shared/money.ts";

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

const whole: fc.Arbitrary<Whole> = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }));
const divisor = fc.integer({ min: 1, max: 20_000_000 });

describe("scaled", () => {
  it.each([
    [0, 2, 0n],
    [1.005, 3, 1005n],
    [0.1, 2, 10n],
    [1.15, 2, 115n], // 114.99999999999999 when multiplied in floating point
    [-99.99, 2, -9999n],
    [2345.04, 2, 234504n],
    [999999999999.999, 3, 999999999999999n],
    [90000000000000.25, 2, 9000000000000025n],
    [99999999999999.98, 2, 9999999999999998n],
    [1e21, 2, 10n ** 23n],
    [1e-7, 3, 0n],
    [1.239, 2, 123n],
  ] as const)("%d with %i decimals is %s", (value, decimals, expected) => {
    expect(BigInt(scaled(value, decimals))).toBe(expected);
  });

  it("gives back the digits that were written, up to 15", () => {
    const written = fc.tuple(fc.integer({ min: -(10 ** 12) + 1, max: 10 ** 12 - 1 }), fc.constantFrom<2 | 3>(2, 3));
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 999 }), ([rupees, decimals], digits) => {
        const fraction = String(digits).padStart(3, "0").slice(0, decimals);
        const text = `${rupees}.${fraction}`;
        expect(BigInt(scaled(Number(text), decimals))).toBe(BigInt(text.replace(".", "")));
      }),
    );
  });
});

describe("exact integers", () => {
  it("add, subtract and multiply like bigints, however large", () => {
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(BigInt(plus(a, b))).toBe(BigInt(a) + BigInt(b));
        expect(BigInt(minus(a, b))).toBe(BigInt(a) - BigInt(b));
        expect(BigInt(times(a, b))).toBe(BigInt(a) * BigInt(b));
      }),
    );
  });

  it("stay exact where a number is about to lose its units", () => {
    expect(plus(Number.MAX_SAFE_INTEGER, 2)).toBe(9007199254740993n);
    expect(times(94906267, 94906267)).toBe(9007199515875289n);
    expect(plus(1, 2)).toBe(3);
  });
});

describe("floorOf and ceilingOf", () => {
  it("enclose the quotient", () => {
    fc.assert(
      fc.property(whole, divisor, (over, under) => {
        const floor = BigInt(floorOf({ over, under }));
        const ceiling = BigInt(ceilingOf({ over, under }));
        const exact = BigInt(over) % BigInt(under) === 0n;
        expect(floor * BigInt(under) <= BigInt(over) && BigInt(over) < (floor + 1n) * BigInt(under)).toBe(true);
        expect(ceiling - floor).toBe(exact ? 0n : 1n);
      }),
    );
  });

  it.each([
    [7, 2, 3, 4],
    [-7, 2, -4, -3],
    [8, 2, 4, 4],
    [-8, 2, -4, -4],
    [0, 5, 0, 0],
  ])("of %i / %i are %i and %i", (over, under, floor, ceiling) => {
    expect([Number(floorOf({ over, under })), Number(ceilingOf({ over, under })) + 0]).toEqual([floor, ceiling]);
  });
});

describe("paise", () => {
  it.each([
    [{ over: 1, under: 8 }, 13n], // 0.125
    [{ over: 124, under: 1000 }, 12n],
    [{ over: -1, under: 8 }, -12n], // Half up is towards more.
    [{ over: 234504, under: 100 }, 234504n],
    [{ over: 10n ** 20n + 5n, under: 1000 }, 10n ** 19n + 1n],
  ])("are rounded half up: %o", (ratio, paise) => {
    expect(BigInt(roundedToPaise(ratio))).toBe(paise);
  });

  it.each([
    [18050, "180.50", 180.5],
    [5, "0.05", 0.05],
    [-5, "-0.05", -0.05],
    [0, "0.00", 0],
    [9999999999999998n, "99999999999999.98", 99999999999999.98],
  ] as const)("%s are %s rupees", (paise, text, rupees) => {
    expect(rupeesText(paise)).toBe(text);
    expect(toRupees(paise)).toBe(rupees);
  });
});
