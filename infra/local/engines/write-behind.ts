/** What of LevelDB is needed to keep a copy of the memory. */
export interface Disk {
  open(): Promise<void>;
  iterator(options: { valueEncoding: "utf8" }): { all(): Promise<[string, string][]> };
  batch(writes: object[]): Promise<void>;
  close(): Promise<void>;
}

/** A crash of the process loses what was written in this time, and nothing else. */
const delayMs = 50;

/**
 * Copies changes to the disk a little later, all that came in meanwhile as one batch: LevelDB writes a batch whole or not
 * at all, so the disk always holds what the memory held at some moment.
 */
export function writeBehind(disk: Disk) {
  let pending = new Map<string, string | undefined>();
  let timer: NodeJS.Timeout | undefined;
  let written = Promise.resolve();
  let failure: unknown;

  async function write() {
    const writes = Array.from(pending, ([key, value]) =>
      value === undefined ? { type: "del", key } : { type: "put", key, value, valueEncoding: "utf8" },
    );
    pending = new Map();
    if (writes.length > 0) await disk.batch(writes);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    written = written.then(write);
    return written;
  }

  return {
    /** Notes a value, or that it is gone. Throws once the disk has failed: nothing must be accepted that cannot be kept. */
    note(key: string, value: string | undefined) {
      if (failure !== undefined) throw failure;
      pending.set(key, value);
      timer ??= setTimeout(() => flush().catch((error) => (failure = error)), delayMs);
    },

    async close() {
      await flush();
      await disk.close();
    },
  };
}
