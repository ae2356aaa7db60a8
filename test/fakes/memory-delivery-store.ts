import type { Delivery } from "../../shared/webhook/delivery.ts";
import type { DeliveryPosition, DeliveryStore } from "../../shared/webhook/delivery-store.ts";

/** Deliveries by GSTIN and id. */
export type DeliveryRows = Map<string, Delivery>;

export function memoryDeliveryStore(rows: DeliveryRows = new Map()): DeliveryStore {
  return {
    async open(delivery) {
      if (rows.has(deliveryKey(delivery))) return "already";
      rows.set(deliveryKey(delivery), structuredClone(delivery));
      return "opened";
    },

    find: async (gstin, id) => structuredClone(rows.get(deliveryKey({ gstin, id }))),

    async attempted(delivery, attempt, next) {
      const standing = asRead(rows, delivery);
      if (!standing) return "lost";
      const { nextAt: _, ...kept } = standing;
      const attempts = [...standing.attempts, ...(attempt ? [structuredClone(attempt)] : [])];
      const after = next.state === "pending" ? { ...next, nextAt: next.nextAt.getTime() } : next;
      rows.set(deliveryKey(delivery), { ...kept, attempts, ...after });
      return "noted";
    },

    async raise(delivery, nextAt) {
      const standing = asRead(rows, delivery);
      if (!standing) return "lost";
      const generation = standing.generation + 1;
      rows.set(deliveryKey(delivery), { ...standing, generation, nextAt: nextAt.getTime() });
      return "raised";
    },

    async due(now, limit) {
      const due = [...rows.values()].filter(({ nextAt = Infinity }) => nextAt <= now.getTime());
      return structuredClone(due.sort((one, other) => (one.nextAt ?? 0) - (other.nextAt ?? 0)).slice(0, limit));
    },

    async list(gstin, { endpointId, limit, before }) {
      const all = [...rows.values()].filter((each) => each.gstin === gstin);
      const listed = all.filter((each) => endpointId === undefined || each.endpointId === endpointId);
      const rest = listed.sort(newestFirst).filter((each) => !before || newestFirst(before, each) < 0);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = last && rest.length > limit ? { next: { id: last.id, createdAt: last.createdAt } } : {};
      return { deliveries: structuredClone(page), ...next };
    },
  };
}

export function deliveryKey({ gstin, id }: Pick<Delivery, "gstin" | "id">): string {
  return `${gstin} ${id}`;
}

/** Nobody has noted an attempt since, or taken it up, and it is not over. */
function asRead(rows: DeliveryRows, delivery: Delivery): Delivery | undefined {
  const { generation, attempts } = delivery;
  const standing = rows.get(deliveryKey(delivery));
  const isAsRead = standing?.generation === generation && standing.attempts.length === attempts.length;
  return isAsRead && standing.state === "pending" ? standing : undefined;
}

/** Deliveries of the same time by their ids. */
function newestFirst(one: DeliveryPosition, other: DeliveryPosition): number {
  const [a, b] = [one, other].map(({ createdAt, id }) => `${createdAt} ${id}`);
  return a === b ? 0 : (a ?? "") > (b ?? "") ? -1 : 1;
}
