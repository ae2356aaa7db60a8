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
    const before = kept;
    const reading = { keys: read(), at: now().getTime() };
    kept = reading;
    // A failed read is not an answer to keep, nor a reason to forget the one before.
    reading.keys.catch(() => {
      if (kept === reading) kept = before;
    });
    return reading.keys;
  };
}
