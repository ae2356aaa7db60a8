import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** The value's canonical JSON (RFC 8785): member order and spelling of numbers play no part. Throws a TypeError on what is no JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/** SHA-256, in lower-case hex, of the value's canonical JSON. */
export function canonicalHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
