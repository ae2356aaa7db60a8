import * as z from "zod";

/**
 * What the upstream allows for one GSTIN: so many calls in so many seconds on average, and a burst of them at once. The
 * queued flow leaves `reserve` of the burst to direct calls, so that those never wait behind a backlog; and of what direct
 * calls would use up it gets a tenth.
 */
export const Policy = z
  .object({
    /** 0 stops every call. */
    calls: z.number().int().min(0).max(1_000_000),
    perSeconds: z.number().int().min(1).max(86_400),
    burst: z.number().int().min(1).max(100_000),
    reserve: z.number().int().min(0),
  })
  .refine(({ burst, reserve }) => reserve < burst, {
    path: ["reserve"],
    message: "reserve must leave at least one of the burst to the queue",
  });
export type Policy = z.infer<typeof Policy>;

/** Where the policy of a GSTIN comes from; it may change at run time. */
export interface Policies {
  of(gstin: string): Promise<Policy>;
}

/** Policies that somebody set for single GSTINs. */
export interface PolicyStore {
  find(gstin: string): Promise<Policy | undefined>;
  save(gstin: string, policy: Policy): Promise<void>;
  /** Back to the stage's own. */
  remove(gstin: string): Promise<void>;
}

/** A changed policy counts everywhere after this time. */
export const KEEP_MS = 10_000;
const MOST_KEPT = 1_000;

/** A GSTIN's own policy, else the stage's; each is read at most once in ten seconds. Throws when the store fails and nothing is kept. */
export function policiesOf(store: Pick<PolicyStore, "find">, otherwise: Policy, now: () => Date): Policies {
  const kept = new Map<string, { readonly policy: Policy; readonly until: number }>();

  async function read(gstin: string): Promise<Policy> {
    const policy = (await store.find(gstin)) ?? otherwise;
    kept.delete(gstin);
    kept.set(gstin, { policy, until: now().getTime() + KEEP_MS });
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(oldest);
    return policy;
  }

  return {
    async of(gstin) {
      const known = kept.get(gstin);
      return known && known.until > now().getTime() ? known.policy : read(gstin);
    },
  };
}
