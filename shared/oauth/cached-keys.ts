import type { JSONWebKeySet } from "jose";

const KEEP_MS = 5 * 60 * 1000;
/** Anyone can send a token with an unknown `kid`; it must not become a read of the store each time. */
const FRESH_AGAIN_MS = 10 * 1000;

/** Keeps the published keys for five minutes; asked for fresh ones, reads at most once in ten seconds. */
export function cachedKeys(
  read: () => Promise<JSONWebKeySet>,
  now: () => Date,
): (fresh: boolean) => Promise<JSONWebKeySet> {
  let kept: { keys: Promise<JSONWebKeySet>; at: number } | undefined;

  return (fresh) => {
    const age = kept ? now().getTime() - kept.at : Number.POSITIVE_INFINITY;
    if (kept && age < (fresh ? FRESH_AGAIN_MS : KEEP_MS)) return kept.keys;
    const keys = read();
    kept = { keys, at: now().getTime() };
    // A failed read is not an answer to keep.
    keys.catch(() => {
      kept = undefined;
    });
    return keys;
  };
}
