import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  type ChainEnd,
  continued,
  decodeBatch,
  emptyChain,
  encodeBatch,
  keyOf,
  nextBatch,
} from "../../../shared/audit/chain.ts";
import { aRecordAt, GSTIN, OTHER } from "./an-archive.ts";

const record = (second: number, id = "a", gstin = GSTIN) =>
  aRecordAt(new Date(Date.UTC(2026, 7, 18, 6, 30, second)), gstin, id);

/** Batches of so many records each, one second apart, and where each begins. */
function aChain(sizes: readonly number[]): { readonly batches: readonly Batch[]; readonly ends: readonly ChainEnd[] } {
  const [batches, ends]: [Batch[], ChainEnd[]] = [[], [emptyChain(GSTIN)]];
  let second = 0;
  for (const size of sizes) {
    const batch = nextBatch(
      GSTIN,
      ends.at(-1) ?? emptyChain(GSTIN),
      Array.from({ length: size }, () => record(second++)),
    );
    batches.push(batch);
    const end = continued(GSTIN, ends.at(-1) ?? emptyChain(GSTIN), batch);
    if (!end) throw new Error("a batch does not continue its own chain");
    ends.push(end);
  }
  return { batches, ends };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a chain", () => {
  it("can be followed with gunzip and SHA-256 alone: each hash is that of the hash before and the line", () => {
    const { batches } = aChain([2, 1]);
    let hash = sha256(GSTIN);
    for (const batch of batches) {
      const [header = "", ...lines] = gunzipSync(encodeBatch(batch)).toString().trimEnd().split("\n");
      expect(JSON.parse(header)).toMatchObject({ v: 1, gstin: GSTIN, previous: hash });
      hash = sha256(hash + header);
      for (const line of lines) {
        const [, stored, record = ""] = /^\{"hash":"(.*)","record":(.*)\}$/.exec(line) ?? [];
        hash = sha256(hash + record);
        expect(stored).toBe(hash);
      }
    }
    expect(batches.at(-1)?.entries.at(-1)?.hash).toBe(hash);
  });

  it("is another one for each GSTIN", () => {
    const [batch] = aChain([1]).batches;
    expect(batch && continued(OTHER, emptyChain(OTHER), batch)).toBeUndefined();
    expect(emptyChain(GSTIN).hash).not.toBe(emptyChain(OTHER).hash);
  });

  it("keeps kinds and members of records that are not known yet", () => {
    const later = { ...record(1), kind: "of tomorrow", more: { of: ["it"] } };
    const batch = nextBatch(GSTIN, emptyChain(GSTIN), [later]);
    expect(decodeBatch(encodeBatch(batch))?.entries[0]?.record).toEqual(later);
  });

  it("sorts its keys as it counts", () => {
    const keys = [1, 2, 9, 10, 99, 1_000_000].map((n) => keyOf(GSTIN, n));
    expect(keys.toSorted()).toEqual(keys);
    expect(keys[0]).toBe("AUDIT/27AAAZA0001A1ZM/0000000001.ndjson.gz");
  });

  it.each<[string, readonly number[]]>([
    ["twice the same", [1, 1]],
    ["a later one first", [2, 1]],
  ])("takes no records out of order, with hashes that are right: %s", (_, seconds) => {
    const batch = nextBatch(
      GSTIN,
      emptyChain(GSTIN),
      seconds.map((second) => record(second)),
    );
    expect(continued(GSTIN, emptyChain(GSTIN), batch)).toBeUndefined();
  });

  it("takes no record from before the batch before", () => {
    const end = aChain([2]).ends.at(-1) ?? emptyChain(GSTIN);
    expect(continued(GSTIN, end, nextBatch(GSTIN, end, [record(1)]))).toBeUndefined();
    expect(continued(GSTIN, end, nextBatch(GSTIN, end, [record(2)]))).toMatchObject({ n: 2 });
  });
});

describe("the bytes of a batch", () => {
  const [batch] = aChain([2]).batches;
  const text = batch ? gunzipSync(encodeBatch(batch)).toString() : "";

  it("are read as they were written", () => {
    expect(decodeBatch(gzipSync(text))).toEqual(batch);
  });

  it.each<[string, (text: string) => string]>([
    ["another spelling", (good) => good.replace('"n":1', '"n": 1')],
    ["a member twice", (good) => good.replace('"n":1', '"n":2,"n":1')],
    ["another member", (good) => good.replace('"n":1', '"m":1,"n":1')],
    ["an empty line", (good) => `${good}\n`],
    ["no end of the last line", (good) => good.trimEnd()],
    ["no records", (good) => `${good.split("\n")[0]}\n`],
    ["nothing", () => ""],
    ["no JSON", (good) => good.slice(0, -5)],
    ["another version", (good) => good.replace('"v":1', '"v":2')],
  ])("are no batch with %s", (_, spoil) => {
    expect(decodeBatch(gzipSync(spoil(text)))).toBeUndefined();
  });

  it("are no batch where they are not compressed, or not whole", () => {
    expect(decodeBatch(Buffer.from(text))).toBeUndefined();
    expect(decodeBatch(gzipSync(text).subarray(0, -9))).toBeUndefined();
  });
});

describe("any single change", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

  /** Every change of one character of the text, taking one away or adding one. */
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    how: fc.constantFrom("replace", "delete", "insert"),
    by: fc.constantFrom(...'0123456789abcdefABZ"{}[]:,#+-. \n'),
  });

  it("of one character of any batch is found", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), change, (given, which, { at, how, by }) => {
        const { batches, ends } = aChain(given);
        const index = which % batches.length;
        const [good, end] = [batches[index], ends[index]];
        if (!good || !end) throw new Error("no such batch");
        const text = gunzipSync(encodeBatch(good)).toString();
        const place = Math.floor(at * text.length);
        const rest = text.slice(how === "insert" ? place : place + 1);
        const spoilt = `${text.slice(0, place)}${how === "delete" ? "" : by}${rest}`;
        fc.pre(spoilt !== text);
        const batch = decodeBatch(gzipSync(spoilt));
        expect(batch && continued(GSTIN, end, batch)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  const edits: Readonly<Record<string, (entries: Batch["entries"], i: number) => Batch["entries"]>> = {
    remove: (entries, i) => entries.toSpliced(i, 1),
    repeat: (entries, i) => entries.toSpliced(i, 0, ...entries.slice(i, i + 1)),
    swap: (entries, i) => [...entries.slice(0, i), ...entries.slice(i, i + 2).reverse(), ...entries.slice(i + 2)],
    "change and hash anew": (entries, i) => {
      const records = entries.map(({ record }, at) => (at === i ? { ...record, status: 500 } : record));
      return nextBatch(GSTIN, emptyChain(GSTIN), records).entries;
    },
  };

  it("of the records of any batch but the last is found there, or in the next one", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.constantFrom(...Object.keys(edits)), (given, which, at, name) => {
        const { batches, ends } = aChain([...given, 1]);
        const index = which % given.length;
        const [good, next, end] = [batches[index], batches[index + 1], ends[index]];
        if (!good || !next || !end) throw new Error("no such batch");
        const entries = edits[name]?.(good.entries, at % good.entries.length) ?? [];
        fc.pre(entries.length > 0 && JSON.stringify(entries) !== JSON.stringify(good.entries));
        const behind = continued(GSTIN, end, { ...good, entries });
        expect(behind && continued(GSTIN, behind, next)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
