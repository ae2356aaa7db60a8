import type { SentMessage } from "./message-queue.ts";

export type DeduplicationDump = { key: string; sent: SentMessage; at: number }[];

export const deduplicationWindowMs = 5 * 60 * 1000;

/** Remembers for five minutes what was sent under which deduplication id, whatever became of the message. */
export function deduplicationWindow(now: () => number) {
  // A Map keeps insertion order, which is the order of time: the oldest entries come first.
  const entries = new Map<string, { sent: SentMessage; at: number }>();

  function forgetOld() {
    const oldest = now() - deduplicationWindowMs;
    for (const [key, { at }] of entries) {
      if (at > oldest) return;
      entries.delete(key);
    }
  }

  return {
    find(key: string): SentMessage | undefined {
      forgetOld();
      return entries.get(key)?.sent;
    },
    remember(key: string, sent: SentMessage) {
      entries.set(key, { sent, at: now() });
    },
    dump(): DeduplicationDump {
      forgetOld();
      return [...entries].map(([key, entry]) => ({ key, ...entry }));
    },
    restore(dump: DeduplicationDump) {
      entries.clear();
      for (const { key, ...entry } of dump) entries.set(key, entry);
    },
  };
}
