import { Readable } from "node:stream";
import type { Write } from "./dynalite.ts";
import { type KeyRange, sortedKeys } from "./sorted-keys.ts";
import { type Disk, writeBehind } from "./write-behind.ts";

type Done<Value> = (error: null, value?: Value) => void;

/**
 * What dynalite asks of LevelDB, answered from memory; with a disk, LevelDB keeps a copy there. Values are kept as JSON,
 * so that nobody holds an object that another changes.
 */
export function memoryDb(disk: Disk | undefined) {
  const values = new Map<string, string>();
  const keys = sortedKeys();
  const copy = disk && writeBehind(disk);

  const stored = (key: string): unknown => {
    const text = values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  };

  function keep(key: string, text: string) {
    if (!values.has(key)) keys.add(key);
    values.set(key, text);
  }

  function apply(write: Write) {
    const text = write.type === "put" ? JSON.stringify(write.value) : undefined;
    copy?.note(write.key, text);
    if (text !== undefined) keep(write.key, text);
    else if (values.delete(write.key)) keys.remove(write.key);
  }

  function* valuesIn(range: KeyRange) {
    for (const key of keys.range(range)) yield stored(key);
  }

  return {
    async open() {
      await disk?.open();
      for (const [key, text] of (await disk?.iterator({ valueEncoding: "utf8" }).all()) ?? []) keep(key, text);
    },
    get: (key: string, done?: Done<unknown>) => answer(stored(key), done),
    put: (key: string, value: unknown, done?: Done<void>) => answer(apply({ type: "put", key, value }), done),
    del: (key: string, done?: Done<void>) => answer(apply({ type: "del", key }), done),
    batch: (writes: Write[], done?: Done<void>) => answer(writes.forEach(apply), done),
    createKeyStream: (range: KeyRange = {}) => Readable.from(keys.range(range)),
    createValueStream: (range: KeyRange = {}) => Readable.from(valuesIn(range)),
    close: async () => copy?.close(),
  };
}

/** Dynalite wants a callback called; we want a promise. */
function answer<Value>(value: Value, done: Done<Value> | undefined): Promise<Value> {
  done?.(null, value);
  return Promise.resolve(value);
}
