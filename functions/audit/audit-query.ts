import * as z from "zod";
import type { AuditPage, AuditPosition } from "../../shared/audit/audit-log.ts";
import { toIstMilliseconds } from "../../shared/ist.ts";
import { checkedQuery, Limit, type List, linkBehind, readCursor, Time } from "../pipeline/query.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const AuditQuery = z.strictObject({
  from: Time.optional(),
  to: Time.optional(),
  limit: Limit,
  cursor: z.string().optional(),
});
const RecordTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30$/);
const Position = z.object({ at: RecordTime, id: z.string().regex(/^[\w-]{1,60}$/) });

/** Which records a call asks for: of the last day, unless it says otherwise. Throws `malformed_query`, whose detail has every finding. */
export function readAuditQuery(gstin: string, query: Readonly<Record<string, string>>, now: Date): AuditPage {
  const read = AuditQuery.safeParse(query);
  // Nothing is on record of what is to come.
  const to = new Date(Math.min(now.getTime(), read.data?.to?.getTime() ?? now.getTime()));
  const from = read.data?.from ?? new Date(to.getTime() - DAY_MS);
  const page = { from: toIstMilliseconds(from), to: toIstMilliseconds(to) };
  // What a malformed query asks for is not known, but whose cursor it has.
  const list = read.success ? listOf(gstin, page) : { gstin };
  const { position, findings } = readCursor(query["cursor"], list, Position);
  const isReversed = from > to ? ["from: it must not be later than to, nor than now"] : [];
  const { limit } = checkedQuery(read, [...isReversed, ...findings]);
  return { ...page, limit, after: position };
}

/** Where the list goes on: behind this place. */
export function nextRecords(gstin: string, page: AuditPage, position: AuditPosition): string {
  return linkBehind("/audit", listOf(gstin, page), page.limit, position);
}

function listOf(gstin: string, { from, to }: Pick<AuditPage, "from" | "to">): List {
  return { gstin, from, to };
}
