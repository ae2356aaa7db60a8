export type DeduplicationDump<Sent> = { key: string; sent: Sent; at: number }[];

export const deduplicationWindowMs = 5 * 60 * 1000;

/** Remembers for five minutes what was sent under which deduplication id, whatever became of the message. */
export function deduplicationWindow<Sent>(now: () => number) {
  // A Map keeps insertion order, which is the order of time: the oldest entries come first.
  const entries = new Map<string, { sent: Sent; at: number }>();

  function forgetOld() {
    const oldest = now() - deduplicationWindowMs;
    for (const [key, { at }] of entries) {
      if (at > oldest) return;
      entries.delete(key);
    }
  }

  return {
    find(key: string): Sent | undefined {
      forgetOld();
      return entries.get(key)?.sent;
    },
    remember(key: string, sent: Sent) {
      entries.set(key, { sent, at: now() });
    },
    dump(): DeduplicationDump<Sent> {
      forgetOld();
      return [...entries].map(([key, entry]) => ({ key, ...entry }));
    },
    restore(dump: DeduplicationDump<Sent>) {
      entries.clear();
      for (const { key, ...entry } of dump) entries.set(key, entry);
    },
  };
}
