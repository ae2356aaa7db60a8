import { type ChainHead, StoredHead } from "./chain.ts";

/** How far each GSTIN's records are archived. Nothing is ever removed: who has a chain is archived, whoever uses it now. */
export interface AuditChains {
  /** Strongly consistent; undefined before the first batch. Throws a NoHeadError where something else is in its place. */
  head(gstin: string): Promise<ChainHead | undefined>;
  /** From the batch before to this one. `lost`: another archiver moved it. */
  move(gstin: string, head: ChainHead): Promise<"moved" | "lost">;
  /** Every GSTIN that has a chain, each once. */
  gstins(): AsyncIterable<string>;
}

/** What is kept in the place of a head was not put by us. */
export class NoHeadError extends Error {
  override readonly name = "NoHeadError";
}

/** A head that was stored. Throws a NoHeadError on anything else. */
export function headOf(stored: unknown): ChainHead {
  const { success, data } = StoredHead.safeParse(stored);
  if (!success) throw new NoHeadError("what is in the place of the head in the table is none");
  return { n: data.n, hash: data.hash, last: data.last };
}

/** A row of the audit trail as it is, whatever became of it: nothing of it is believed. */
export interface AuditRow {
  /** Time and id by which it is kept, which its record should have too. */
  readonly place: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** When the table forgets it, in epoch seconds. */
  readonly expiresAt?: unknown;
}

export interface AuditRows {
  /**
   * A GSTIN's rows by their places: behind `after`, up to and including `to`. Strongly consistent. At most `limit`; fewer with
   * `isMore` when there are others.
   */
  rows(gstin: string, page: RowPage): Promise<{ readonly rows: readonly AuditRow[]; readonly isMore: boolean }>;
}

export interface RowPage {
  readonly after?: string | undefined;
  readonly to: string;
  readonly limit: number;
}
