import { toIstMilliseconds } from "../ist.ts";
import type { AuditEntry, AuditRecord } from "./record.ts";

/** Where a list of records goes on: behind this one. */
export type AuditPosition = Pick<AuditRecord, "at" | "id">;

export interface AuditPage {
  /** Times as records have them, both included. */
  readonly from: string;
  readonly to: string;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly after?: AuditPosition | undefined;
}

export interface ListedRecords {
  readonly records: readonly AuditRecord[];
  /** Absent when there is nothing more now. */
  readonly next?: AuditPosition;
}

/** The audit trail of every GSTIN. Records are put once and never changed. */
export interface AuditLog {
  append(record: AuditRecord): Promise<void>;
  /** A GSTIN's records in the order of their times, the oldest first. Strongly consistent. */
  list(gstin: string, page: AuditPage): Promise<ListedRecords>;
  /**
   * What a GSTIN has on record of what was done with a document, the oldest first, so many at the most. Seen through an index,
   * which may lag.
   */
  about(gstin: string, irn: string, limit: number): Promise<readonly AuditRecord[]>;
}

/** Whether a record tells of what was done with its document, not only that it was read. */
export function isDeed(record: AuditRecord): boolean {
  return record.irn !== undefined && !(record.kind === "call" && record.method === "GET");
}

/** Writes down what happened. Throws when the store fails. */
export type Audit = (entry: AuditEntry) => Promise<void>;

export function auditTo(
  log: Pick<AuditLog, "append">,
  { now, newId }: { readonly now: () => Date; readonly newId: () => string },
): Audit {
  return (entry) => log.append({ ...entry, v: 1, id: newId(), at: toIstMilliseconds(now()) });
}
