import type { Level } from "../budget/budget.ts";

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers: the policy (`q` calls in `w` seconds on average) and what is left of
 * it (`r` calls at once, `t` seconds until the burst is whole). The quota is the GSTIN's, whoever calls for it.
 */
export function rateLimitFields({ policy, remaining, resetSeconds }: Level): Record<string, string> {
  return {
    "ratelimit-policy": `"gstin";q=${policy.calls};w=${policy.perSeconds}`,
    ratelimit: `"gstin";r=${remaining};t=${resetSeconds}`,
  };
}
