import { describe, expect, it } from "vitest";
import {
  decimalText,
  indianGroups,
  paiseOf,
  rupees,
  westernGroups,
} from "../../../../shared/document/print/grouped.ts";
import { total } from "../../../../shared/document/print/tax.ts";

describe("digits in Indian groups", () => {
  it.each([
    ["0", "0"],
    ["999.5", "999.5"],
    ["1000", "1,000"],
    ["99999.99", "99,999.99"],
    ["100000", "1,00,000"],
    ["1234567.89", "12,34,567.89"],
    ["99999999999.99", "99,99,99,99,999.99"],
    ["1234.5678", "1,234.5678"],
  ])("%s are %s", (digits, groups) => {
    expect(indianGroups(digits)).toBe(groups);
  });

  it("are in threes for a foreign currency", () => {
    expect(["999.00", "1234567.89"].map(westernGroups)).toEqual(["999.00", "1,234,567.89"]);
  });
});

describe("money", () => {
  it("is what the document says, to the paisa", () => {
    expect([0, 0.1, 0.29, 1.005e3, 1234567.8, 99999999999.99].map((amount) => rupees(paiseOf(amount)))).toEqual([
      "0.00",
      "0.10",
      "0.29",
      "1,005.00",
      "12,34,567.80",
      "99,99,99,99,999.99",
    ]);
  });
});

describe("a sum over the lines", () => {
  it("is exact where a double is not", () => {
    const most = Array.from({ length: 1001 }, () => paiseOf(999_999_999_999.99));
    expect(rupees(total(most))).toBe("1,00,09,99,99,99,99,989.99");
    expect(rupees(total([0.1, 0.2, 0.29].map(paiseOf)))).toBe("0.59");
  });
});

describe("a quantity or a price", () => {
  it.each([
    [1, 0, "1"],
    [0, 0, "0"],
    [0.125, 0, "0.125"],
    [1500.5, 2, "1,500.50"],
    [0.001, 2, "0.001"],
    [9999999999.999, 0, "9,99,99,99,999.999"],
  ] as const)("of %s with at least %s decimals is %s", (value, least, text) => {
    expect(decimalText(value, least)).toBe(text);
  });
});
