import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { isSafeNumber, parse } from "lossless-json";
import { Problem } from "../../shared/api/problem.ts";
import type { Route } from "../../shared/api/routes.ts";

/** The portals' own limit (irp-protocol 1.1). */
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_DEPTH = 32;

/** Reads the body as the route consumes it. Throws a Problem: 400, 413, 415. */
export function readBody(event: APIGatewayProxyEventV2, { consumes }: Route): unknown {
  if (!consumes) return undefined;
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BYTES) throw new Problem("body_too_large", "send at most 2 MB");
  requireMediaType(event.headers["content-type"], consumes);
  return consumes === "application/json" ? parseJson(bytes) : new URLSearchParams(bytes.toString("utf8"));
}

function requireMediaType(contentType: string | undefined, expected: string): void {
  const [mediaType = ""] = (contentType ?? "").split(";");
  if (mediaType.trim().toLowerCase() === expected) return;
  throw new Problem("unsupported_media_type", `send the body as ${expected}`, { headers: { accept: expected } });
}

/**
 * JSON without its ways of losing data: a member that stands twice, a number that a double cannot hold exactly, and text
 * that is not Unicode.
 * Throws `malformed_json` with what the parser found.
 */
export function parseJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value = parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: refuseDuplicate });
    // The parser lets a member stand twice when both values look alike to it, so that they are counted besides.
    if (countMembers(value, MAX_DEPTH) < countColons(text))
      throw new SyntaxError("a member stands twice in one object");
    return value;
  } catch (error) {
    // A RangeError is the recursive parser's exhausted stack: a body of brackets.
    const reason = error instanceof SyntaxError ? error.message.slice(0, 200) : "not UTF-8, or nested too deep";
    throw new Problem("malformed_json", reason);
  }
}

function exactNumber(literal: string): number {
  if (isSafeNumber(literal)) return Number(literal);
  throw new SyntaxError(`a number of ${literal.length} characters cannot be held exactly; send at most 15 digits`);
}

function refuseDuplicate({ key }: { key: string }): never {
  throw new SyntaxError(`the member ${JSON.stringify(key.slice(0, 40))} stands twice in one object`);
}

/** The members of all objects in a value. Throws a SyntaxError where it is too deep or its text is not Unicode. */
function countMembers(value: unknown, levels: number): number {
  if (typeof value === "string") requireUnicode(value);
  if (typeof value !== "object" || value === null) return 0;
  if (levels === 0) throw new SyntaxError(`nested more than ${MAX_DEPTH} levels deep`);
  const names = Array.isArray(value) ? [] : Object.keys(value);
  for (const name of names) requireUnicode(name);
  const below = Object.values(value).map((member) => countMembers(member, levels - 1));
  return below.reduce((sum, count) => sum + count, names.length);
}

/** Half a surrogate pair has no UTF-8 and no canonical form (RFC 8785). */
function requireUnicode(text: string): void {
  if (!text.isWellFormed()) throw new SyntaxError("an escape stands for half a surrogate pair");
}

/** Those between names and values: in valid JSON, whatever is not within quotes. */
function countColons(text: string): number {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "").split(":").length - 1;
}
