import { describe, expect, it } from "vitest";
import { printableText } from "../../../../shared/document/print/printable-text.ts";

describe("what is printed of a text", () => {
  it.each([
    ["breaks and controls as spaces", "a\r\nb\tc\u0000d\u007fe\u0085f\u2028g\u00a0h", "a b c d e f g h"],
    ["nothing of what turns its direction", "total \u202e001\u202c \u2066x\u2069 \u200f\u061cy", "total 001 x y"],
    ["nothing that is invisible", "a\u200bb\u00adc\ufeffd\u{e0041}e\u2060f❤\ufe0f", "abcdef❤"],
    ["the joiners, which spelling needs", "क्\u200dष \u0d7a\u200c", "क्\u200dष \u0d7a\u200c"],
    ["no more marks on a letter than a line has room for", `e${"\u0301".repeat(40)}x`, `e${"\u0301".repeat(5)}x`],
    ["nor with joiners between them", `e${`${"\u0323".repeat(5)}\u200c`.repeat(24)}x`, `e${"\u0323".repeat(5)}x`],
    ["HTML as it is written", "<b>&amp;</b>", "<b>&amp;</b>"],
    ["half a character as a mark of replacement", "a\ud800b", "a\ufffdb"],
  ])("is %s", (_, text, printed) => {
    expect(printableText(text)).toBe(printed);
  });
});
