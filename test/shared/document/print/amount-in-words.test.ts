import { describe, expect, it } from "vitest";
import { amountInWords } from "../../../../shared/document/print/amount-in-words.ts";
import { scaled } from "../../../../shared/money.ts";

describe("an amount in words", () => {
  it.each([
    [0, "Rupees Zero Only"],
    [1, "Rupees Zero and One Paise Only"],
    [99, "Rupees Zero and Ninety-Nine Paise Only"],
    [100, "Rupees One Only"],
    [1150, "Rupees Eleven and Fifty Paise Only"],
    [2_000, "Rupees Twenty Only"],
    [10_000, "Rupees One Hundred Only"],
    [99_999, "Rupees Nine Hundred Ninety-Nine and Ninety-Nine Paise Only"],
    [100_000_00, "Rupees One Lakh Only"],
    [123_456_78, "Rupees One Lakh Twenty-Three Thousand Four Hundred Fifty-Six and Seventy-Eight Paise Only"],
    [10_000_000_00, "Rupees One Crore Only"],
    [10_100_001_05, "Rupees One Crore One Lakh One and Five Paise Only"],
    [
      9_999_999_999_999,
      "Rupees Nine Thousand Nine Hundred Ninety-Nine Crore Ninety-Nine Lakh Ninety-Nine Thousand Nine Hundred Ninety-Nine and Ninety-Nine Paise Only",
    ],
    [100_000_000_000_00, "Rupees Ten Thousand Crore Only"],
    [10_000_000_000_000_00n, "Rupees Ten Lakh Crore Only"],
  ])("%s paise are %s", (paise, words) => {
    expect(amountInWords(paise)).toBe(words);
  });

  it("is exact for what the largest invoice may be", () => {
    expect(amountInWords(scaled(99_99_99_99_999.99, 2))).toMatch(
      /^Rupees Nine Thousand .* and Ninety-Nine Paise Only$/,
    );
    expect(amountInWords(9_999_999_999_999_999n)).toBe(
      "Rupees Ninety-Nine Lakh Ninety-Nine Thousand Nine Hundred Ninety-Nine Crore Ninety-Nine Lakh Ninety-Nine Thousand Nine Hundred Ninety-Nine and Ninety-Nine Paise Only",
    );
  });
});
