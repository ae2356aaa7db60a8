import * as z from "zod";

/**
 * Reads the function's environment once, at cold start. Throws an Error naming every variable that is missing or
 * malformed, never its value.
 */
export function readEnv<Shape extends z.ZodRawShape>(shape: Shape): z.output<z.ZodObject<Shape>> {
  const read = z.object(shape).safeParse(process.env);
  if (read.success) return read.data;
  const names = [...new Set(read.error.issues.map((issue) => issue.path.join(".")))];
  throw new Error(`environment variables missing or malformed: ${names.join(", ")}`);
}

/** A variable that holds JSON, parsed and then checked. */
export function jsonVariable<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}
