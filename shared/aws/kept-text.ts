import { gunzipSync } from "node:zlib";
import * as z from "zod";
import type { BlobKind, Blobs } from "../blobs.ts";
import { KeptBytes, keepBytes, keptBytes } from "./kept-bytes.ts";
import { packed, unpacked } from "./packed-text.ts";

const Gzipped = z.instanceof(Uint8Array).transform((bytes) => gunzipSync(bytes).toString("utf8"));

/** Version 1 was gzip of the text, under a name of its own in each kind of item. */
const KeptText = z.union([
  z.object({ v: z.literal(2) }).and(KeptBytes),
  z.object({ v: z.literal(1), body: Gzipped }).transform(({ body }) => ({ text: body })),
  z.object({ v: z.literal(1), payload: Gzipped }).transform(({ payload }) => ({ text: payload })),
]);

/** The members of an item that keep a text of any length. Throws when it is too long for an item and there are no blobs. */
export async function keepText(blobs: Blobs | undefined, name: `${BlobKind}/${string}`, text: string) {
  return { v: 2, ...(await keepBytes(blobs, name, packed(text))) } as const;
}

/** The text that an item keeps, byte for byte. Throws when its object is missing or is not what was put. */
export async function keptText(blobs: Blobs | undefined, item: unknown): Promise<string> {
  const kept = KeptText.parse(item);
  return "text" in kept ? kept.text : unpacked(await keptBytes(blobs, kept));
}
