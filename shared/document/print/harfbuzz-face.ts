import { Blob, Direction, Font, Buffer as GlyphBuffer, Face as HarfbuzzFace, shape } from "harfbuzzjs";
import type { Face, Glyph } from "./face.ts";
import type { Subsetter } from "./subsetter.ts";

/** A face from a TrueType file, shaped by HarfBuzz, as browsers do. */
export function harfbuzzFace(name: string, file: Uint8Array, subset: Subsetter): Face {
  const face = new HarfbuzzFace(new Blob(file));
  const font = new Font(face);
  const characters = new Set(face.collectUnicodes());
  const buffer = new GlyphBuffer();
  const thousandths = (units: number) => (units * 1000) / face.upem;
  const { ascender, descender } = font.hExtents();

  function shaped(text: string): readonly Glyph[] {
    buffer.reset();
    buffer.addText(text);
    buffer.guessSegmentProperties();
    buffer.setDirection(Direction.LTR);
    shape(font, buffer);
    const infos = buffer.getGlyphInfos();
    const positions = buffer.getGlyphPositions();
    const texts = textsOf(
      infos.map(({ cluster }) => cluster),
      text,
    );
    return infos.map(({ codepoint: id }, i) => ({
      id,
      text: texts[i] ?? "",
      advance: thousandths(positions[i]?.xAdvance ?? 0),
      width: thousandths(font.glyphHAdvance(id)),
      dx: thousandths(positions[i]?.xOffset ?? 0),
      dy: thousandths(positions[i]?.yOffset ?? 0),
    }));
  }

  return {
    name,
    has: (character) => characters.has(character.codePointAt(0) ?? 0),
    shape: shaped,
    outlines: {
      ascent: thousandths(ascender),
      descent: thousandths(descender),
      box: boxOf(face, thousandths),
      subset: (ids) => subset(file, ids),
    },
  };
}

/** Says nothing and takes no room: readers of PDF are at a loss with a glyph that stands for no text at all. */
const NOTHING = "\u2060";

/**
 * What each glyph stands for. Glyphs of one cluster, which is of the text up to where the next one begins, share its
 * characters in the order of the text, whatever their own is: together they read as it was written.
 */
function textsOf(clusters: readonly number[], text: string): string[] {
  // A glyph for each letter, as Latin mostly has it.
  if (clusters.length === text.length && clusters.every((cluster, i) => cluster === i)) return text.split("");
  const groups = [...Map.groupBy(clusters, (cluster) => cluster)];
  return groups.flatMap(([start, { length }], i) => {
    const characters = Array.from(text.slice(start, groups[i + 1]?.[0]));
    return Array.from({ length }, (_, at) => {
      const own = at < length - 1 ? characters[at] : characters.slice(at).join("");
      return own || NOTHING;
    });
  });
}

/** The table `head` has it from byte 36 on. */
function boxOf(face: HarfbuzzFace, thousandths: (units: number) => number): [number, number, number, number] {
  const head = face.referenceTable("head");
  if (!head) throw new Error("a font without the table head");
  const view = new DataView(head.buffer, head.byteOffset + 36, 8);
  const at = (offset: number) => Math.round(thousandths(view.getInt16(offset)));
  return [at(0), at(2), at(4), at(6)];
}
