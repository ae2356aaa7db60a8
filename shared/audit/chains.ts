import type { ChainHead } from "./chain.ts";

/** How far each GSTIN's records are archived. Nothing is ever removed: who has a chain is archived, whoever uses it now. */
export interface AuditChains {
  /** Strongly consistent; undefined before the first batch. */
  head(gstin: string): Promise<ChainHead | undefined>;
  /** From the batch before to this one. `lost`: another archiver moved it. */
  move(gstin: string, head: ChainHead): Promise<"moved" | "lost">;
  /** Every GSTIN that has a chain, each once. */
  gstins(): AsyncIterable<string>;
}

/** A row of the audit trail as it is, whatever became of it: nothing of it is believed. */
export interface AuditRow {
  /** Time and id by which it is kept, which its record should have too. */
  readonly place: string;
  readonly record: Readonly<Record<string, unknown>>;
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
