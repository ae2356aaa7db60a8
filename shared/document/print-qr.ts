import { crc32 } from "node:zlib";
import { type Bitmap2D, correction, generate, mode } from "lean-qr";
import { toPngBuffer } from "lean-qr/extras/node_export";
import { toSvgSource } from "lean-qr/extras/svg";

/** What an office printer has at the least. */
const DOTS_PER_INCH = 300;
/** Denso Wave, whose code it is, recommends four dots a module or more; at 300 an inch these are 0.34 mm. */
const DOTS_PER_MODULE = 4;
/** CSS fixes its pixel at 1/96 inch, so that both images print in the same size. */
const PIXELS_PER_MODULE = (DOTS_PER_MODULE * 96) / DOTS_PER_INCH;
/** Modules that stay white on each side (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** The same in points, 72 to the inch, for a page of print. */
export const POINTS_PER_MODULE = (DOTS_PER_MODULE * 72) / DOTS_PER_INCH;
const DENSITY = densityChunk(Math.round(DOTS_PER_INCH / 0.0254));
/** The signature of a PNG and its first chunk, IHDR. */
const HEADER_BYTES = 33;

/**
 * The signed QR code as PNG, black on white, that says its own size in print: 4 to 5 cm for what the portals sign. The
 * same bytes each time. Throws where the text is no ASCII or longer than a QR code holds (2,331 characters).
 */
export function qrPng(jwt: string): Buffer {
  const colours = { on: [0, 0, 0], off: [255, 255, 255] } as const;
  const png = toPngBuffer(qrCode(jwt), { ...colours, pad: QUIET_ZONE, scale: DOTS_PER_MODULE });
  return Buffer.concat([png.subarray(0, HEADER_BYTES), DENSITY, png.subarray(HEADER_BYTES)]);
}

/** The same as an SVG document. */
export function qrSvg(jwt: string): string {
  const colours = { on: "black", off: "white" };
  return toSvgSource(qrCode(jwt), { ...colours, pad: QUIET_ZONE, scale: PIXELS_PER_MODULE, xmlDeclaration: true });
}

/** The same dot by dot, with what has to stay white around it. */
export function qrBitmap(jwt: string): { readonly size: number; isBlack(x: number, y: number): boolean } {
  const code = qrCode(jwt);
  const isBlack = (x: number, y: number) => code.get(x - QUIET_ZONE, y - QUIET_ZONE);
  return { size: code.size + 2 * QUIET_ZONE, isBlack };
}

/**
 * The code holds the JWT itself (irp-protocol 6), in bytes alone, which every reader knows. The portals publish no level of
 * error correction: M bears the folds and stamps of paper, and a higher one is taken where it makes the image no larger.
 */
function qrCode(jwt: string): Bitmap2D {
  return generate(jwt, { modes: [mode.ascii], minCorrectionLevel: correction.M });
}

/** The chunk pHYs (PNG 11.3.4.3), without which programs take 72 or 96 dots for an inch and print three times as large. */
function densityChunk(dotsPerMetre: number): Buffer {
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9);
  chunk.write("pHYs", 4, "latin1");
  chunk.writeUInt32BE(dotsPerMetre, 8);
  chunk.writeUInt32BE(dotsPerMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return chunk;
}
