import { canonicalJson } from "../canonical-json.ts";
import { type Entry, type KeptRecord, placeOf } from "./chain.ts";

/** Where the archived records and the rows of the table part. */
export interface Difference {
  readonly is: "no-row" | "no-entry" | "differs" | "unordered";
  /** Time and id. */
  readonly place: string;
}

/**
 * The first difference, by time and id, of rows, in the form in which they are archived, that go no further than the entries. A
 * row that is not kept may be gone.
 */
export function firstDifference(
  entries: readonly Entry[],
  rows: readonly KeptRecord[],
  isKept: (record: KeptRecord) => boolean,
): Difference | undefined {
  const archived = entries.map(({ record }) => ({ record, place: placeOf(record) }));
  const unordered = archived.find(({ place }, i) => place <= (archived[i - 1]?.place ?? ""));
  if (unordered) return { is: "unordered", place: unordered.place };
  const waiting = rows.map((row) => ({ record: row, place: placeOf(row) }));
  for (const { record, place } of archived) {
    const [row] = waiting;
    if (row && row.place < place) return { is: "no-entry", place: row.place };
    if (row?.place !== place) {
      if (isKept(record)) return { is: "no-row", place };
      continue;
    }
    waiting.shift();
    if (canonicalJson(row.record) !== canonicalJson(record)) return { is: "differs", place };
  }
  return undefined;
}
