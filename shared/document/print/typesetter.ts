import type { Face, Glyph, Weight } from "./face.ts";
import type { Faces } from "./faces.ts";
import { printableText } from "./printable-text.ts";
import { scriptRuns } from "./script-runs.ts";

/** How a text looks. Sizes and lengths in points. */
export interface Style {
  readonly size: number;
  readonly weight: Weight;
  readonly colour: Colour;
}

/** Red, green and blue, each from 0 to 1. */
export type Colour = readonly [number, number, number];

/** Glyphs of one face. */
export interface Run {
  readonly face: Face;
  readonly text: string;
  readonly glyphs: readonly Glyph[];
}

/** A text that was set, on one line. */
export interface Line {
  readonly style: Style;
  readonly runs: readonly Run[];
  readonly width: number;
}

export interface Typesetter {
  /** The whole text on one line. */
  line(text: string, style: Style): Line;
  /** The text on as many lines as it takes: none where nothing of it can be printed. Words that are too long are cut. */
  lines(text: string, style: Style, width: number): Line[];
}

/** From one line to the next: what the tallest letters of all the scripts take. */
export const LEADING = 1.36;

interface Word {
  readonly runs: readonly Run[];
  /** In thousandths of the type size. */
  readonly width: number;
}

/** Sets text in faces. It remembers words, of which an invoice has few that are different. */
export function typesetter(faces: Faces): Typesetter {
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  const known = { regular: new Map<string, Word>(), bold: new Map<string, Word>() };

  function word(text: string, weight: Weight): Word {
    const found = known[weight].get(text);
    if (found) return found;
    const runs = scriptRuns(text, (script) => faces(weight, script)).map(({ face, text: part }) => ({
      ...{ face, text: part },
      glyphs: face.shape(part),
    }));
    const made = { runs, width: sum(runs.flatMap(({ glyphs }) => glyphs.map(({ advance }) => advance))) };
    known[weight].set(text, made);
    return made;
  }

  /** A word in pieces, none of which is wider than the line, unless it is a single letter. */
  function pieces(text: string, { weight }: Style, most: number): string[] {
    if (word(text, weight).width <= most) return [text];
    const letters = Array.from(graphemes.segment(text), ({ segment }) => segment);
    const cut: string[] = [];
    for (let from = 0; from < letters.length; ) {
      // Letters alone are about as wide as in their word; what came out wider after all gives one back at a time.
      let to = from + 1;
      for (let width = widthOf(letters, from, weight); to < letters.length; to++) {
        width += widthOf(letters, to, weight);
        if (width > most) break;
      }
      while (to > from + 1 && word(letters.slice(from, to).join(""), weight).width > most) to--;
      cut.push(letters.slice(from, to).join(""));
      from = to;
    }
    return cut;
  }

  function widthOf(letters: readonly string[], at: number, weight: Weight): number {
    return word(letters[at] ?? "", weight).width;
  }

  function joined(words: readonly string[], style: Style): Line {
    const space = word(" ", style.weight);
    const set = words.flatMap((text, i) => (i > 0 ? [space, word(text, style.weight)] : [word(text, style.weight)]));
    const width = (sum(set.map((each) => each.width)) * style.size) / 1000;
    return { style, runs: set.flatMap(({ runs }) => runs), width };
  }

  return {
    line: (text, style) => joined(wordsOf(text), style),
    lines(text, style, width) {
      const most = (width * 1000) / style.size;
      const space = word(" ", style.weight).width;
      const rows: { words: string[]; width: number }[] = [];
      for (const piece of wordsOf(text).flatMap((each) => pieces(each, style, most))) {
        const row = rows.at(-1);
        const own = word(piece, style.weight).width;
        if (row && row.width + space + own <= most) {
          row.words.push(piece);
          row.width += space + own;
        } else rows.push({ words: [piece], width: own });
      }
      return rows.map(({ words }) => joined(words, style));
    },
  };
}

function wordsOf(text: string): string[] {
  return printableText(text)
    .split(" ")
    .filter((word) => word !== "");
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all + length, 0);
}
