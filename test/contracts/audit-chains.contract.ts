import { expect, it } from "vitest";
import type { AuditLog } from "../../shared/audit/audit-log.ts";
import { type ChainHead, placeOf } from "../../shared/audit/chain.ts";
import type { AuditChains, AuditRows } from "../../shared/audit/chains.ts";
import { fresh } from "../fakes/a-request.ts";
import { aRecord } from "./audit-log.contract.ts";

export function aHead(n: number, hash = "a".repeat(64)): ChainHead {
  return { n, hash, last: { at: "2026-08-18T14:30:00.000+05:30", id: `id-${n}` } };
}

/** What all AuditChains must do. Each test has a GSTIN of its own. */
export function auditChainsContract(makeChains: () => AuditChains): void {
  it("begins with a first batch, and gives the head back", async () => {
    const [chains, gstin] = [makeChains(), fresh()];
    expect(await chains.head(gstin)).toBeUndefined();
    expect(await chains.move(gstin, aHead(1))).toBe("moved");
    expect(await chains.head(gstin)).toEqual(aHead(1));
  });

  it("moves from one batch to the next, once", async () => {
    const [chains, gstin] = [makeChains(), fresh()];
    await chains.move(gstin, aHead(1));
    expect(await chains.move(gstin, aHead(2))).toBe("moved");
    const other = aHead(2, "b".repeat(64));
    expect(await chains.move(gstin, other)).toBe("lost");
    expect(await chains.head(gstin)).toEqual(aHead(2));
  });

  it.each([1, 2, 4])("never moves from the second batch to batch %i", async (n) => {
    const [chains, gstin] = [makeChains(), fresh()];
    await chains.move(gstin, aHead(1));
    await chains.move(gstin, aHead(2));
    expect(await chains.move(gstin, aHead(n))).toBe("lost");
    expect(await chains.head(gstin)).toEqual(aHead(2));
  });

  it("lets one of many at the same time move", async () => {
    const [chains, gstin] = [makeChains(), fresh()];
    const moves = await Promise.all(
      Array.from({ length: 5 }, (_, i) => chains.move(gstin, aHead(1, String(i).repeat(64)))),
    );
    expect(moves.filter((move) => move === "moved")).toHaveLength(1);
  });

  it("lists who has a chain, each once", async () => {
    const [chains, one, other, none] = [makeChains(), fresh(), fresh(), fresh()];
    await chains.move(one, aHead(1));
    await chains.move(one, aHead(2));
    await chains.move(other, aHead(1));
    const found: string[] = [];
    for await (const gstin of chains.gstins()) found.push(gstin);
    expect(found.filter((gstin) => [one, other, none].includes(gstin)).sort()).toEqual([one, other].sort());
  });
}

/** What all AuditRows must do, of what is appended to the log beside them. */
export function auditRowsContract(make: () => { readonly log: AuditLog; readonly rows: AuditRows }): void {
  const END = "2026-08-19";
  const EXPIRES_AT = Date.parse("2034-01-01T00:00:00+05:30") / 1000;

  it("gives a GSTIN's records by their places, and no other's", async () => {
    const [{ log, rows }, gstin] = [make(), fresh()];
    const [a, b, c] = [aRecord(gstin, 1, "a"), aRecord(gstin, 2, "b"), aRecord(gstin, 2, "c")];
    for (const record of [c, a, b, aRecord(fresh(), 1)]) await log.append(record);

    const kept = [a, b, c].map((record) => ({ place: placeOf(record), record, expiresAt: EXPIRES_AT }));
    expect(await rows.rows(gstin, { to: END, limit: 10 })).toEqual({ rows: kept, isMore: false });
  });

  it.each([1, 2, 3, 4])("goes on behind a place, %i at a time, and also behind one that is gone", async (limit) => {
    const [{ log, rows }, gstin] = [make(), fresh()];
    const records = [1, 1, 2, 3].map((second, i) => aRecord(gstin, second, `id-${i}`));
    for (const record of records) await log.append(record);

    const seen: string[] = [];
    for (let after: string | undefined = "2026-08-18#gone"; after; ) {
      const page = await rows.rows(gstin, { after, to: END, limit });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      seen.push(...page.rows.map(({ place }) => place));
      after = page.isMore ? page.rows.at(-1)?.place : undefined;
    }
    expect(seen).toEqual(records.map(placeOf));
  });

  it("ends at a place, that one included, and has nothing when the end comes first", async () => {
    const [{ log, rows }, gstin] = [make(), fresh()];
    const records = [1, 2, 3].map((second) => aRecord(gstin, second));
    for (const record of records) await log.append(record);
    const [first = "", second = "", third = ""] = records.map(placeOf);

    const placesOf = async (page: { after?: string; to: string }) =>
      (await rows.rows(gstin, { ...page, limit: 10 })).rows.map(({ place }) => place);
    expect(await placesOf({ to: second })).toEqual([first, second]);
    expect(await placesOf({ after: first, to: second })).toEqual([second]);
    expect(await placesOf({ after: second, to: second })).toEqual([]);
    expect(await placesOf({ after: third, to: first })).toEqual([]);
  });
}
