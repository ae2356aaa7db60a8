/**
 * Marks that pile up higher than a line would print over the lines beside it; no Indian syllable has so many in a row. Joiners
 * between them are none.
 */
const PILED_MARKS = /((?:[\u200c\u200d]*\p{M}){5})[\p{M}\u200c\u200d]+/gu;

/**
 * The text as it may stand on paper. Breaks and controls become spaces; what steers direction or is invisible is dropped,
 * since it could show a number or a name other than the one that was registered. The two joiners stay: Indian scripts
 * spell with them.
 */
export function printableText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/(?![\u200c\u200d])(?:\p{Cf}|\p{Variation_Selector})/gu, "")
    .replace(PILED_MARKS, "$1")
    .trim();
}
