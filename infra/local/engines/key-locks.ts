/** Runs work while it alone holds all its keys. Keys are queued for in one step, so two callers cannot wait for each other. */
export type KeyLocks = <Result>(keys: string[], work: () => Promise<Result>) => Promise<Result>;

export function keyLocks(): KeyLocks {
  const tails = new Map<string, Promise<void>>();

  return async (keys, work) => {
    const before = keys.map((key) => tails.get(key));
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const key of keys) tails.set(key, promise);
    await Promise.all(before);
    try {
      return await work();
    } finally {
      for (const key of keys) if (tails.get(key) === promise) tails.delete(key);
      resolve();
    }
  };
}
