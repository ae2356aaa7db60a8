import type * as z from "zod";
import { type Fault, fault } from "./codes.ts";
import { openBody } from "./request-body.ts";
import type { SessionRequest } from "./sandbox-request.ts";

/** What the client encrypted, in the shape that the endpoint wants; else a fault (5002) for each field that is not. */
export function readFields<T>(
  { body, session }: SessionRequest,
  schema: z.ZodType<T>,
): { readonly fields: T } | { readonly faults: readonly Fault[] } {
  const opened = openBody(body, Buffer.from(session.sek, "base64"));
  if ("fault" in opened) return { faults: [opened.fault] };
  const parsed = schema.safeParse(opened.value);
  if (parsed.success) return { fields: parsed.data };
  return { faults: parsed.error.issues.map(({ path }) => fault("5002", path.join(".") || "not an object")) };
}
