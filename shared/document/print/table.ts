import { drawLines, type Flow, GREY, heightOf, INK, LINE_GREY, MARGIN, NAVY, TINT, WIDTH } from "./flow.ts";
import { LEADING, type Line, type Style, type Typesetter } from "./typesetter.ts";

export interface Column<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  /** Takes what the other columns leave. There is one of these. */
  readonly isWide?: true;
  cell(row: Row): Cell;
}

/** A text, and what is said of it in small below. */
export interface Cell {
  readonly text: string;
  readonly notes?: readonly string[];
}

/** The largest of these is taken at which the widest numbers leave room for the wide column. */
const SIZES = [8, 7.5, 7, 6.5, 6, 5.5, 5, 4.5, 4];
const LEAST_WIDE = 120;
const PADDING = { x: 4, y: 3 };
/** Of the type size. */
const NOTE = 0.84;
const TITLE = 0.94;

interface Fitted<Row> {
  readonly columns: readonly (Column<Row> & { readonly width: number })[];
  readonly size: number;
}

/**
 * A table over as many pages as it takes, its head on each. Rows stay whole, unless one is longer than a page. Numbers are
 * as wide as they are: the type gets smaller before one is cut.
 */
export function drawTable<Row>(flow: Flow, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  const fitted = fittedTo(flow.setter, columns, rows);
  const first = rows[0];
  flow.ensure(40 + (first === undefined ? 0 : Math.min(heightOfRow(setRow(flow, fitted, first)), flow.most / 2)));
  drawHead(flow, fitted);
  for (const row of rows) drawRow(flow, fitted, setRow(flow, fitted, row));
}

function fittedTo<Row>(setter: Typesetter, columns: readonly Column<Row>[], rows: readonly Row[]): Fitted<Row> {
  const cells = columns.map((column) => (column.isWide ? 0 : widestCell(setter, column, rows)));
  const titled = (parts: (title: string) => string[]) =>
    columns.map(({ title, isWide }, i) => (isWide ? 0 : Math.max(cells[i] ?? 0, ...parts(title).map(widthOfTitle))));
  const widthOfTitle = (title: string) => setter.line(title, { size: TITLE, weight: "bold", colour: NAVY }).width;

  // Titles stay on one line only where that is easy.
  const whole = titled((title) => [title]);
  const units = leftBy(whole, 8) >= 2 * LEAST_WIDE ? whole : titled((title) => title.split(" "));
  const size = SIZES.find((each) => leftBy(units, each) >= LEAST_WIDE) ?? 4;
  const wide = Math.max(leftBy(units, size), 40);
  const width = (unit: number) => unit * size + 2 * PADDING.x;
  return {
    size,
    columns: columns.map((column, i) => ({ ...column, width: column.isWide ? wide : width(units[i] ?? 0) })),
  };
}

/** In units of the type size, so that each text is measured once. */
function widestCell<Row>(setter: Typesetter, column: Column<Row>, rows: readonly Row[]): number {
  const widest = (texts: Iterable<string>, size: number) =>
    Array.from(texts, (text) => setter.line(text, { size, weight: "regular", colour: INK }).width).reduce(
      (most, width) => Math.max(most, width),
      0,
    );
  const cells = rows.map((row) => column.cell(row));
  const texts = new Set(cells.map(({ text }) => text));
  const notes = new Set(cells.flatMap((cell) => cell.notes ?? []));
  return Math.max(widest(texts, 1), widest(notes, NOTE));
}

/** What is left for the wide column, whose own unit is 0. */
function leftBy(units: readonly number[], size: number): number {
  return units.reduce((left, unit) => (unit > 0 ? left - unit * size - 2 * PADDING.x : left), WIDTH);
}

function setRow<Row>({ setter }: Flow, { columns, size }: Fitted<Row>, row: Row): Line[][] {
  return columns.map((column) => {
    const { text, notes = [] } = column.cell(row);
    const room = column.width - 2 * PADDING.x + 0.01;
    const small: Style = { size: size * NOTE, weight: "regular", colour: GREY };
    return [
      ...setter.lines(text, { size, weight: "regular", colour: INK }, room),
      ...notes.flatMap((note) => setter.lines(note, small, room)),
    ];
  });
}

function heightOfRow(cells: readonly Line[][]): number {
  return Math.max(...cells.map(heightOf)) + 2 * PADDING.y;
}

function drawHead<Row>(flow: Flow, { columns, size }: Fitted<Row>): void {
  const style: Style = { size: size * TITLE, weight: "bold", colour: NAVY };
  const titles = columns.map(({ title, width }) => flow.setter.lines(title, style, width - 2 * PADDING.x + 0.01));
  const height = heightOfRow(titles) + 2;
  flow.canvas.fill({ x: MARGIN, y: flow.y, width: WIDTH, height }, TINT);
  flow.canvas.rule({ x: MARGIN, y: flow.y, width: WIDTH }, NAVY);
  flow.canvas.rule({ x: MARGIN, y: flow.y + height, width: WIDTH }, NAVY);
  drawCells(flow, columns, titles, flow.y + PADDING.y + 1);
  flow.y += height;
}

function drawRow<Row>(flow: Flow, fitted: Fitted<Row>, cells: readonly Line[][]): void {
  const height = heightOfRow(cells);
  if (height > flow.most) drawLongRow(flow, fitted, cells);
  else {
    if (flow.ensure(height)) drawHead(flow, fitted);
    drawCells(flow, fitted.columns, cells, flow.y + PADDING.y);
    flow.y += height;
  }
  flow.canvas.rule({ x: MARGIN, y: flow.y, width: WIDTH }, LINE_GREY);
}

/** Line by line. */
function drawLongRow<Row>(flow: Flow, fitted: Fitted<Row>, cells: readonly Line[][]): void {
  flow.y += PADDING.y;
  for (let i = 0; i < Math.max(...cells.map(({ length }) => length)); i++) {
    if (flow.ensure(fitted.size * LEADING + PADDING.y)) {
      drawHead(flow, fitted);
      flow.y += PADDING.y;
    }
    const level = cells.map((lines) => lines.slice(i, i + 1));
    drawCells(flow, fitted.columns, level, flow.y);
    flow.y += fitted.size * LEADING;
  }
  flow.y += PADDING.y;
}

function drawCells<Row>(flow: Flow, columns: Fitted<Row>["columns"], cells: readonly Line[][], y: number): void {
  let x = MARGIN;
  columns.forEach(({ align, width }, i) => {
    const at = align === "right" ? x + width - PADDING.x : x + PADDING.x;
    drawLines(flow.canvas, cells[i] ?? [], { x: at, y, align });
    x += width;
  });
}
