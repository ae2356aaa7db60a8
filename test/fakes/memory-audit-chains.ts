import type { ChainHead } from "../../shared/audit/chain.ts";
import type { AuditChains, AuditRows } from "../../shared/audit/chains.ts";
import type { AuditRows as Rows } from "./memory-audit-log.ts";

/** `heads` is for looking, and for spoiling them. */
export function memoryAuditChains(heads: Map<string, ChainHead> = new Map()) {
  const chains: AuditChains = {
    async head(gstin) {
      return structuredClone(heads.get(gstin));
    },
    async move(gstin, head) {
      if ((heads.get(gstin)?.n ?? 0) !== head.n - 1) return "lost";
      heads.set(gstin, structuredClone(head));
      return "moved";
    },
    async *gstins() {
      yield* heads.keys();
    },
  };
  return { ...chains, heads };
}

/** The rows of a memoryAuditLog, as they are by now. */
export function memoryAuditRows(rows: Rows): AuditRows {
  return {
    async rows(gstin, { after = "", to, limit }) {
      const kept = [...rows].flatMap(([key, record]) => {
        const [owner, place = ""] = key.split(" ");
        return owner === gstin && place > after && place <= to ? [{ place, record: structuredClone(record) }] : [];
      });
      kept.sort((one, other) => (one.place < other.place ? -1 : 1));
      return { rows: kept.slice(0, limit), isMore: kept.length > limit };
    },
  };
}
