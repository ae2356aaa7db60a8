import type { Audit } from "./audit-log.ts";
import type { AuditEntry } from "./record.ts";

/** Notes what has happened already: no fault of the audit trail denies it, or holds it up. */
export interface Journal {
  /** Begins to write, and returns. */
  note(entry: AuditEntry): void;
  /** When all that was noted so far is written, or told of. Never throws. */
  settled(): Promise<void>;
}

/** `tell` gets what could not be written, so that it is in the log at least. */
export function journalOf(audit: Audit, tell: (error: unknown, entry: AuditEntry) => void): Journal {
  const open = new Set<Promise<void>>();
  return {
    note(entry) {
      const writing = audit(entry)
        .catch((error: unknown) => tell(error, entry))
        .finally(() => open.delete(writing));
      open.add(writing);
    },
    async settled() {
      await Promise.all(open);
    },
  };
}
