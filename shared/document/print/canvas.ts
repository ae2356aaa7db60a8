import type { Face } from "./face.ts";
import { number, type PdfFile, pdfText, type Ref } from "./pdf-file.ts";
import { type PdfFont, pdfFont } from "./pdf-font.ts";
import { type Colour, LEADING, type Line, type Run } from "./typesetter.ts";

/** A4, in points. Everything is measured from the upper left corner of the page. */
export const PAGE = { width: 595.28, height: 841.89 };

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of black and white dots, a row after the other. */
export interface Bitmap {
  readonly size: number;
  isBlack(x: number, y: number): boolean;
}

export interface Canvas {
  /** What is drawn from now on is on a new page. */
  newPage(): void;
  /** Draws on each of the pages there are, last of all. */
  onEachPage(draw: (page: number, pages: number) => void): void;
  /** `y` is the upper edge of the line, `at` where it begins, ends or has its middle. */
  text(line: Line, at: { readonly x: number; readonly y: number; readonly align?: "left" | "right" | "centre" }): void;
  /** Upwards across the middle of the page, so that what is below can be read. `dy` moves it down. */
  across(line: Line, dy: number): void;
  fill(box: Box, colour: Colour): void;
  frame(box: Box, colour: Colour): void;
  rule(from: { readonly x: number; readonly y: number; readonly width: number }, colour: Colour): void;
  bitmap(bitmap: Bitmap, box: Box): void;
  /** Writes the pages, and says where they are. */
  put(file: PdfFile): Ref;
}

const HAIRLINE = 0.5;
const ALPHA = 0.13;
const SLOPE = Math.PI / 4;

export function canvas(): Canvas {
  const pages: string[][] = [];
  const fonts = new Map<Face, { readonly name: string; readonly font: PdfFont }>();
  const pictures: Bitmap[] = [];
  /** Words come again and again, and each of them is one run or a few. */
  const operators = new WeakMap<Run, Map<number, string>>();
  let current: string[] = [];

  function fontOf(face: Face) {
    const known = fonts.get(face);
    if (known) return known;
    const added = { name: `/F${fonts.size + 1}`, font: pdfFont(face) };
    fonts.set(face, added);
    return added;
  }

  function operatorsOf(run: Run, size: number): string {
    const known = operators.get(run) ?? new Map<number, string>();
    operators.set(run, known);
    const { name, font } = fontOf(run.face);
    const made = known.get(size) ?? spoken(run, `${name} ${number(size)} Tf ${strings(run.glyphs, font, size)}`);
    known.set(size, made);
    return made;
  }

  function shown({ runs, style }: Line): string {
    return runs.map((run) => operatorsOf(run, style.size)).join(" ");
  }

  return {
    newPage() {
      current = [];
      pages.push(current);
    },
    onEachPage(draw) {
      pages.forEach((page, i) => {
        current = page;
        draw(i + 1, pages.length);
      });
    },
    text(line, { x, y, align = "left" }) {
      const before = { left: 0, centre: line.width / 2, right: line.width }[align];
      const base = baseline(y, line.style.size);
      current.push(`BT ${colours(line.style.colour)} ${number(x - before)} ${number(base)} Td ${shown(line)} ET`);
    },
    across(line, dy) {
      const [cos, sin] = [Math.cos(SLOPE), Math.sin(SLOPE)];
      // From the middle of the page back half the line's length, and down its own way.
      const down = line.style.size * 0.36 + dy;
      const x = PAGE.width / 2 - (line.width / 2) * cos + down * sin;
      const y = PAGE.height / 2 - (line.width / 2) * sin - down * cos;
      const turned = [cos, sin, -sin, cos].map((part) => part.toFixed(4)).join(" ");
      const matrix = `${turned} ${number(x)} ${number(y)} Tm`;
      current.push(`q /Faint gs BT ${colours(line.style.colour)} ${matrix} ${shown(line)} ET Q`);
    },
    fill: (box, colour) => void current.push(`${colours(colour)} ${rectangle(box)} f`),
    frame: (box, colour) => void current.push(`${HAIRLINE} w ${strokes(colour)} ${rectangle(box)} S`),
    rule({ x, y, width }, colour) {
      const level = number(PAGE.height - y);
      current.push(`${HAIRLINE} w ${strokes(colour)} ${number(x)} ${level} m ${number(x + width)} ${level} l S`);
    },
    bitmap(bitmap, { x, y, width, height }) {
      const name = `/B${pictures.push(bitmap)}`;
      const place = `${number(width)} 0 0 ${number(height)} ${number(x)} ${number(PAGE.height - y - height)} cm`;
      current.push(`q ${place} ${name} Do Q`);
    },
    put(file) {
      const faces = [...fonts.values()].map(({ name, font }) => `${name} ${font.put(file)}`);
      const images = pictures.map((bitmap, i) => `/B${i + 1} ${putBitmap(file, bitmap)}`);
      const resources = file.put(
        `<< /Font << ${faces.join(" ")} >> /XObject << ${images.join(" ")} >> /ExtGState << /Faint << /ca ${ALPHA} >> >> >>`,
      );
      const tree = file.reserve();
      const kids = pages.map((page) =>
        file.put(`<< /Type /Page /Parent ${tree} /Contents ${file.stream(page.join("\n"))} >>`),
      );
      const box = `[0 0 ${PAGE.width} ${PAGE.height}]`;
      return file.put(
        `<< /Type /Pages /Kids [${kids.join(" ")}] /Count ${kids.length} /MediaBox ${box} /Resources ${resources} >>`,
        tree,
      );
    },
  };
}

/** Where glyphs are not one for each letter and in their order, readers are told the text that is to be copied (14.9.4). */
function spoken({ text, glyphs }: Run, operators: string): string {
  const isInOrder = glyphs.map((glyph) => glyph.text).join("") === text;
  const isPlain = isInOrder && glyphs.every((glyph) => glyph.text.length === 1 && glyph.dx === 0 && glyph.dy === 0);
  return isPlain ? operators : `/Span << /ActualText ${pdfText(text)} >> BDC ${operators} EMC`;
}

/** The glyphs as strings, between which the pen is moved where it would not be in its place by itself. */
function strings(glyphs: Run["glyphs"], font: PdfFont, size: number): string {
  const parts: string[] = [];
  let list = "";
  let [pen, reached, height] = [0, 0, 0];
  for (const glyph of glyphs) {
    if (glyph.dy !== height) {
      parts.push(`[${list}] TJ ${number((glyph.dy * size) / 1000)} Ts`);
      list = "";
      height = glyph.dy;
    }
    const back = Math.round((reached - pen - glyph.dx) * 100) / 100;
    if (back !== 0) list += number(back);
    list += `<${font.code(glyph)}>`;
    reached = pen + glyph.dx + glyph.width;
    pen += glyph.advance;
  }
  // The next run goes on where this one ends.
  const rest = Math.round((reached - pen) * 100) / 100;
  parts.push(`[${list.replaceAll("><", "")}${rest !== 0 ? number(rest) : ""}] TJ${height !== 0 ? " 0 Ts" : ""}`);
  return parts.join(" ");
}

function putBitmap(file: PdfFile, { size, isBlack }: Bitmap): Ref {
  const stride = Math.ceil(size / 8);
  const bits = Buffer.alloc(stride * size, 0xff);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const at = y * stride + (x >> 3);
      if (isBlack(x, y)) bits[at] = (bits[at] ?? 0) & ~(0x80 >> (x & 7));
    }
  const kind = "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 1";
  return file.stream(bits, `${kind} /Width ${size} /Height ${size}`);
}

/** Half of what a line has more than its letters is above them. */
function baseline(y: number, size: number): number {
  return PAGE.height - y - LEADING * 0.77 * size;
}

function rectangle({ x, y, width, height }: Box): string {
  return `${number(x)} ${number(PAGE.height - y - height)} ${number(width)} ${number(height)} re`;
}

function colours(colour: Colour): string {
  return `${colour.map(number).join(" ")} rg`;
}

function strokes(colour: Colour): string {
  return `${colour.map(number).join(" ")} RG`;
}
