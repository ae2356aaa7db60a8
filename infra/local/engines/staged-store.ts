import { dynalite, type Item, type Store, type SubStore, type Write } from "./dynalite.ts";

/** A store that reads through and keeps its writes to itself until they are committed together, or dropped. */
export type StagedStore = {
  store: Store;
  writes(): Write[];
  /** The item as the action found it: the very one its condition was checked against. */
  existing(): Item | undefined;
};

export function stagedStore(base: Store): StagedStore {
  const staged = new Map<string, Write>();
  let existing: Item | undefined;

  function subStore(name: string, under: SubStore): SubStore {
    const stage = (write: Write, done: (error: unknown) => void) => {
      staged.set(write.key, write);
      done(null);
    };
    return {
      get(key, done) {
        under.get(key, (error, item) => {
          existing = item;
          done(error, item);
        });
      },
      put: (key, value, done) => stage({ type: "put", key: `${name}~${key}`, value }, done),
      del: (key, done) => stage({ type: "del", key: `${name}~${key}` }, done),
      // The caller holds the lock of every key it writes.
      lock: (_key, work) => work((done) => done),
    };
  }

  const store: Store = {
    ...base,
    getItemDb: (table) => subStore(`item-${table}`, base.getItemDb(table)),
    getIndexDb(kind, table, index) {
      return subStore(`index-${kind.toLowerCase()}~${table}~${index}`, base.getIndexDb(kind, table, index));
    },
  };
  return { store, writes: () => [...staged.values()], existing: () => existing };
}

/** Write units the staged changes cost in secondary indexes; an entry that stays as it was costs nothing. */
export async function indexUnits(base: Store, writes: Write[]): Promise<number> {
  let units = 0;
  for (const write of writes.filter(({ key }) => key.startsWith("index-"))) {
    const before = (await base.db.get(write.key)) as Item | undefined;
    const after = write.type === "put" ? (write.value as Item) : undefined;
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    units += Math.max(...[before, after].map((item) => (item ? dynalite.capacityUnits(item, false, false) : 0)));
  }
  return units;
}
