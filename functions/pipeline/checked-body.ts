import type * as z from "zod";
import { Problem } from "../../shared/api/problem.ts";
import type { Finding } from "../../shared/invoice/finding.ts";
import { listed } from "../../shared/invoice/schema-findings.ts";

/** A body that is no invoice, by its schema: 422 with every finding. */
export function checkedBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body, { reportInput: true });
  if (read.success) return read.data;
  throw invalidBody(listed(read.error.issues, []));
}

export function invalidBody(errors: readonly Finding[]): Problem {
  return new Problem("invalid_body", "correct every error and send it again", { errors });
}
