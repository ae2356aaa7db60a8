import * as z from "zod";
import { Document } from "../../shared/document/document.ts";
import type { DocumentPosition } from "../../shared/document/document-store.ts";
import type { DocumentListQuery } from "../../shared/document/list-documents.ts";
import { isIrn } from "../../shared/invoice/irn.ts";
import { checkedQuery, Limit, type List, linkBehind, readCursor } from "../pipeline/query.ts";
import { DocType } from "./number-query.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS_BACK = 30;
const MOST_DAYS = 366;

const statuses = Document.shape.status.unwrap().options;
const day = z.iso.date("a day of the calendar as yyyy-MM-dd").optional();
const AskedDays = z.object({ from: day, to: day });
const Query = z.strictObject({
  ...AskedDays.shape,
  status: z.enum(statuses, `one of ${statuses.join(", ")}`).optional(),
  docType: DocType.optional(),
  limit: Limit,
  cursor: z.string().optional(),
});

const Position = z.object({ docDate: z.iso.date(), irn: z.string().refine(isIrn) });

/** What a call to the list asks for; `today` is the day in India. Throws `malformed_query`, whose detail has every finding. */
export function readListQuery(
  gstin: string,
  query: Readonly<Record<string, string>>,
  today: string,
): DocumentListQuery {
  const read = Query.safeParse(query);
  const days = daysOf(AskedDays.safeParse(query).data ?? {}, today);
  // What a malformed query asks for is not known, but whose cursor it has.
  const list = read.success ? listOf(gstin, { ...read.data, ...days }) : { gstin };
  const { position, findings } = readCursor(query["cursor"], list, Position);
  const { status, docType, limit } = checkedQuery(read, [...findingsOf(days), ...findings]);
  return { ...days, status, docType, limit, before: position };
}

/** Where the list goes on: the same days of the same list, whatever day it then is, behind this document. */
export function nextLink(gstin: string, asked: DocumentListQuery, position: DocumentPosition): string {
  return linkBehind("/documents", listOf(gstin, asked), asked.limit, position);
}

function listOf(
  gstin: string,
  { from, to, status, docType }: Partial<Pick<DocumentListQuery, "from" | "to" | "status" | "docType">>,
): List {
  return { gstin, from, to, status, docType };
}

/** The last 31 days where none are asked for. */
function daysOf({ to, from }: z.output<typeof AskedDays>, today: string): Pick<DocumentListQuery, "from" | "to"> {
  const last = to ?? today;
  return { from: from ?? dayBefore(last, DEFAULT_DAYS_BACK), to: last };
}

function findingsOf({ from, to }: Pick<DocumentListQuery, "from" | "to">): string[] {
  if (from > to) return [`from: must not be after \`to\`, which is ${to}`];
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return days > MOST_DAYS ? [`from, to: at most ${MOST_DAYS} days, and these are ${days}`] : [];
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
