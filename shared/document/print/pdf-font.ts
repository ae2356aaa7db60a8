import type { Face, Glyph, Outlines } from "./face.ts";
import { number, type PdfFile, type Ref, utf16Hex } from "./pdf-file.ts";

/** A face as a document uses it. */
export interface PdfFont {
  /** The glyph's code in strings, in hexadecimal. */
  code(glyph: Glyph): string;
  /** Writes the font as far as it was used. */
  put(file: PdfFile): Ref;
}

export function pdfFont(face: Face): PdfFont {
  return face.outlines ? containedFont(face, face.outlines) : readersFont(face);
}

/** One of the fonts that every reader has (9.6.2.2). */
function readersFont({ name }: Face): PdfFont {
  return {
    code: ({ id }) => id.toString(16).padStart(2, "0"),
    put: (file) => file.put(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`),
  };
}

/**
 * A glyph has one code for each text that it stands for, so that whoever copies or searches finds the very text: in Indian
 * scripts the same glyph is part of many letters.
 */
function containedFont(face: Face, outlines: Outlines): PdfFont {
  const codes = new Map<string, number>();
  const used: Glyph[] = [];

  return {
    code(glyph) {
      const key = `${glyph.id} ${glyph.text}`;
      const code = codes.get(key) ?? used.push(glyph);
      codes.set(key, code);
      return code.toString(16).padStart(4, "0");
    },
    put(file) {
      const name = `AAAAAA+${face.name}`;
      const descendant = `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /DW 0
/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>
/FontDescriptor ${descriptor(file, name, outlines, used)} /CIDToGIDMap ${file.stream(glyphNumbers(used))}
/W [1 [${used.map(({ width }) => number(width)).join(" ")}]] >>`;
      return file.put(`<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H
/DescendantFonts [${file.put(descendant)}] /ToUnicode ${file.stream(toUnicode(used))} >>`);
    },
  };
}

/** Flags 4: its characters are not those of Adobe's Latin set. */
function descriptor(file: PdfFile, name: string, { ascent, descent, box, subset }: Outlines, used: Glyph[]): Ref {
  const font = subset(new Set([0, ...used.map(({ id }) => id)]));
  return file.put(`<< /Type /FontDescriptor /FontName /${name} /Flags 4 /ItalicAngle 0 /StemV 80 /FontBBox [${box.join(" ")}]
/Ascent ${number(ascent)} /Descent ${number(descent)} /CapHeight ${number(ascent)}
/FontFile2 ${file.stream(font, `/Length1 ${font.length}`)} >>`);
}

function glyphNumbers(used: readonly Glyph[]): Buffer {
  const map = Buffer.alloc(2 * (used.length + 1));
  used.forEach(({ id }, i) => {
    map.writeUInt16BE(id, 2 * (i + 1));
  });
  return map;
}

/** At most 100 entries go into one list (Adobe Technical Note 5411). */
const MOST_ENTRIES = 100;

function toUnicode(used: readonly Glyph[]): string {
  const entries = used.map(({ text }, i) => `<${(i + 1).toString(16).padStart(4, "0")}> <${utf16Hex(text)}>`);
  const lists = Array.from({ length: Math.ceil(entries.length / MOST_ENTRIES) }, (_, i) => {
    const list = entries.slice(i * MOST_ENTRIES, (i + 1) * MOST_ENTRIES);
    return `${list.length} beginbfchar\n${list.join("\n")}\nendbfchar`;
  });
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${lists.join("\n")}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`;
}
