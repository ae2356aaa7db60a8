import { type Canvas, PAGE } from "./canvas.ts";
import { type Colour, LEADING, type Line, type Typesetter } from "./typesetter.ts";

/** Where content is; the footer is below. */
export const MARGIN = 36;
export const WIDTH = PAGE.width - 2 * MARGIN;
const TOP = 34;
const BOTTOM = PAGE.height - 52;

export const INK: Colour = [0.11, 0.13, 0.17];
export const GREY: Colour = [0.39, 0.43, 0.49];
export const NAVY: Colour = [0.09, 0.2, 0.37];
export const LINE_GREY: Colour = [0.78, 0.81, 0.85];
export const TINT: Colour = [0.937, 0.949, 0.965];
export const RED: Colour = [0.75, 0.08, 0.1];

/** Content goes down the page, and over to a new one when it is full. */
export interface Flow {
  readonly canvas: Canvas;
  readonly setter: Typesetter;
  /** The upper edge of what comes next. */
  y: number;
  /** Goes on to a new page where less than that is left. True if it did. */
  ensure(height: number): boolean;
  /** What a page can hold at the most. */
  readonly most: number;
}

/** `begin` draws the head of each page but the first, and says where it ends. */
export function flow(canvas: Canvas, setter: Typesetter, begin: (top: number) => number): Flow {
  canvas.newPage();
  const made: Flow = {
    canvas,
    setter,
    y: TOP,
    most: BOTTOM - TOP - 70,
    ensure(height) {
      if (made.y + height <= BOTTOM) return false;
      canvas.newPage();
      made.y = begin(TOP);
      return true;
    },
  };
  return made;
}

export function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { style }) => sum + style.size * LEADING, 0);
}

/** Draws lines under each other, and returns where they end. */
export function drawLines(
  canvas: Canvas,
  lines: readonly Line[],
  { x, y, align = "left" }: { readonly x: number; readonly y: number; readonly align?: "left" | "right" | "centre" },
): number {
  return lines.reduce((at, line) => {
    canvas.text(line, { x, y: at, align });
    return at + line.style.size * LEADING;
  }, y);
}
