import { inflateSync } from "node:zlib";
import { getDocumentProxy } from "unpdf";
import type { Pixels } from "../read-qr.ts";

/** A text on a page, with what it takes up. From the upper left corner, in points. */
export interface PlacedText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly base: number;
  readonly size: number;
  /** What goes across the page. */
  readonly isTurned: boolean;
}

export interface ReadPage {
  readonly texts: readonly PlacedText[];
  /** Line by line, the words parted by a space. */
  readonly lines: readonly string[];
}

/** The texts of a PDF as Mozilla's reader finds them: it shares no code with what wrote them. */
export async function readPdf(bytes: Buffer): Promise<ReadPage[]> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const pages = Array.from({ length: document.numPages }, async (_, i) => {
    const page = await document.getPage(i + 1);
    const [, , , height = 0] = page.view;
    const { items } = await page.getTextContent();
    const texts = items.flatMap((item) => {
      if (!("str" in item) || item.str.trim() === "") return [];
      const [a = 0, b = 0, , , x = 0, y = 0] = item.transform.map(Number);
      const size = Math.hypot(a, b);
      return [{ text: item.str, left: x, right: x + item.width, base: height - y, size, isTurned: b !== 0 }];
    });
    return { texts, lines: linesOf(texts) };
  });
  return Promise.all(pages);
}

/** All words of a page or a document in the order in which they were written. */
export function wordsOf(...pages: readonly ReadPage[]): string {
  return pages.map(({ texts }) => texts.map(({ text }) => text.trim()).join(" ")).join(" ");
}

function linesOf(texts: readonly PlacedText[]): string[] {
  const rows = Map.groupBy(
    texts.filter(({ isTurned }) => !isTurned),
    ({ base }) => Math.round(base),
  );
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([, row]) => {
      const sorted = row.toSorted((a, b) => a.left - b.left);
      return sorted.map(({ text }) => text.trim()).join(" ");
    });
}

/** Texts of which one is printed over the other. */
export function overprinted({ texts }: ReadPage): [string, string][] {
  const level = texts.filter(({ isTurned }) => !isTurned);
  return level.flatMap((one, i) =>
    level
      .slice(i + 1)
      .filter((other) => touches(one, other))
      .map((other): [string, string] => [one.text, other.text]),
  );
}

/** A letter without its height above small ones and its depth: what touches there is read by nobody. */
function touches(one: PlacedText, other: PlacedText): boolean {
  const isBeside = one.right <= other.left + 0.3 || other.right <= one.left + 0.3;
  return !isBeside && one.base - one.size * 0.72 < other.base && other.base - other.size * 0.72 < one.base;
}

/** Every stream of a PDF, inflated, with the dictionary before it. */
export function streamsOf(bytes: Buffer): { readonly dictionary: string; readonly content: Buffer }[] {
  const text = bytes.toString("latin1");
  return [...text.matchAll(/<< (\/Length (\d+) [^\n]*)>>\nstream\n/g)].map((found) => {
    const start = found.index + found[0].length;
    const content = inflateSync(bytes.subarray(start, start + Number(found[2])));
    return { dictionary: found[1] ?? "", content };
  });
}

/** What draws the pages, as operators. */
export function drawingsOf(bytes: Buffer): string {
  const drawings = streamsOf(bytes).filter(({ dictionary }) => !/\/Length1|\/Image/.test(dictionary));
  return drawings.map(({ content }) => content.toString("latin1")).join("\n");
}

/** The only picture in the PDF, each of its dots as so many. */
export function pictureOf(bytes: Buffer, scale: number): Pixels | undefined {
  const picture = streamsOf(bytes).find(({ dictionary }) => dictionary.includes("/Subtype /Image"));
  if (!picture) return undefined;
  const size = Number(/\/Width (\d+)/.exec(picture.dictionary)?.[1]);
  const stride = Math.ceil(size / 8);
  const isWhite = (x: number, y: number) => ((picture.content[y * stride + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
  const width = size * scale;
  const data = new Uint8ClampedArray(4 * width * width).fill(255);
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++)
      if (!isWhite(Math.floor(x / scale), Math.floor(y / scale)))
        data.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 3);
  return { width, height: width, data };
}
