import { inv01Words } from "./inv01-words.ts";
import type { JsonObject } from "./json-schema.ts";

/** The schemas that have members of INV-01. */
const SCHEMAS = ["Invoice", "EwayBillRequest"];

/** Gives the members of INV-01 the words that people know them by. */
export function inv01(schemas: Readonly<Record<string, JsonObject>>): JsonObject {
  return { ...schemas, ...Object.fromEntries(SCHEMAS.map((name) => [name, worded(schemas[name] ?? {}, "")])) };
}

/** `path` has no indices: `ItemList.SlNo`. */
function worded(schema: JsonObject, path: string): JsonObject {
  const { properties, items, anyOf, additionalProperties, ...rest } = schema;
  const eachWorded = ([name, member]: [string, unknown]): [string, JsonObject] => {
    const place = path === "" ? name : `${path}.${name}`;
    const description = inv01Words[place] ?? inv01Words[name];
    return [name, { ...(description !== undefined && { description }), ...worded(member as JsonObject, place) }];
  };
  return {
    ...rest,
    // INV-01 leaves its objects open, which is worth no line in a reference.
    ...(additionalProperties === false && { additionalProperties }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties ?? {}).map(eachWorded)),
    }),
    ...(items !== undefined && { items: worded(items as JsonObject, path) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map((each) => worded(each, path)) }),
  };
}
