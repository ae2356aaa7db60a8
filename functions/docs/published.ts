import { hash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Call, HttpAnswer } from "../pipeline/http.ts";

/** Something that anybody may read and keep. */
export interface Published {
  readonly type: string;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** The reference is laid out by a script that brings its own styles: rules are added to empty style elements, whose hash this is. */
const EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** Nothing from any other server, no script or style within a page, and no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${EMPTY}`,
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Text, or bytes that are gzipped already. */
export function published(type: string, content: string | Buffer): Published {
  const gzipped = typeof content === "string" ? gzipSync(content, { level: 9 }) : content;
  return { type, gzipped, etag: `"${hash("sha256", gzipped, "base64url").slice(0, 22)}"` };
}

/** 304 where the caller has it, and gzipped where the caller takes that. */
export function told({ headers: asked }: Pick<Call, "headers">, { type, gzipped, etag }: Published): HttpAnswer {
  const headers = {
    "content-type": type,
    "cache-control": "public, max-age=300",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    vary: "accept-encoding",
    etag,
  };
  if (has(asked["if-none-match"], etag)) return { status: 304, headers };
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(asked["accept-encoding"] ?? ""))
    return { status: 200, headers, bytes: gunzipSync(gzipped) };
  return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, bytes: gzipped };
}

/** A proxy may have weakened the tag. */
function has(given: string | undefined, etag: string): boolean {
  return (given ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);
}
