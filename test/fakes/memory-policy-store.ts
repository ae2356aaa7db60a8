import type { Policies, Policy, PolicyStore } from "../../shared/budget/policy.ts";

export function memoryPolicyStore(): PolicyStore {
  const policies = new Map<string, Policy>();
  return {
    find: async (gstin) => policies.get(gstin),
    save: async (gstin, policy) => void policies.set(gstin, { ...policy }),
    remove: async (gstin) => void policies.delete(gstin),
  };
}

/** The same policy for everybody; more than a test ever calls, unless it says otherwise. */
export function onePolicy(policy: Partial<Policy> = {}): Policies {
  return { of: async () => ({ calls: 1_000_000, perSeconds: 1, burst: 100_000, reserve: 10, ...policy }) };
}
