import type { GstinList, IrpUserStore, StoredIrpUser } from "../../shared/irp/irp.ts";

export function memoryIrpUserStore(): IrpUserStore & GstinList {
  const users = new Map<string, StoredIrpUser>();
  let saved = 0;
  return {
    find: async (gstin) => structuredClone(users.get(gstin)),
    async save(gstin, user) {
      users.set(gstin, { ...user, version: `saved-${++saved}` });
    },
    async *gstins() {
      yield* [...users.keys()];
    },
  };
}
