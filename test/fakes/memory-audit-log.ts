import { type AuditLog, type AuditPosition, auditTo, isDeed } from "../../shared/audit/audit-log.ts";
import { journalOf } from "../../shared/audit/journal.ts";
import type { AuditRecord } from "../../shared/audit/record.ts";
import { fresh } from "./a-request.ts";

/** Audit records by GSTIN, time and id. */
export type AuditRows = Map<string, AuditRecord>;

export function memoryAuditLog(rows: AuditRows = new Map()): AuditLog {
  const sorted = () => [...rows.values()].sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return {
    async append(record) {
      rows.set(`${record.gstin} ${placeOf(record)}`, structuredClone(record));
    },

    async list(gstin, { from, to, limit, after }) {
      const rest = sorted()
        .filter((row) => row.gstin === gstin && row.at >= from && row.at <= to)
        .filter((row) => !after || placeOf(row) > placeOf(after));
      const records = rest.slice(0, limit);
      const last = records.at(-1);
      const next = last && rest.length > limit ? { next: { at: last.at, id: last.id } } : {};
      return { records: structuredClone(records), ...next };
    },

    async about(gstin, irn, limit) {
      const deeds = sorted().filter((row) => row.gstin === gstin && row.irn === irn && isDeed(row));
      return structuredClone(deeds.slice(0, limit));
    },
  };
}

/** The audit trail of one account; `down` makes its store fail. */
export function anAuditTrail(now: () => Date) {
  const rows: AuditRows = new Map();
  const lost: unknown[] = [];
  const trail = { down: false };
  const log = memoryAuditLog(rows);
  const write = auditTo(log, { now, newId: fresh });
  const audit: typeof write = async (entry) => {
    if (trail.down) throw new Error("the audit table does not answer");
    await write(entry);
  };
  const journal = journalOf(audit, (_, entry) => lost.push(entry));
  const records = () => [...rows.values()];
  return Object.assign(trail, { records, lost, log, audit, journal });
}

function placeOf({ at, id }: AuditPosition): string {
  return `${at}#${id}`;
}
