import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";

/** Text as stored: gzipped, because DynamoDB bills by size. */
export function compressed(text: string): Buffer {
  return gzipSync(text);
}

/** A stored gzip, read back as text. */
export const CompressedText = z.instanceof(Uint8Array).transform((bytes) => gunzipSync(bytes).toString("utf8"));
