import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** SHA-256, in lower-case hex, of the value's canonical JSON (RFC 8785): member order and spelling of numbers play no part. */
export function canonicalHash(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return createHash("sha256").update(text).digest("hex");
}
