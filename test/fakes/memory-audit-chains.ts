import type { ChainHead } from "../../shared/audit/chain.ts";
import { type AuditChains, type AuditRows, headOf } from "../../shared/audit/chains.ts";
import { keptUntil, timeOf } from "../../shared/audit/retention.ts";
import type { AuditRows as Rows } from "./memory-audit-log.ts";

/** `heads` is for looking, and for spoiling them. */
export function memoryAuditChains(heads: Map<string, ChainHead> = new Map()) {
  const chains: AuditChains = {
    async head(gstin) {
      const head = heads.get(gstin);
      return head && headOf({ v: 1, ...structuredClone(head) });
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

/** The rows of a memoryAuditLog, as they are by now. `expiries` is for spoiling when they expire, by their keys. */
export function memoryAuditRows(rows: Rows, expiries = new Map<string, unknown>()): AuditRows {
  function expiryOf(key: string, place: string): unknown {
    const at = timeOf(place.slice(0, place.indexOf("#")));
    return expiries.has(key) || !at ? expiries.get(key) : keptUntil(at, 72).getTime() / 1000;
  }
  return {
    async rows(gstin, { after = "", to, limit }) {
      const kept = [...rows].flatMap(([key, record]) => {
        const [owner, place = ""] = key.split(" ");
        return owner === gstin && place > after && place <= to
          ? [{ place, record: structuredClone(record), expiresAt: expiryOf(key, place) }]
          : [];
      });
      kept.sort((one, other) => (one.place < other.place ? -1 : 1));
      return { rows: kept.slice(0, limit), isMore: kept.length > limit };
    },
  };
}
