import { drawLines, type Flow, GREY, heightOf, INK, LINE_GREY, MARGIN, WIDTH } from "./flow.ts";
import type { Line, Style } from "./typesetter.ts";

/** A thing and its name. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** More than one is for addresses; the first is the value. */
  readonly lines?: readonly string[];
}

const PADDING = 5;
const NAME: Style = { size: 6.4, weight: "regular", colour: GREY };
const VALUE: Style = { size: 8.6, weight: "bold", colour: INK };
const MORE: Style = { size: 7.8, weight: "regular", colour: INK };

/** Fields in cells of one width, so many a row; those without a value are left out. */
export function drawFields(flow: Flow, fields: readonly Field[], perRow: number): void {
  const shown = fields.filter(({ value }) => value !== "");
  for (let i = 0; i < shown.length; i += perRow) {
    const row = shown.slice(i, i + perRow);
    // A row that is not full is spread over the page.
    drawRow(flow, row, WIDTH / row.length);
  }
}

function drawRow(flow: Flow, row: readonly Field[], width: number): void {
  const cells = row.map((field) => setField(flow, field, width - 2 * PADDING));
  const height = Math.max(...cells.map(heightOf)) + 2 * PADDING - 2;
  flow.ensure(height);
  cells.forEach((lines, i) => {
    const x = MARGIN + i * width;
    flow.canvas.frame({ x, y: flow.y, width, height }, LINE_GREY);
    drawLines(flow.canvas, lines, { x: x + PADDING, y: flow.y + PADDING - 1 });
  });
  flow.y += height;
}

function setField({ setter }: Flow, { name, value, lines = [] }: Field, width: number): Line[] {
  return [
    ...setter.lines(name.toUpperCase(), NAME, width),
    ...setter.lines(value, VALUE, width),
    ...lines.flatMap((line) => setter.lines(line, MORE, width)),
  ];
}
