export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** What zod gives every integer. */
const SAFE = Number.MAX_SAFE_INTEGER;
const BY_FORMAT: ReadonlySet<unknown> = new Set(["date-time", "date"]);

/**
 * A schema of zod's as a person would have written it: without the patterns behind formats, without the limits that every
 * integer has, and with `["string", "null"]` for what may be null.
 */
export function tidied(schema: unknown): JsonObject {
  return walk(schema) as JsonObject;
}

function walk(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(walk);
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([name, value]) => !isNoise(name, value, node));
  return nullable(Object.fromEntries(kept.map(([name, value]) => [name, walk(value)])));
}

function isNoise(name: string, value: unknown, node: object): boolean {
  switch (name) {
    case "$schema":
    case "$id":
      return true;
    case "pattern":
      return value === "^" || ("format" in node && BY_FORMAT.has(node.format));
    case "format":
      return value === "starts_with";
    case "minimum":
      return value === -SAFE;
    case "maximum":
      return value === SAFE;
    default:
      return false;
  }
}

/** `anyOf: [{type: "string"}, {type: "null"}]` in one. */
function nullable(schema: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, none] = anyOf;
  if (none?.type !== "null" || typeof value?.type !== "string") return schema;
  const words = Array.isArray(value.enum) ? { enum: [...value.enum, null] } : {};
  return { ...value, ...words, ...rest, type: [value.type, "null"] };
}
