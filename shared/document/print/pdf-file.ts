import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

/** `5 0 R`: how objects name each other. */
export type Ref = `${number} 0 R`;

/** A PDF 1.7 (ISO 32000-1) that is being written: objects in the order in which they are put. */
export interface PdfFile {
  /** A name for what is put later. */
  reserve(): Ref;
  /** Any object but a stream, as PDF writes it. */
  put(body: string, ref?: Ref): Ref;
  /** Deflated; `entries` go into its dictionary. */
  stream(bytes: Uint8Array | string, entries?: string): Ref;
  /** The file: the same objects make the same bytes. */
  bytes(roots: { readonly catalog: Ref; readonly info: Ref }): Buffer;
}

export function pdfFile(): PdfFile {
  const objects: (Buffer | undefined)[] = [];

  function reserve(): Ref {
    return `${objects.push(undefined)} 0 R`;
  }

  function write(ref: Ref, body: Buffer): Ref {
    objects[Number.parseInt(ref, 10) - 1] = body;
    return ref;
  }

  return {
    reserve,
    put: (body, ref = reserve()) => write(ref, Buffer.from(body, "latin1")),
    stream(bytes, entries = "") {
      const packed = deflateSync(bytes);
      const head = `<< /Length ${packed.length} /Filter /FlateDecode ${entries} >>\nstream\n`;
      return write(reserve(), Buffer.concat([Buffer.from(head), packed, Buffer.from("\nendstream")]));
    },
    bytes({ catalog, info }) {
      // The second line says that there are bytes beyond ASCII (7.5.2).
      const parts = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")];
      let at = parts[0]?.length ?? 0;
      const entries = objects.map((body, i) => {
        if (!body) throw new Error(`object ${i + 1} of the PDF was never put`);
        const whole = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from("\nendobj\n")]);
        parts.push(whole);
        at += whole.length;
        return `${String(at - whole.length).padStart(10, "0")} 00000 n \n`;
      });
      const id = createHash("sha256").update(Buffer.concat(parts)).digest("hex").slice(0, 32);
      const size = objects.length + 1;
      const table = `xref\n0 ${size}\n0000000000 65535 f \n${entries.join("")}`;
      const trailer = `<< /Size ${size} /Root ${catalog} /Info ${info} /ID [<${id}> <${id}>] >>`;
      return Buffer.concat([...parts, Buffer.from(`${table}trailer\n${trailer}\nstartxref\n${at}\n%%EOF\n`)]);
    },
  };
}

/** A text string (7.9.2.2), in UTF-16. */
export function pdfText(text: string): string {
  return `<feff${utf16Hex(text)}>`;
}

/** Big-endian, as PDF has it. */
export function utf16Hex(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("hex");
}

/** A length with two decimals at the most. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}
