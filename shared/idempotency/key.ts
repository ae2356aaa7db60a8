import { createHash } from "node:crypto";
import { Problem } from "../api/problem.ts";

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

/**
 * The caller's `Idempotency-Key`, 1 to 255 visible characters, with or without the quotes of
 * draft-ietf-httpapi-idempotency-key-header. Undefined when none was sent. Throws `malformed_header`.
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, quoted] = /^"(.*)"$/.exec(header) ?? [];
  const key = quoted ?? header;
  if (VISIBLE.test(key)) return key;
  throw new Problem("malformed_header", "Idempotency-Key must be 1 to 255 visible ASCII characters");
}

/** One key means one thing: for this GSTIN, this method and this concrete path. 43 characters of base64url. */
export function requestKey(gstin: string, method: string, path: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([gstin, method, path, key]))
    .digest("base64url");
}
