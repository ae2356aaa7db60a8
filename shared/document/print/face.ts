/** One glyph of a text that was set. Lengths are in thousandths of the type size. */
export interface Glyph {
  /** The glyph's number within its face. */
  readonly id: number;
  /** What it stands for: the texts of all glyphs together are the text. */
  readonly text: string;
  /** How far the next glyph is, and how wide the face itself says that this one is. */
  readonly advance: number;
  readonly width: number;
  /** Where it is drawn from where the pen is. */
  readonly dx: number;
  readonly dy: number;
}

/** What a PDF has to say of a face that it contains. */
export interface Outlines {
  readonly ascent: number;
  readonly descent: number;
  /** x and y of the lower left and the upper right corner of all glyphs. */
  readonly box: readonly [number, number, number, number];
  /** A TrueType font that has these glyphs alone, under their own numbers. */
  subset(ids: Iterable<number>): Uint8Array;
}

/** One weight of one font. */
export interface Face {
  /** Its PostScript name. */
  readonly name: string;
  has(character: string): boolean;
  /** The glyphs of a text in one script, from left to right. */
  shape(text: string): readonly Glyph[];
  /** None where every reader has the font: then a glyph's number is its code in Windows-1252. */
  readonly outlines?: Outlines;
}

export const weights = ["regular", "bold"] as const;
export type Weight = (typeof weights)[number];
