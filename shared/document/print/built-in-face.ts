import type { Face, Weight } from "./face.ts";

/** Widths of the characters from the space to the tilde (Adobe's metrics of Helvetica and Helvetica-Bold). */
const WIDTHS: Record<Weight, string> = {
  regular:
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584",
  bold: "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584",
};
const NAMES: Record<Weight, string> = { regular: "Helvetica", bold: "Helvetica-Bold" };

/** What every reader of PDF has: letters, digits and signs of ASCII. For want of the font files alone. */
export function builtInFace(weight: Weight): Face {
  const widths = WIDTHS[weight].split(" ").map(Number);
  return {
    name: NAMES[weight],
    has: (character) => /^[ -~]$/.test(character),
    shape: (text) =>
      Array.from(text, (character) => {
        const id = character.charCodeAt(0);
        const width = widths[id - 32] ?? 0;
        return { id, text: character, advance: width, width, dx: 0, dy: 0 };
      }),
  };
}
