import * as z from "zod";
import { Problem } from "../../shared/api/problem.ts";
import type { ListQuery } from "../../shared/request/request-list.ts";
import { requestStates } from "../../shared/request/request-state.ts";
import type { ListPosition } from "../../shared/request/request-store.ts";

const DEFAULT_LIMIT = 20;

const Query = z.strictObject({
  state: z.enum(requestStates, `one of ${requestStates.join(", ")}`).optional(),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "a whole number from 1 to 100")
    .transform(Number)
    .default(DEFAULT_LIMIT),
  cursor: z.string().optional(),
});
/** Base64url of this as JSON. The position alone would do; the rest keeps a cursor from being used for another list. */
const Cursor = z.object({
  v: z.literal(1),
  gstin: z.string(),
  state: z.enum(requestStates).nullable(),
  key: z.string().regex(/^[\w-]{43}$/),
  createdAt: z.iso.datetime({ precision: 3 }),
});

/** What a call to the list asks for. Throws `malformed_query`, whose detail has every finding. */
export function readListQuery(gstin: string, query: Readonly<Record<string, string>>): ListQuery {
  const read = Query.safeParse(query);
  const findings = read.success ? [] : read.error.issues.map(findingOf);
  const text = query["cursor"];
  const cursor = text === undefined ? undefined : cursorOf(text);
  const isOfThisList = cursor?.gstin === gstin && cursor.state === (query["state"] ?? null);
  if (text !== undefined && !isOfThisList)
    findings.push("cursor: take it from `next` of this very list, or leave it out");
  if (!read.success || findings.length > 0) throw new Problem("malformed_query", findings.join("; "));
  const before = cursor && { key: cursor.key, createdAt: cursor.createdAt };
  return { state: read.data.state, limit: read.data.limit, before };
}

/** Where the list goes on: the same one, behind this request. */
export function nextLink(gstin: string, { state, limit }: ListQuery, position: ListPosition): string {
  const cursor = { v: 1, gstin, state: state ?? null, ...position } satisfies z.input<typeof Cursor>;
  const text = Buffer.from(JSON.stringify(cursor)).toString("base64url");
  const query = new URLSearchParams({ ...(state && { state }), limit: String(limit), cursor: text });
  return `/requests?${query}`;
}

function findingOf({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join(".")}: ${message}` : message;
}

function cursorOf(text: string): z.infer<typeof Cursor> | undefined {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
}
