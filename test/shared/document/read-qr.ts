import { crc32, inflateSync } from "node:zlib";
import { decodeQR } from "qr/decode.js";

/** An image as a scanner has it: four bytes a pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface Chunk {
  readonly type: string;
  readonly bytes: Buffer;
}

/** What a reader that shares nothing with the printer finds in the image at the first try, however long that takes. */
export function readQr(pixels: Pixels): string {
  return decodeQR(pixels, { effort: 1, timeLimit: Number.POSITIVE_INFINITY });
}

/** What a `data:` address of a PNG holds. Throws where it is none. */
export function bytesOf(address: string): Buffer {
  const [, base64] = /^data:image\/png;base64,([\w+/]+={0,2})$/.exec(address) ?? [];
  if (base64 === undefined) throw new Error("no address of a PNG");
  return Buffer.from(base64, "base64");
}

/** The chunks of a PNG. Throws where the signature or a checksum is wrong. */
export function pngChunks(png: Buffer): Chunk[] {
  if (png.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") throw new Error("no PNG");
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    if (crc32(png.subarray(at + 4, end)) !== png.readUInt32BE(end)) throw new Error(`the checksum at ${at} is wrong`);
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), bytes: png.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

/** The pixels of a PNG of one bit a pixel, with a palette and no filters. */
export function pngPixels(png: Buffer): Pixels {
  const bytesOf = (type: string) => pngChunks(png).find((chunk) => chunk.type === type)?.bytes ?? Buffer.alloc(0);
  const [header, palette, rows] = [bytesOf("IHDR"), bytesOf("PLTE"), inflateSync(bytesOf("IDAT"))];
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (!header.subarray(8).equals(Buffer.from([1, 3, 0, 0, 0]))) throw new Error("not 1 bit with a palette");
  const rowBytes = 1 + Math.ceil(width / 8);
  return painted(width, height, (x, y) => {
    if (rows.readUInt8(y * rowBytes) !== 0) throw new Error("a filtered row");
    const bit = (rows.readUInt8(y * rowBytes + 1 + (x >> 3)) >> (7 - (x & 7))) & 1;
    return palette.readUInt8(bit * 3);
  });
}

/** The pixels of an SVG that is one white square and one black path of straight lines, drawn with so many a unit. */
export function svgPixels(svg: string, perUnit: number): Pixels {
  const [left = 0, top = 0, width = 0, height = 0] = attribute(svg, "viewBox").split(" ").map(Number);
  const isWhite = svg.includes(`<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="white">`);
  const inside = filled(attribute(svg, "d"));
  return painted(width * perUnit, height * perUnit, (column, row) => {
    const unit = `${left + Math.floor(column / perUnit)} ${top + Math.floor(row / perUnit)}`;
    if (inside.has(unit)) return 0;
    return isWhite ? 255 : 128;
  });
}

/** The attribute as the document's first element that has it says. */
export function attribute(svg: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(svg)?.[1] ?? "";
}

/** The unit squares, by `x y`, that a path of whole numbers goes around (SVG's rule `nonzero`). */
function filled(path: string): Set<string> {
  const turns = new Map<number, Map<number, number>>();
  for (const { x, from, to } of verticalEdges(path)) {
    for (let y = Math.min(from, to); y < Math.max(from, to); y += 1) {
      const row = turns.get(y) ?? new Map<number, number>();
      turns.set(y, row.set(x, (row.get(x) ?? 0) + Math.sign(to - from)));
    }
  }
  return new Set([...turns].flatMap(([y, row]) => filledInRow(row).map((x) => `${x} ${y}`)));
}

function filledInRow(turns: ReadonlyMap<number, number>): number[] {
  let winding = 0;
  return Array.from({ length: Math.max(...turns.keys()) }, (_, x) => x).filter((x) => {
    winding += turns.get(x) ?? 0;
    return winding !== 0;
  });
}

function verticalEdges(path: string) {
  return path.split("Z").flatMap((outline) => {
    const points = [...outline.matchAll(/(\d+) (\d+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
    return points.flatMap((point, i) => {
      const next = points[(i + 1) % points.length] ?? point;
      return next.x === point.x ? [{ x: point.x, from: point.y, to: next.y }] : [];
    });
  });
}

function painted(width: number, height: number, shade: (x: number, y: number) => number): Pixels {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data.fill(shade(pixel % width, Math.floor(pixel / width)), pixel * 4, pixel * 4 + 3);
  }
  return { width, height, data };
}
