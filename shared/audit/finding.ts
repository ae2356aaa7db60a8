import type { Difference } from "./compare-batch.ts";

/** What is wrong, and at which place it is seen first. */
export interface Finding {
  readonly what: "removed" | "added" | "reordered" | "changed" | "not archived";
  readonly where: string;
}

/** The hashes are right: the archive is the witness, unless all of it that follows was made anew. */
export function inTheTable(n: number, { is, place }: Difference): Finding {
  const where = { "no-row": "is gone from", "no-entry": "is only in", differs: "is in the archive otherwise than in" };
  const what = { "no-row": "removed", "no-entry": "added", differs: "changed" } as const;
  if (is === "unordered") return { what: "reordered", where: `batch ${n}, record ${place}` };
  return { what: what[is], where: `${place} (batch ${n}) ${where[is]} the table` };
}

/** The hashes are wrong: the table is the witness, for as long as it has the rows. */
export function inTheArchive(n: number, difference: Difference | undefined): Finding {
  if (!difference) return { what: "changed", where: `batch ${n} does not continue the chain` };
  const what = { "no-row": "added", "no-entry": "removed", differs: "changed", unordered: "reordered" } as const;
  return { what: what[difference.is], where: `batch ${n} of the archive, record ${difference.place}` };
}
