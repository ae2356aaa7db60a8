import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Batch, emptyChain, endOf, keyOf, nextBatch } from "../../../shared/audit/chain.ts";
import type { Finding } from "../../../shared/audit/finding.ts";
import { type AnArchive, anArchive, aRecordAt, GSTIN, threeBatches } from "./an-archive.ts";

const INTRUDER = "0intruder";
const at = (clock: string) => `2026-08-18T${clock}.000+05:30`;

const edited = (batch: Batch, edit: (entries: Batch["entries"]) => Batch["entries"]): Batch => ({
  ...batch,
  entries: edit(batch.entries),
});

/** A whole batch in place of another, with hashes that are right from the batch before on. */
function remade({ batch }: AnArchive, n: number, edit: (entries: Batch["entries"]) => Batch["entries"]): Batch {
  const end = n === 1 ? emptyChain(GSTIN) : endOf(batch(n - 1));
  const records = edit(batch(n).entries).map(({ record }) => record);
  return nextBatch(GSTIN, end, records);
}

const swapped = ([first, second, ...rest]: Batch["entries"]) => [second, first, ...rest].filter((each) => !!each);
const changed = ([first, ...rest]: Batch["entries"]) =>
  first ? [{ ...first, record: { ...first.record, status: 500 } }, ...rest] : [];
const intruding = (entries: Batch["entries"], from = 1) => {
  const [before] = entries.slice(from - 1, from);
  const record = before && { ...before.record, id: `b${INTRUDER}` };
  return before && record ? entries.toSpliced(from, 0, { ...before, record }) : entries;
};

type Tampering = readonly [name: string, tamper: (made: AnArchive) => void, finding: Finding];

const inTheArchive: readonly Tampering[] = [
  [
    "a record removed",
    ({ batch, replace }) =>
      replace(
        2,
        edited(batch(2), (entries) => entries.toSpliced(1, 1)),
      ),
    { what: "removed", where: `batch 2 of the archive, record ${at("12:05:02")}#a` },
  ],
  [
    "a record removed, and the batch hashed anew",
    (made) =>
      made.replace(
        2,
        remade(made, 2, (entries) => entries.toSpliced(1, 1)),
      ),
    { what: "removed", where: `batch 2 of the archive, record ${at("12:05:02")}#a` },
  ],
  [
    "a record of the last batch removed, and the batch hashed anew",
    (made) =>
      made.replace(
        3,
        remade(made, 3, (entries) => entries.toSpliced(1, 1)),
      ),
    { what: "removed", where: `batch 3 of the archive, record ${at("12:10:02")}#a` },
  ],
  [
    "a record of no time added",
    ({ batch, replace }) =>
      replace(
        3,
        edited(batch(3), (entries) =>
          entries.flatMap((entry, i) =>
            i < 2 ? [entry] : [entry, { ...entry, record: { ...entry.record, at: "never" } }],
          ),
        ),
      ),
    { what: "added", where: "batch 3 of the archive, record never#a" },
  ],
  [
    "the last record of a batch removed",
    ({ batch, replace }) =>
      replace(
        2,
        edited(batch(2), (entries) => entries.slice(0, -1)),
      ),
    { what: "removed", where: `batch 3 of the archive, record ${at("12:05:03")}#a` },
  ],
  [
    "the last record of the last batch removed",
    ({ batch, replace }) =>
      replace(
        3,
        edited(batch(3), (entries) => entries.slice(0, -1)),
      ),
    { what: "removed", where: `batch 3 of the archive, record ${at("12:10:03")}#a` },
  ],
  [
    "a record added",
    ({ batch, replace }) => replace(2, edited(batch(2), intruding)),
    { what: "added", where: `batch 2 of the archive, record ${at("12:05:01")}#b${INTRUDER}` },
  ],
  [
    "two records swapped",
    ({ batch, replace }) => replace(2, edited(batch(2), swapped)),
    { what: "reordered", where: `batch 2 of the archive, record ${at("12:05:01")}#a` },
  ],
  [
    "a record changed",
    ({ batch, replace }) => replace(2, edited(batch(2), changed)),
    { what: "changed", where: `batch 2 of the archive, record ${at("12:05:01")}#a` },
  ],
  [
    "a hash changed",
    ({ batch, replace }) =>
      replace(
        2,
        edited(batch(2), (entries) => entries.map((entry) => ({ ...entry, hash: "0".repeat(64) }))),
      ),
    { what: "changed", where: "batch 2 does not continue the chain" },
  ],
  [
    "a record's time made none",
    ({ batch, replace }) =>
      replace(
        2,
        edited(batch(2), ([first, ...rest]) =>
          first ? [{ ...first, record: { ...first.record, at: "never" } }, ...rest] : [],
        ),
      ),
    { what: "reordered", where: "batch 2 of the archive" },
  ],
  ["the first object deleted", ({ replace }) => replace(1, undefined), removedBatch(1)],
  ["a middle object deleted", ({ replace }) => replace(2, undefined), removedBatch(2)],
  ["the last object deleted", ({ replace }) => replace(3, undefined), removedBatch(3)],
  [
    "two objects swapped",
    ({ batch, replace }) => {
      const [second, third] = [batch(2), batch(3)];
      replace(2, third);
      replace(3, second);
    },
    { what: "reordered", where: "batch 2 is batch 3 by its own word" },
  ],
  [
    "a middle object deleted and the later ones moved up",
    ({ batch, replace }) => replace(2, { ...batch(3), header: { ...batch(3).header, n: 2 } }),
    { what: "removed", where: `batch 2 of the archive, record ${at("12:05:01")}#a` },
  ],
  [
    "an object that is none",
    ({ archive }) => void archive.objects.set(keyOf(GSTIN, 2), { bytes: Buffer.from("x"), keptUntil: new Date(0) }),
    { what: "changed", where: "batch 2 cannot be read" },
  ],
  [
    "everything from a batch on replaced by a chain that holds",
    (made) => {
      made.replace(2, remade(made, 2, changed));
      made.replace(
        3,
        remade(made, 3, (entries) => entries),
      );
    },
    { what: "changed", where: `${at("12:05:01")}#a (batch 2) is in the archive otherwise than in the table` },
  ],
];

const inTheTable: readonly Tampering[] = [
  [
    "a row changed",
    ({ table, rowKey }) => {
      const place = { at: at("12:05:02"), id: "a" };
      const row = table.get(rowKey(place));
      if (row) table.set(rowKey(place), { ...row, gstin: "other" });
    },
    { what: "changed", where: `${at("12:05:02")}#a (batch 2) is in the archive otherwise than in the table` },
  ],
  [
    "a row deleted",
    ({ table, rowKey }) => void table.delete(rowKey({ at: at("12:05:02"), id: "a" })),
    { what: "removed", where: `${at("12:05:02")}#a (batch 2) is gone from the table` },
  ],
  [
    "a row added, or come too late",
    ({ log }) => void log.append(aRecordAt(new Date(at("12:05:02")), GSTIN, "b")),
    { what: "added", where: `${at("12:05:02")}#b (batch 2) is only in the table` },
  ],
  [
    "a row added before all others",
    ({ log }) => void log.append(aRecordAt(new Date("2020-01-01T00:00:00Z"))),
    { what: "added", where: "2020-01-01T05:30:00.000+05:30#a (batch 1) is only in the table" },
  ],
  [
    "the head changed",
    ({ chains }) => void chains.heads.set(GSTIN, { n: 3, hash: "0".repeat(64), last: { at: at("12:10:03"), id: "a" } }),
    { what: "changed", where: "batch 3 does not end as the head in the table says" },
  ],
  [
    "the head set back",
    ({ chains, batch }) => void chains.heads.set(GSTIN, endOf(batch(1))),
    { what: "changed", where: "the head in the table is at batch 1, and the archive goes on to batch 3" },
  ],
  [
    "the head deleted",
    ({ chains }) => void chains.heads.delete(GSTIN),
    { what: "changed", where: "the head in the table is at batch 0, and the archive goes on to batch 3" },
  ],
  [
    "the head's last record changed to what comes behind all others",
    ({ chains, batch }) => void chains.heads.set(GSTIN, { ...endOf(batch(3)), last: { at: "x", id: "y" } }),
    { what: "changed", where: "the head in the table names another last record than batch 3 has" },
  ],
  [
    "the head's last record changed to an earlier one",
    ({ chains, batch }) => void chains.heads.set(GSTIN, { ...endOf(batch(3)), last: endOf(batch(2)).last }),
    { what: "changed", where: "the head in the table names another last record than batch 3 has" },
  ],
  [
    "something else in the head's place",
    ({ chains, batch }) => void chains.heads.set(GSTIN, { ...endOf(batch(3)), hash: "none" }),
    { what: "changed", where: "what is in the place of the head in the table is none" },
  ],
  ...[1, Date.parse("2033-12-31T23:59:59+05:30") / 1000, undefined, "2034"].map(
    (expiry): Tampering => [
      `a row that expires at ${expiry}`,
      ({ expiries, rowKey }) => void expiries.set(rowKey({ at: at("12:05:02"), id: "a" }), expiry),
      { what: "changed", where: `${at("12:05:02")}#a (batch 2) does not stay in the table until its time is over` },
    ],
  ),
  [
    "the head set forward",
    ({ chains, batch }) => void chains.heads.set(GSTIN, { ...endOf(batch(3)), n: 4 }),
    removedBatch(4),
  ],
];

const anHourLater: readonly Tampering[] = [
  [
    "the head and the first object deleted",
    ({ chains, replace }) => {
      chains.heads.delete(GSTIN);
      replace(1, undefined);
    },
    { what: "not archived", where: `${at("12:00:01")}#a is only in the table` },
  ],
  [
    "the head and all objects deleted",
    ({ chains, archive }) => {
      chains.heads.delete(GSTIN);
      archive.objects.clear();
    },
    { what: "not archived", where: `${at("12:00:01")}#a is only in the table` },
  ],
  [
    "the last object deleted, and the head set back",
    ({ chains, replace, batch }) => {
      chains.heads.set(GSTIN, endOf(batch(2)));
      replace(3, undefined);
    },
    { what: "not archived", where: `${at("12:10:01")}#a is only in the table` },
  ],
  [
    "a row that the archiver passes by",
    ({ log }) => void log.append(aRecordAt(new Date(at("12:12:00")))),
    { what: "not archived", where: `${at("12:12:00")}#a is only in the table` },
  ],
  [
    "a row that is no record and no time",
    ({ table, batch }) => {
      const [entry] = batch(1).entries;
      if (entry) table.set(`${GSTIN} x`, aRecordAt(new Date(entry.record.at)));
    },
    { what: "not archived", where: "x is only in the table" },
  ],
];

function removedBatch(n: number): Finding {
  return { what: "removed", where: `batch ${n} is not in the archive` };
}

describe("an archive that nobody touched", () => {
  it("is well, and tells what an operator may write down", async () => {
    const { verify, batch, batchesSeen } = await threeBatches();
    expect(await verify()).toEqual({ gstin: GSTIN, records: 9, batches: 3, head: endOf(batch(3)).hash });
    expect(batchesSeen).toEqual([1, 2, 3]);
  });

  it("is well before the first batch, and while rows wait for theirs", async () => {
    const { append, verify } = await anArchive();
    expect(await verify()).toEqual({ gstin: GSTIN, records: 0, batches: 0, head: emptyChain(GSTIN).hash });
    await append(1);
    expect(await verify()).not.toHaveProperty("finding");
  });

  it("is well beside an archiver that put a batch and has not moved the head yet; the next round moves it", async () => {
    const { chains, batch, verify, round } = await threeBatches();
    chains.heads.set(GSTIN, endOf(batch(2)));
    expect(await verify()).toMatchObject({ records: 9, batches: 3 });
    expect(await verify()).not.toHaveProperty("finding");
    await round(1000);
    expect(await chains.head(GSTIN)).toEqual(endOf(batch(3)));
  });

  it("of which batches were lost is told with what came before", async () => {
    const { verify, replace, batch } = await threeBatches();
    replace(3, undefined);
    expect(await verify()).toMatchObject({ records: 6, batches: 2, head: endOf(batch(2)).hash });
  });
});

describe("what is found", () => {
  it.each([...inTheArchive, ...inTheTable])("%s", async (_, tamper, { what, where }) => {
    const made = await threeBatches();
    tamper(made);
    expect((await made.verify()).finding).toEqual({ what, where: expect.stringContaining(where) });
  });

  it.each(anHourLater)("of what waits for longer than an hour: %s", async (_, tamper, finding) => {
    const made = await threeBatches();
    tamper(made);
    await made.clock.sleep(60 * 60_000 + 1000);
    expect((await made.verify()).finding).toEqual(finding);
  });

  it("is not a row that waits for an hour, nor one that expires later than it has to", async () => {
    const { append, clock, verify, expiries, rowKey } = await threeBatches();
    const waiting = await append(11 * 60);
    await clock.sleep(Date.parse(waiting.at) + 60 * 60_000 - 1 - clock.now().getTime());
    expiries.set(rowKey({ at: at("12:05:02"), id: "a" }), Date.parse("2036-01-01T00:00:00+05:30") / 1000);
    expect(await verify()).not.toHaveProperty("finding");
    expect(await verify(GSTIN, undefined, 84)).not.toHaveProperty("finding");
    await clock.sleep(2);
    expect((await verify()).finding).toMatchObject({ what: "not archived" });
  });

  it("is what was archived though it is no record, and it hides nothing that is behind it", async () => {
    const made = await anArchive();
    const record = await made.append(1);
    made.table.set(made.rowKey({ ...record, id: "b" }), record);
    await made.round(130);
    await made.append(200);
    await made.round(430);
    const intruder = { what: "added", where: `${record.at}#b (batch 1) is no audit record` };
    expect(await made.verify()).toMatchObject({ records: 3, batches: 2, finding: intruder });
    made.table.delete(made.rowKey({ ...record, id: "b" }));
    expect((await made.verify()).finding).toEqual(intruder);
    made.replace(2, undefined);
    expect((await made.verify()).finding).toEqual(removedBatch(2));
  });

  it("does not change when the archiver goes on", async () => {
    for (const [name, tamper, { what }] of inTheArchive.filter(([, , { where }]) => !where.includes("batch 3"))) {
      const made = await threeBatches();
      tamper(made);
      await made.append(1000);
      await made.round(1200);
      expect((await made.verify()).finding, name).toMatchObject({ what });
    }
  });
});

describe("a head that was written down", () => {
  /** All that one does who wants it to look right, with every right there is: the table, the archive and the head. */
  async function remake(made: AnArchive, from: number) {
    for (let n = from; n <= 3; n++) made.replace(n, remade(made, n, n === from ? changed : (entries) => entries));
    for (const n of [from]) {
      const [entry] = made.batch(n).entries;
      const { at: time, id } = entry?.record ?? { at: "", id: "" };
      const key = made.rowKey({ at: time, id });
      const row = made.table.get(key);
      if (row?.kind === "outcome") made.table.set(key, { ...row, status: 500 });
    }
    made.chains.heads.set(GSTIN, endOf(made.batch(3)));
  }

  it("is in the chain for ever, at the end of a batch or within", async () => {
    const { batch, verify, append, round } = await threeBatches();
    const hashes = [1, 2, 3].flatMap((n) => batch(n).entries.map(({ hash }) => hash));
    await append(1000);
    await round(1200);
    for (const hash of [emptyChain(GSTIN).hash, ...hashes])
      expect(await verify(GSTIN, hash), hash).not.toHaveProperty("finding");
  });

  it.each([1, 2, 3])(
    "is alone in finding a chain that was made anew from batch %i on with all that it holds",
    async (from) => {
      const made = await threeBatches();
      const { head } = await made.verify();
      await remake(made, from);
      expect(await made.verify()).not.toHaveProperty("finding");
      expect((await made.verify(GSTIN, head)).finding).toEqual({
        what: "removed",
        where: `the chain does not contain ${head}: it was cut and made anew`,
      });
    },
  );

  it("finds that the last batch was cut off, and the head set back", async () => {
    const made = await threeBatches();
    const { head } = await made.verify();
    made.replace(3, undefined);
    made.chains.heads.set(GSTIN, endOf(made.batch(2)));
    expect(await made.verify()).not.toHaveProperty("finding");
    expect((await made.verify(GSTIN, head)).finding).toMatchObject({ what: "removed" });
  });
});

describe("a chain whose last batch, its rows and the head's last step are gone", () => {
  it("looks like one that never went so far: the head that was written down alone finds it", async () => {
    const made = await threeBatches();
    const { head } = await made.verify();
    for (const { record } of made.batch(3).entries) made.table.delete(made.rowKey(record));
    made.replace(3, undefined);
    made.chains.heads.set(GSTIN, endOf(made.batch(2)));
    await made.clock.sleep(2 * 60 * 60_000);
    expect(await made.verify()).not.toHaveProperty("finding");
    expect((await made.verify(GSTIN, head)).finding).toMatchObject({ what: "removed" });
  });
});

describe("what is past its time", () => {
  const WHEN_OVER = Date.parse("2034-01-02T00:00:00+05:30");

  /** Three batches, and a fourth of the next financial year; then eight years on. */
  async function yearsOn() {
    const made = await threeBatches();
    await made.log.append(aRecordAt(new Date("2027-04-01T00:00:00+05:30")));
    const pass = (until: number) => made.clock.sleep(until - made.clock.now().getTime());
    await pass(Date.parse("2027-04-01T01:00:00+05:30"));
    await made.round(0);
    await pass(WHEN_OVER);
    return made;
  }

  it("may be gone from the table, and what is not may not", async () => {
    const { table, verify } = await yearsOn();
    for (const [key, { at }] of [...table].reverse()) {
      if (at > "2027") continue;
      table.delete(key);
      expect(await verify(), key).not.toHaveProperty("finding");
    }
    table.clear();
    expect((await verify()).finding).toMatchObject({ what: "removed" });
  });

  it.each([1, 2, 3])("may be gone from the archive: the first %i batches", async (gone) => {
    const { replace, verify } = await yearsOn();
    for (let n = 1; n <= gone; n++) replace(n, undefined);
    const verdict = await verify();
    expect(verdict).toMatchObject({ batches: 4 - gone });
    expect(verdict).not.toHaveProperty("finding");
  });

  it("may not be gone from the middle, nor the batches that are not", async () => {
    const middle = await yearsOn();
    middle.replace(2, undefined);
    expect((await middle.verify()).finding).toEqual(removedBatch(2));
    const all = await yearsOn();
    for (const n of [1, 2, 3, 4]) all.replace(n, undefined);
    expect((await all.verify()).finding).toEqual(removedBatch(1));
  });

  it("is not excused by a header's word alone: that is hashed too", async () => {
    const made = await threeBatches();
    made.replace(1, undefined);
    const { header, entries } = made.batch(2);
    made.replace(2, { header: { ...header, after: { at: "2010-01-01T00:00:00.000+05:30", id: "a" } }, entries });
    for (const record of made.table.keys()) if (record.includes("T12:00:")) made.table.delete(record);
    expect((await made.verify()).finding).toEqual({ what: "changed", where: "batch 2 does not continue the chain" });
  });
});

it("finds any single change of any batch or row", async () => {
  const tampering = fc.constantFrom("drop", "double", "spoil", "row", "no row", "object");
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      tampering,
      fc.constantFrom("at", "id", "gstin", "kind", "rid", "irn", "op", "status", "more"),
      async (n, i, how, member) => {
        const made = await threeBatches();
        const batch = made.batch(n);
        const [entry] = batch.entries.slice(i, i + 1);
        if (!entry) throw new Error("no such entry");
        const key = made.rowKey(entry.record);
        const spoilt = { ...entry, record: { ...entry.record, [member]: "2026-08-18T12:00:00.500+05:30" } };
        if (how === "drop")
          made.replace(
            n,
            edited(batch, (entries) => entries.toSpliced(i, 1)),
          );
        if (how === "double")
          made.replace(
            n,
            edited(batch, (entries) => entries.toSpliced(i, 0, entry)),
          );
        if (how === "spoil")
          made.replace(
            n,
            edited(batch, (entries) => entries.with(i, spoilt)),
          );
        if (how === "object") made.replace(n, undefined);
        if (how === "no row") made.table.delete(key);
        if (how === "row") {
          const row = made.table.get(key);
          if (row) made.table.set(key, Object.assign({}, row, { [member]: "spoilt" }));
        }
        expect(await made.verify()).toHaveProperty("finding");
      },
    ),
    { numRuns: 150 },
  );
});
