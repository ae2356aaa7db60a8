const KEEP_MS = 5 * 60 * 1000;
/** Anyone can send a token with an unknown `kid`; it must not become a read of the store each time. */
const FRESH_AGAIN_MS = 10 * 1000;

/** Keeps keys for five minutes; asked for fresh ones, reads at most once in ten seconds. */
export function cachedKeys<Keys>(read: () => Promise<Keys>, now: () => Date): (fresh: boolean) => Promise<Keys> {
  let kept: { keys: Promise<Keys>; at: number } | undefined;

  return (fresh) => {
    const age = kept ? now().getTime() - kept.at : Number.POSITIVE_INFINITY;
    if (kept && age < (fresh ? FRESH_AGAIN_MS : KEEP_MS)) return kept.keys;
    const before = kept;
    const reading = { keys: read(), at: now().getTime() };
    kept = reading;
    const forget = () => {
      if (kept === reading) kept = before;
    };
    // A failed read, or nothing, is not an answer to keep, nor a reason to forget the one before.
    reading.keys.then((keys) => keys ?? forget(), forget);
    return reading.keys;
  };
}
