import { isDeepStrictEqual } from "node:util";
import type { Endpoint } from "../../shared/webhook/endpoint.ts";
import type { EndpointStore } from "../../shared/webhook/endpoint-store.ts";

/** Endpoints by GSTIN and id. */
export type EndpointRows = Map<string, Endpoint>;

export function memoryEndpointStore(rows: EndpointRows = new Map()): EndpointStore {
  const at = (gstin: string, id: string) => `${gstin} ${id}`;

  return {
    async create(endpoint) {
      rows.set(at(endpoint.gstin, endpoint.id), structuredClone(endpoint));
    },

    find: async (gstin, id) => structuredClone(rows.get(at(gstin, id))),

    async list(gstin) {
      const listed = [...rows.values()].filter((endpoint) => endpoint.gstin === gstin);
      return structuredClone(listed.sort(oldestFirst));
    },

    async update(endpoint) {
      const key = at(endpoint.gstin, endpoint.id);
      const standing = rows.get(key);
      if (!standing) return "gone";
      if (isDeepStrictEqual(standing, endpoint)) return "updated";
      if (standing.revision !== endpoint.revision - 1) return "changed";
      rows.set(key, structuredClone(endpoint));
      return "updated";
    },

    async remove(gstin, id) {
      rows.delete(at(gstin, id));
    },

    async noteResult(gstin, id, result, now) {
      const standing = rows.get(at(gstin, id));
      if (!standing) return undefined;
      const isFailing = standing.failingSince !== undefined;
      if (isFailing === (result === "failed")) return structuredClone(standing);
      const { failingSince: _, ...kept } = standing;
      const since = result === "failed" ? { failingSince: now.toISOString() } : {};
      const noted = { ...kept, ...since, revision: standing.revision + 1 };
      rows.set(at(gstin, id), noted);
      return structuredClone(noted);
    },

    async disable(gstin, id, reason, now) {
      const standing = rows.get(at(gstin, id));
      const disabled = { at: now.toISOString(), reason };
      if (isDeepStrictEqual(standing?.disabled, disabled)) return "disabled";
      if (!standing || standing.disabled) return "already";
      rows.set(at(gstin, id), { ...standing, disabled, revision: standing.revision + 1 });
      return "disabled";
    },
  };
}

function oldestFirst(one: Endpoint, other: Endpoint): number {
  const [a, b] = [one, other].map(({ createdAt, id }) => `${createdAt} ${id}`);
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
