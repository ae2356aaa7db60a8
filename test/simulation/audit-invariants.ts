import type { AuditEntry, AuditRecord } from "../../shared/audit/record.ts";
import type { Request } from "../../shared/request/request.ts";
import type { AuditRows } from "../fakes/memory-audit-log.ts";
import type { Ended, Invariant } from "./invariants.ts";

export type AuditInvariant = "what is accepted is on record" | "every outcome is on record";

interface AuditWatchDeps {
  readonly records: AuditRows;
  readonly must: (isTrue: boolean, invariant: Invariant, detail: () => string) => void;
}

export interface AuditWatch {
  accepted(request: Request): void;
  /** The store failed; the log has it. */
  unrecorded(entry: AuditEntry): void;
  /** Called when all has ended and every message is acknowledged. */
  atRest(ended: ReadonlyMap<string, Ended>): void;
}

/** The audit trail against what really happened. */
export function newAuditWatch({ records, must }: AuditWatchDeps): AuditWatch {
  const lost = new Set<string>();

  function ofKind(kind: AuditRecord["kind"]): Set<string> {
    return new Set([...records.values()].flatMap((record) => (record.kind === kind ? (record.rid ?? []) : [])));
  }

  return {
    accepted({ rid }) {
      must(ofKind("intent").has(rid), "what is accepted is on record", () => `${rid} has no intent`);
    },

    unrecorded(entry) {
      if (entry.kind === "outcome") lost.add(entry.rid);
    },

    atRest(ended) {
      const outcomes = ofKind("outcome");
      for (const rid of ended.keys())
        must(outcomes.has(rid) || lost.has(rid), "every outcome is on record", () => `${rid} has no outcome`);
      for (const record of records.values()) {
        if (record.kind !== "outcome") continue;
        const outcome = ended.get(record.rid)?.outcome;
        const status = outcome?.kind === "problem" ? outcome.problem.status : outcome?.status;
        must(
          record.status === status,
          "every outcome is on record",
          () => `${record.rid}: ${record.status}, not ${status}`,
        );
      }
    },
  };
}
