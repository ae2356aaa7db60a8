import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { qrPng, qrSvg } from "../../../shared/document/print-qr.ts";
import { attribute, type Pixels, pngChunks, pngPixels, readQr, svgPixels } from "./read-qr.ts";

/** 2 cm at 300 dots an inch. */
const LEAST_DOTS = Math.ceil((2 / 2.54) * 300);
const lengths = [300, 950, 1500];

/** A text of a JWT's alphabet and so long, the same each time. */
function aJwt(length: number): string {
  const noise = Array.from({ length: 50 }, (_, i) => createHash("sha512").update(`${i}`).digest("base64url")).join("");
  return `eyJhbGciOiJSUzI1NiJ9.${noise.slice(0, length - 65)}.${noise.slice(-43)}`;
}

describe("the QR code of a JWT as PNG", () => {
  it.each(lengths)("is read back whole: %i characters", (length) => {
    const jwt = aJwt(length);
    expect(jwt).toHaveLength(length);
    expect(readQr(pngPixels(qrPng(jwt)))).toBe(jwt);
  });

  it.each(lengths)("can be printed and scanned: %i characters", (length) => {
    const pixels = pngPixels(qrPng(aJwt(length)));
    expect(pixels.width).toBe(pixels.height);
    expect(pixels.width).toBeGreaterThanOrEqual(LEAST_DOTS);
    expect(isMadeOfSquares(pixels, 4)).toBe(true);
    expect(whiteMargin(pixels)).toBe(4 * 4);
  });

  it("says that 300 dots are an inch, and nothing that changes with time", () => {
    const chunks = pngChunks(qrPng(aJwt(950)));
    expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "pHYs", "PLTE", "IDAT", "IEND"]);
    const density = chunks[1]?.bytes;
    expect([density?.readUInt32BE(0), density?.readUInt32BE(4), density?.[8]]).toEqual([11811, 11811, 1]);
  });

  it("is the same, byte for byte, each time", () => {
    expect(qrPng(aJwt(950)).equals(qrPng(aJwt(950)))).toBe(true);
    expect(qrPng(aJwt(950)).equals(qrPng(aJwt(951)))).toBe(false);
  });

  it("is read through a stamp over a tenth of it", () => {
    const jwt = aJwt(950);
    expect(readQr(stamped(pngPixels(qrPng(jwt)), 0.1))).toBe(jwt);
  });

  it.each([
    ["longer than a code can be", "x".repeat(2332)],
    ["far longer", "x".repeat(100_000)],
    ["no ASCII", `${"x".repeat(300)}₹`],
  ])("cannot be made of a text that is %s, and the error does not repeat it", (_, text) => {
    expect(() => qrPng(text)).toThrow(/^(?!.*xx)/s);
  });
});

describe("the QR code of a JWT as SVG", () => {
  it.each(lengths)("is read back whole: %i characters", (length) => {
    const jwt = aJwt(length);
    expect(readQr(svgPixels(qrSvg(jwt), 4))).toBe(jwt);
  });

  it("is the picture that the PNG is", () => {
    const jwt = aJwt(300);
    const [svg, png] = [svgPixels(qrSvg(jwt), 4), pngPixels(qrPng(jwt))];
    expect(Buffer.from(svg.data).equals(Buffer.from(png.data))).toBe(true);
  });

  it.each(lengths)("is as large in print as the PNG: %i characters", (length) => {
    const svg = qrSvg(aJwt(length));
    const { width } = pngPixels(qrPng(aJwt(length)));
    expect(Number(attribute(svg, "width")) / 96).toBeCloseTo(width / 300, 6);
    expect(attribute(svg, "height")).toBe(attribute(svg, "width"));
  });

  it("is a document of its own, the same each time", () => {
    const svg = qrSvg(aJwt(950));
    expect(svg).toMatch(/^<\?xml version="1\.0" encoding="UTF-8" \?><svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toMatch(/<\/svg>$/);
    expect(svg).toBe(qrSvg(aJwt(950)));
  });
});

function shadeAt({ width, data }: Pixels, x: number, y: number): number {
  return data[(y * width + x) * 4] ?? -1;
}

/** Whether every square of so many pixels is of one colour. */
function isMadeOfSquares(pixels: Pixels, side: number): boolean {
  const { width, height } = pixels;
  const corner = (at: number) => at - (at % side);
  const same = (x: number, y: number) => shadeAt(pixels, x, y) === shadeAt(pixels, corner(x), corner(y));
  return width % side === 0 && allPixels(width, height).every(([x, y]) => same(x, y));
}

/** How many pixels are white at each of the four edges; -1 where they differ. A code of this size reaches all four. */
function whiteMargin(pixels: Pixels): number {
  const { width, height } = pixels;
  const isBlack = ([x, y]: readonly [number, number]) => shadeAt(pixels, x, y) === 0;
  const distances = allPixels(width, height)
    .filter(isBlack)
    .map(([x, y]) => [x, y, width - 1 - x, height - 1 - y]);
  const margins = [0, 1, 2, 3].map((edge) =>
    distances.reduce((least, each) => Math.min(least, each[edge] ?? 0), width),
  );
  return new Set(margins).size === 1 ? (margins[0] ?? -1) : -1;
}

function allPixels(width: number, height: number): (readonly [x: number, y: number])[] {
  return Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)] as const);
}

/** A black square that covers so large a part of the image, in its middle. */
function stamped({ width, height, data }: Pixels, part: number): Pixels {
  const covered = (at: number, of: number) => Math.abs(at - of / 2) < (of * Math.sqrt(part)) / 2;
  const stampedData = data.map((shade, i) => {
    const pixel = Math.floor(i / 4);
    return i % 4 < 3 && covered(pixel % width, width) && covered(Math.floor(pixel / width), height) ? 0 : shade;
  });
  return { width, height, data: stampedData };
}
