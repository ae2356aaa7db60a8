import type { TaxpayerProfile } from "../../shared/invoice/check-context.ts";
import type { ProfileStore } from "../../shared/taxpayer/profile-store.ts";

export function memoryProfileStore(): ProfileStore {
  const profiles = new Map<string, TaxpayerProfile>();
  return {
    find: async (gstin) => structuredClone(profiles.get(gstin)),
    async save(gstin, profile) {
      profiles.set(gstin, { ...profile });
    },
  };
}
