import type { TaxpayerProfile } from "../invoice/check-context.ts";
import type { ProfileStore } from "./profile-store.ts";

const KEEP_MS = 5 * 60 * 1000;
/** One instance serves any number of GSTINs in its life; the oldest makes room. */
const MOST_KEPT = 1000;

/** Reads a profile at most once in five minutes: it changes once a year, and every call needs it. */
export function cachedProfiles(profiles: Pick<ProfileStore, "find">, now: () => Date): Pick<ProfileStore, "find"> {
  const kept = new Map<string, { readonly profile: TaxpayerProfile | undefined; readonly at: number }>();

  return {
    async find(gstin) {
      const known = kept.get(gstin);
      if (known && now().getTime() - known.at < KEEP_MS) return known.profile;
      const profile = await profiles.find(gstin);
      kept.delete(gstin);
      kept.set(gstin, { profile, at: now().getTime() });
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(oldest);
      return profile;
    },
  };
}
