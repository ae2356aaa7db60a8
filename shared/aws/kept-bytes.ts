import { createHash } from "node:crypto";
import * as z from "zod";
import type { BlobKind, Blobs } from "../blobs.ts";

/** An item holds 400 KB with its names and its other members. */
const MOST_ITEM_BYTES = 350 * 1024;

/** Bytes as an item keeps them: whole, or the key of the object that has them. */
export const KeptBytes = z.union([z.object({ bytes: z.instanceof(Uint8Array) }), z.object({ blob: z.string() })]);
export type KeptBytes = z.infer<typeof KeptBytes>;

/**
 * What an item keeps of bytes of any number. What is too long for an item is put first, so that no item refers to
 * nothing, under `kind/id/SHA-256`: whoever then loses the race for the item leaves an object that nobody refers to.
 * Throws when it is too long and there are no blobs.
 */
export async function keepBytes(blobs: Blobs | undefined, name: `${BlobKind}/${string}`, bytes: Uint8Array) {
  if (bytes.length <= MOST_ITEM_BYTES) return { bytes };
  if (!blobs) throw new RangeError(`${bytes.length} bytes of ${name} fit no item, and there is nowhere else for them`);
  const blob = `${name}/${hashOf(bytes)}`;
  await blobs.put(blob, bytes);
  return { blob };
}

/** The bytes that an item keeps. Throws when the object is missing or is not what was put. */
export async function keptBytes(blobs: Blobs | undefined, kept: KeptBytes): Promise<Uint8Array> {
  if ("bytes" in kept) return kept.bytes;
  if (!blobs) throw new Error(`${kept.blob} is kept where this function does not look`);
  const bytes = await blobs.get(kept.blob);
  if (!kept.blob.endsWith(`/${hashOf(bytes)}`)) throw new Error(`${kept.blob} is not what was put there`);
  return bytes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
