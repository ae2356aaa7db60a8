import * as z from "zod";

/** Node has it, but the types of Node do not. */
declare const WebAssembly: {
  instantiate(wasm: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
};

const call = z.custom<(...args: number[]) => number>((value) => typeof value === "function");
/** Not copied: its buffer is another one after it has grown. */
const memory = z.custom<{ readonly buffer: ArrayBuffer }>(
  (value) => typeof value === "object" && value !== null && "buffer" in value,
);
const Exports = z.object({
  memory,
  malloc: call,
  free: call,
  hb_blob_create: call,
  hb_blob_destroy: call,
  hb_blob_get_data: call,
  hb_blob_get_length: call,
  hb_face_create: call,
  hb_face_destroy: call,
  hb_face_reference_blob: call,
  hb_set_add: call,
  hb_subset_input_create_or_fail: call,
  hb_subset_input_destroy: call,
  hb_subset_input_glyph_set: call,
  hb_subset_input_set: call,
  hb_subset_input_set_flags: call,
  hb_subset_or_fail: call,
});

/** hb-subset.h: no hinting; glyphs keep their numbers; what they could turn into is not taken along; outline of .notdef. */
const FLAGS = 0x1 | 0x2 | 0x200 | 0x40;
const DROPPED_TABLES = 3;
const WRITABLE = 2;
/** A PDF reader looks up glyphs by number: it needs neither names nor characters nor rules. */
const UNREAD = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "cmap", "name", "post", "OS/2", "meta", "gasp", "DSIG"];

export type Subsetter = (font: Uint8Array, glyphs: Iterable<number>) => Uint8Array;

/** HarfBuzz's own subsetter, from its WebAssembly, whose C interface it has without any other. */
export async function subsetter(wasm: Uint8Array): Promise<Subsetter> {
  const { instance } = await WebAssembly.instantiate(wasm);
  const hb = Exports.parse(instance.exports);
  return (font, glyphs) => {
    const data = hb.malloc(font.length);
    new Uint8Array(hb.memory.buffer).set(font, data);
    const blob = hb.hb_blob_create(data, font.length, WRITABLE, 0, 0);
    const face = hb.hb_face_create(blob, 0);
    const input = hb.hb_subset_input_create_or_fail();
    hb.hb_subset_input_set_flags(input, FLAGS);
    for (const table of UNREAD) hb.hb_set_add(hb.hb_subset_input_set(input, DROPPED_TABLES), tag(table));
    for (const id of glyphs) hb.hb_set_add(hb.hb_subset_input_glyph_set(input), id);
    const made = hb.hb_subset_or_fail(face, input);
    hb.hb_subset_input_destroy(input);
    hb.hb_face_destroy(face);
    hb.hb_blob_destroy(blob);
    hb.free(data);
    if (made === 0) throw new Error("HarfBuzz cannot make a subset of the font");
    return taken(hb, made);
  };
}

function taken(hb: z.output<typeof Exports>, face: number): Uint8Array {
  const blob = hb.hb_face_reference_blob(face);
  const at = hb.hb_blob_get_data(blob, 0);
  const bytes = new Uint8Array(hb.memory.buffer).slice(at, at + hb.hb_blob_get_length(blob));
  hb.hb_blob_destroy(blob);
  hb.hb_face_destroy(face);
  return bytes;
}

function tag(table: string): number {
  return Buffer.from(table.padEnd(4)).readUInt32BE();
}
