import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryDb } from "../../../infra/local/engines/memory-db.ts";
import { type KeyRange, sortedKeys } from "../../../infra/local/engines/sorted-keys.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 2 });
const bound = (open: string, closed: string) => fc.option(fc.record({ of: fc.constantFrom(open, closed), key }));
const range = fc
  .record({
    from: bound("gt", "gte"),
    to: bound("lt", "lte"),
    reverse: fc.boolean(),
    limit: fc.integer({ min: -1, max: 4 }),
  })
  .map(({ from, to, ...rest }): KeyRange => {
    return { ...rest, ...(from ? { [from.of]: from.key } : {}), ...(to ? { [to.of]: to.key } : {}) };
  });

/** What LevelDB would give. */
function expected(keys: Iterable<string>, { gt, gte, lt, lte, reverse, limit = -1 }: KeyRange): string[] {
  const found = [...keys]
    .filter((each) => (gt === undefined || each > gt) && (gte === undefined || each >= gte))
    .filter((each) => (lt === undefined || each < lt) && (lte === undefined || each <= lte))
    .sort();
  return (reverse ? found.reverse() : found).slice(0, limit < 0 ? undefined : limit);
}

describe("sorted keys", () => {
  it("give every range in order, whatever came and went", () => {
    const change = fc.record({ key, isGone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change), range, (changes, wanted) => {
        const keys = sortedKeys();
        const model = new Set<string>();
        for (const { key, isGone } of changes) {
          if (isGone && model.delete(key)) keys.remove(key);
          if (!isGone && !model.has(key)) keys.add(key);
          if (!isGone) model.add(key);
        }
        expect([...keys.range(wanted)]).toEqual(expected(model, wanted));
      }),
      { numRuns: 1000 },
    );
  });

  it("stay in order beyond one chunk, and let go of all", () => {
    const keys = sortedKeys();
    const names = Array.from({ length: 5000 }, (_, n) => String((n * 7919) % 5000).padStart(4, "0"));
    for (const name of names) keys.add(name);
    expect([...keys.range({})]).toEqual(names.toSorted());
    expect([...keys.range({ reverse: true })]).toEqual(names.toSorted().reverse());
    for (const name of names) keys.remove(name);
    expect([...keys.range({})]).toEqual([]);
  });
});

/** A disk whose writes end when told to. */
function aDisk() {
  const batches: object[][] = [];
  let fails = false;
  const disk = {
    open: async () => {},
    iterator: () => ({ all: async (): Promise<[string, string][]> => [["kept", '{"n":1}']] }),
    batch: async (writes: object[]) => {
      if (fails) throw new Error("no space left on device");
      batches.push(writes);
    },
    close: async () => {},
  };
  const fail = () => {
    fails = true;
  };
  return { disk, batches, fail };
}

describe("a table's memory", () => {
  it("begins with what the disk holds", async () => {
    const db = memoryDb(aDisk().disk);
    await db.open();
    expect(await db.get("kept")).toEqual({ n: 1 });
  });

  it("gives every reader an object of its own", async () => {
    const db = memoryDb(undefined);
    const item = { n: 1 };
    await db.put("a", item);
    item.n = 2;
    Object.assign((await db.get("a")) as object, { n: 3 });
    expect(await db.get("a")).toEqual({ n: 1 });
  });

  it("streams each value once, as it was last", async () => {
    const db = memoryDb(undefined);
    for (const n of [1, 2]) await db.put("a", n);
    await db.put("b", 3);
    expect(await db.createValueStream({ gte: "a" }).toArray()).toEqual([2, 3]);
    expect(await db.createKeyStream().toArray()).toEqual(["a", "b"]);
  });

  it("is on disk when it is closed, in one batch, each key as it was last", async () => {
    const { disk, batches } = aDisk();
    const db = memoryDb(disk);
    await db.batch([
      { type: "put", key: "a", value: 1 },
      { type: "put", key: "b", value: 2 },
    ]);
    await db.del("a");
    await db.close();
    expect(batches).toEqual([
      [
        { type: "del", key: "a" },
        { type: "put", key: "b", value: "2", valueEncoding: "utf8" },
      ],
    ]);
  });

  it("accepts nothing more once the disk has failed", async () => {
    const { disk, fail } = aDisk();
    const db = memoryDb(disk);
    fail();
    await db.put("a", 1);
    await expect.poll(() => attempt(() => db.put("b", 2))).toBe("no space left on device");
    expect(attempt(() => db.put("c", 3))).toBe("no space left on device");
    expect(await db.get("c")).toBeUndefined();
  });
});

function attempt(work: () => unknown): string {
  try {
    work();
    return "accepted";
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
}
