import type { IrpUser, IrpUserStore } from "../../shared/irp/irp.ts";

export function memoryIrpUserStore(): IrpUserStore {
  const users = new Map<string, IrpUser>();
  return {
    find: async (gstin) => structuredClone(users.get(gstin)),
    async save(gstin, user) {
      users.set(gstin, { ...user });
    },
  };
}
