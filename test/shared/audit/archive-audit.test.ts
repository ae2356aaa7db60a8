import { describe, expect, it } from "vitest";
import { emptyChain, encodeBatch, keyOf, nextBatch, placeOf } from "../../../shared/audit/chain.ts";
import { anArchive, aRecordAt, GSTIN, OTHER, threeBatches } from "./an-archive.ts";

const secondsOf = (records: readonly { readonly at: string }[]) => records.map(({ at }) => at.slice(11, 19));

describe("a round", () => {
  it("archives what is two minutes old, and the rest in the next one: each record once, in the order of time", async () => {
    const { append, round, batch, verify } = await anArchive();
    for (const second of [3, 1, 2, 20]) await append(second);
    expect(await round(130)).toEqual({ gstins: 1, batches: 1, records: 3, failed: 0, left: 0 });
    expect(await round(150)).toMatchObject({ batches: 1, records: 1 });
    expect(await round(460)).toMatchObject({ batches: 0, records: 0 });
    expect(secondsOf(batch(1).entries.map(({ record }) => record))).toEqual(["12:00:01", "12:00:02", "12:00:03"]);
    expect(secondsOf(batch(2).entries.map(({ record }) => record))).toEqual(["12:00:20"]);
    expect(await verify()).toMatchObject({ records: 4, batches: 2 });
  });

  it("puts at most a thousand records into a batch, and goes on", async () => {
    const { append, round, chains, batch } = await anArchive();
    for (let i = 0; i < 2001; i++) await append(1, GSTIN, String(i).padStart(4, "0"));
    expect(await round(130)).toMatchObject({ batches: 3, records: 2001 });
    expect([1, 2, 3].map((n) => batch(n).entries.length)).toEqual([1000, 1000, 1]);
    expect(await chains.head(GSTIN)).toMatchObject({ n: 3, last: { id: "2000" } });
  });

  it("locks a batch until its last record's time is over", async () => {
    const { append, round, archive, log, clock } = await anArchive();
    await append(1);
    await round(130);
    await log.append(aRecordAt(new Date("2027-04-01T00:00:00+05:30")));
    await clock.sleep(Date.parse("2027-04-01T00:10:00+05:30") - clock.now().getTime());
    await round(0);
    expect([...archive.objects.values()].map(({ keptUntil }) => keptUntil.toISOString())).toEqual([
      "2033-12-31T18:30:00.000Z",
      "2034-12-31T18:30:00.000Z",
    ]);
  });

  it("gives every GSTIN a chain of its own, also one whose portal user is gone", async () => {
    const { append, round, verify } = await anArchive({ gstins: [GSTIN, OTHER] });
    await append(1);
    await append(1, OTHER);
    await round(130);
    await append(200);
    await append(200, OTHER);
    const nobody = { users: { async *gstins() {} } };
    expect(await round(430, { changes: nobody })).toMatchObject({ gstins: 2, batches: 2 });
    for (const gstin of [GSTIN, OTHER]) {
      const verdict = await verify(gstin);
      expect(verdict).toMatchObject({ gstin, records: 2, batches: 2 });
      expect(verdict).not.toHaveProperty("finding");
    }
  });

  it("goes on after a crash between object and head, whatever came meanwhile", async () => {
    const { append, round, chains, verify, failures } = await anArchive();
    await append(1);
    const crash = { ...chains, move: () => Promise.reject(new Error("crash")) };
    expect(await round(130, { changes: { chains: crash } })).toMatchObject({ failed: 1 });
    expect(await chains.head(GSTIN)).toBeUndefined();
    await append(20);
    expect(await round(430)).toMatchObject({ failed: 0, batches: 2, records: 2 });
    expect(failures).toHaveLength(1);
    expect(await verify()).toMatchObject({ records: 2, batches: 2 });
    expect(await verify()).not.toHaveProperty("finding");
  });

  it("may run twice at once", async () => {
    const { append, round, verify, failures } = await anArchive();
    for (let i = 0; i < 1500; i++) await append(1, GSTIN, String(i).padStart(4, "0"));
    await Promise.all([round(130), round(130), round(130)]);
    expect(failures).toEqual([]);
    const verdict = await verify();
    expect(verdict).toMatchObject({ records: 1500, batches: 2 });
    expect(verdict).not.toHaveProperty("finding");
  });

  it.each<[string, Uint8Array]>([
    ["is no batch", Buffer.from("forged")],
    ["is of another chain", encodeBatch(nextBatch(OTHER, emptyChain(OTHER), [aRecordAt(new Date(0), OTHER)]))],
    ["begins elsewhere", encodeBatch(nextBatch(GSTIN, { n: 0, hash: "0".repeat(64) }, [aRecordAt(new Date(0))]))],
  ])("does not follow an object that %s, and holds up nobody else", async (_, bytes) => {
    const { append, round, archive, chains, failures } = await anArchive({ gstins: [GSTIN, OTHER] });
    archive.objects.set(keyOf(GSTIN, 1), { bytes, keptUntil: new Date(0) });
    await append(1);
    await append(1, OTHER);
    expect(await round(130)).toMatchObject({ failed: 1, batches: 1 });
    expect(failures).toEqual([{ gstin: GSTIN, error: expect.objectContaining({ message: expect.any(String) }) }]);
    expect(String(failures[0]?.error)).toContain(`${keyOf(GSTIN, 1)} does not continue the chain`);
    expect(await chains.head(GSTIN)).toBeUndefined();
    expect(await chains.head(OTHER)).toMatchObject({ n: 1 });
  });

  it.each([
    ["time", { at: "2026-08-18T12:00:09.000+05:30" }],
    ["id", { id: "other" }],
    ["GSTIN", { gstin: OTHER }],
  ])("archives a row whose record has another %s than it is kept by as what it is, and tells", async (_, change) => {
    const { append, round, table, rowKey, failures, oddRows, batch } = await anArchive();
    const record = await append(1);
    table.set(rowKey(record), { ...record, ...change });
    await append(2);
    expect(await round(130)).toMatchObject({ failed: 0, records: 2 });
    const [first] = batch(1).entries;
    const noRecord = { ...record, ...change };
    expect(first?.record).toEqual({ at: record.at, id: "a", gstin: GSTIN, noRecord });
    expect([oddRows, failures]).toEqual([[placeOf(record)], []]);
  });

  it.each([
    "2",
    "2026-08-17T12:00:00.000+05:30",
    "2#",
    "2#a",
    "2#a#b",
    "#",
    "+275760-01-01T00:00:00Z#a",
    "2010-01-01T00:00:00.000+05:30#a",
  ])("is not stopped by a row at %j, and locks it like what is put now", async (place) => {
    const { append, round, table, failures, oddRows, batch, archive, verify } = await anArchive();
    const [at = "", id = ""] = place.split("#");
    table.set(`${GSTIN} ${place}`, { ...aRecordAt(new Date(0), place.startsWith("2010") ? OTHER : GSTIN), at, id });
    expect(await round(130)).toMatchObject({ failed: 0, records: 1 });
    expect(batch(1).entries.map(({ record }) => placeOf(record))).toEqual([place]);
    expect([...archive.objects.values()].map(({ keptUntil }) => keptUntil)).toEqual([
      new Date("2034-01-01T00:00:00+05:30"),
    ]);
    await append(200);
    expect(await round(430)).toMatchObject({ failed: 0, records: 1 });
    expect([oddRows, failures]).toEqual([[place], []]);
    expect(await verify()).toMatchObject({ batches: 2, finding: { what: "added" } });
  });

  it("archives a record whose text is not well-formed with what stands for it, and tells", async () => {
    const { append, round, table, rowKey, failures, oddRows, batch, verify } = await anArchive();
    const record = await append(1);
    table.set(rowKey(record), { ...record, irn: "\ud800", ...{ "\udfff": [{ more: "\udfff" }] } });
    expect(await round(130)).toMatchObject({ failed: 0, records: 1 });
    const archived = { ...record, irn: "\ufffd", "\ufffd": [{ more: "\ufffd" }] };
    expect(batch(1).entries.map((entry) => entry.record)).toEqual([archived]);
    expect([oddRows, failures]).toEqual([[placeOf(record)], []]);
    expect(await verify()).not.toHaveProperty("finding");
  });

  it("begins no batch after its time, says who is left, and the next one begins with others", async () => {
    const gstins = Array.from({ length: 30 }, (_, i) => `G${String(i).padStart(2, "0")}`);
    const { append, round, chains, archive, clock } = await anArchive({ gstins });
    for (const gstin of gstins) await append(1, gstin);
    expect(await round(130, { minutes: 0 })).toEqual({ gstins: 0, batches: 0, records: 0, failed: 0, left: 30 });
    const slow = { ...archive, put: slowly(archive.put) };
    function slowly(put: typeof archive.put): typeof archive.put {
      return async (...args) => {
        await clock.sleep(30_000);
        return put(...args);
      };
    }
    const archived = async () => (await Promise.all(gstins.map((gstin) => chains.head(gstin)))).filter(Boolean).length;
    const first = await round(430, { minutes: 0.4, changes: { archive: slow } });
    expect(first.left).toBe(30 - (await archived()));
    expect(first.left).toBeGreaterThan(0);
    expect(await round(730)).toMatchObject({ left: 0, records: first.left });
  });

  it("stops between the batches of one GSTIN too", async () => {
    const { append, round, archive, clock, verify } = await anArchive();
    for (let i = 0; i < 2001; i++) await append(1, GSTIN, String(i).padStart(4, "0"));
    const put: typeof archive.put = async (...args) => {
      await clock.sleep(30_000);
      return archive.put(...args);
    };
    const slow = { minutes: 0.4, changes: { archive: { ...archive, put } } };
    expect(await round(130, slow)).toEqual({ gstins: 1, batches: 1, records: 1000, failed: 0, left: 1 });
    expect(await round(430)).toMatchObject({ batches: 2, records: 1001, left: 0 });
    expect(await verify()).not.toHaveProperty("finding");
  });

  it("fails when the GSTINs cannot be listed, so that it is tried again", async () => {
    const { round } = await anArchive();
    const gstins = () => {
      throw new Error("the table did not answer");
    };
    await expect(round(130, { changes: { users: { gstins } } })).rejects.toThrow("the table did not answer");
  });

  it("leaves a chain as it is whose head is ahead of the time", async () => {
    const { round, chains, failures } = await threeBatches();
    const before = await chains.head(GSTIN);
    expect(await round(0, { changes: { settlesMs: 3_600_000 } })).toMatchObject({ failed: 0, batches: 0 });
    expect(failures).toEqual([]);
    expect(await chains.head(GSTIN)).toEqual(before);
  });
});
