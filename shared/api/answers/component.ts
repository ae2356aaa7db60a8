import * as z from "zod";

/** The schemas that have a name in the OpenAPI document, and that generated clients make a type of. */
export const components = z.registry<{ readonly id: string }>();

const names = new Set<string>();

/** Gives a schema its name. Throws when another one has it, or the schema has one already. */
export function component<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  if (names.has(id) || components.has(schema)) throw new Error(`${id}: a schema has one name, and a name one schema`);
  names.add(id);
  components.add(schema, { id });
  return schema;
}
