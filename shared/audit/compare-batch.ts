import { canonicalJson } from "../canonical-json.ts";
import { type Entry, placeOf } from "./chain.ts";
import type { AuditRow } from "./chains.ts";

/** Where the archived records and the rows of the table part. */
export interface Difference {
  readonly is: "no-row" | "no-entry" | "differs" | "unordered";
  /** Time and id. */
  readonly place: string;
}

/** The first difference, by time and id, of rows that go no further than the entries. A row whose time is over may be gone. */
export function firstDifference(
  entries: readonly Entry[],
  rows: readonly AuditRow[],
  isKept: (at: string) => boolean,
): Difference | undefined {
  const archived = entries.map(({ record }) => ({ record, place: placeOf(record) }));
  const unordered = archived.find(({ place }, i) => place <= (archived[i - 1]?.place ?? ""));
  if (unordered) return { is: "unordered", place: unordered.place };
  const waiting = [...rows];
  for (const { record, place } of archived) {
    const [row] = waiting;
    if (row && row.place < place) return { is: "no-entry", place: row.place };
    if (row?.place !== place) {
      if (isKept(record.at)) return { is: "no-row", place };
      continue;
    }
    waiting.shift();
    if (canonicalJson(row.record) !== canonicalJson(record)) return { is: "differs", place };
  }
  return undefined;
}
