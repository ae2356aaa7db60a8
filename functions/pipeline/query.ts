import * as z from "zod";
import { Problem } from "../../shared/api/problem.ts";

const DEFAULT_LIMIT = 20;

/** How many entries a list shows. */
export const Limit = z
  .string()
  .regex(/^([1-9]\d?|100)$/, "a whole number from 1 to 100")
  .transform(Number)
  .default(DEFAULT_LIMIT);

/** A moment, with its offset. */
export const Time = z
  .string()
  // In a query a plus sign stands for a space; many forget to write it as %2B.
  .transform((text) => text.replace(" ", "+"))
  .pipe(z.iso.datetime({ offset: true, error: "a time as RFC 3339 has it, such as 2026-08-18T14:30:00+05:30" }))
  .transform((text) => new Date(text));

/** What was asked for; throws `malformed_query`, whose detail has every finding. */
export function checkedQuery<Query>(read: z.ZodSafeParseResult<Query>, others: readonly string[] = []): Query {
  const findings = [...(read.error?.issues ?? []).map(findingOf), ...others];
  if (!read.success || findings.length > 0) throw new Problem("malformed_query", findings.join("; "));
  return read.data;
}

/** Which list it is: whose, and what is asked of it but for the limit. */
export interface List {
  readonly gstin: string;
  readonly [asked: string]: string | undefined;
}

/**
 * Where a list goes on. A cursor is base64url of list and position as JSON: the position alone would do, the rest keeps it
 * from being used for another list. It is not signed, so that nothing but the caller's own entries may hang on it.
 */
export function readCursor<Position extends z.ZodType>(
  text: string | undefined,
  list: List,
  Position: Position,
): { readonly position: z.output<Position> | undefined; readonly findings: readonly string[] } {
  if (text === undefined) return { position: undefined, findings: [] };
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    z.object(mapped({ v: 1, ...list }, (value) => z.literal(value ?? null))).parse(cursor);
    return { position: Position.parse(cursor), findings: [] };
  } catch {
    return { position: undefined, findings: ["cursor: take it from `next` of this very list, or leave it out"] };
  }
}

/** The link to what follows in the same list, behind this position. */
export function linkBehind(path: string, list: List, limit: number, position: object): string {
  const bound = mapped({ v: 1, ...list }, (value) => value ?? null);
  const cursor = Buffer.from(JSON.stringify({ ...bound, ...position })).toString("base64url");
  const { gstin: _, ...asked } = list;
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${path}?${new URLSearchParams([...given, ["limit", String(limit)], ["cursor", cursor]])}`;
}

function mapped<Value, Result>(members: Record<string, Value>, map: (value: Value) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}

function findingOf({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join(".")}: ${message}` : message;
}
