import { rupeesText, type Whole } from "../../money.ts";

const BELOW_TWENTY =
  "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen".split(
    " ",
  );
const TENS = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];
const SCALES = [
  [10_000_000n, "Crore"],
  [100_000n, "Lakh"],
  [1_000n, "Thousand"],
  [100n, "Hundred"],
] as const;

/**
 * Paise in words, as Indian invoices have them: 12345678 → "Rupees One Lakh Twenty-Three Thousand Four Hundred Fifty-Six
 * and Seventy-Eight Paise Only". Crores count on beyond a hundred: there is no larger word in use. Takes no negative amount.
 */
export function amountInWords(paise: Whole): string {
  const [rupees = "0", rest = "0"] = rupeesText(paise).split(".");
  const fraction = rest === "00" ? "" : ` and ${words(BigInt(rest))} Paise`;
  return `Rupees ${words(BigInt(rupees))}${fraction} Only`;
}

function words(value: bigint): string {
  const scale = SCALES.find(([size]) => value >= size);
  if (!scale) return belowHundred(Number(value));
  const [size, name] = scale;
  const rest = value % size;
  return `${words(value / size)} ${name}${rest > 0n ? ` ${words(rest)}` : ""}`;
}

function belowHundred(value: number): string {
  if (value < 20) return BELOW_TWENTY[value] ?? "";
  const unit = value % 10;
  return `${TENS[(value - unit) / 10]}${unit > 0 ? `-${BELOW_TWENTY[unit]}` : ""}`;
}
