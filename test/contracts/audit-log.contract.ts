import { expect, it } from "vitest";
import type { AuditLog, AuditPosition } from "../../shared/audit/audit-log.ts";
import type { AuditRecord } from "../../shared/audit/record.ts";
import { fresh } from "../fakes/a-request.ts";

const IRN = "a".repeat(64);
/** Every time of a day. */
const ALL = { from: "2026-08-18T00:00:00.000+05:30", to: "2026-08-18T23:59:59.999+05:30", limit: 100 };

/** What every AuditLog must do. Each test has a GSTIN of its own. */
export function auditLogContract(makeLog: () => AuditLog): void {
  it("gives every kind of record back as it was put", async () => {
    const log = makeLog();
    const gstin = fresh();
    const records = oneOfEachKind(gstin);
    for (const record of records) await log.append(record);

    expect(await log.list(gstin, ALL)).toEqual({ records });
  });

  it("lists by time, the oldest first, whatever the order in which they were put, and of one time by id", async () => {
    const log = makeLog();
    const gstin = fresh();
    const [a, b, c] = [aRecord(gstin, 1, "a"), aRecord(gstin, 2, "b"), aRecord(gstin, 2, "c")];
    for (const record of [c, a, b]) await log.append(record);

    expect((await log.list(gstin, ALL)).records).toEqual([a, b, c]);
  });

  it("keeps GSTINs apart", async () => {
    const log = makeLog();
    const [one, other] = [fresh(), fresh()];
    await log.append(aRecord(one, 1));
    await log.append(aRecord(other, 1, "b"));

    expect((await log.list(one, ALL)).records).toEqual([aRecord(one, 1)]);
    expect(await log.about(one, IRN, 10)).toEqual([aRecord(one, 1)]);
  });

  it("lists from a time to a time, both included, and nothing when the end comes first", async () => {
    const log = makeLog();
    const gstin = fresh();
    const records = [1, 2, 3, 4].map((second) => aRecord(gstin, second));
    for (const record of records) await log.append(record);
    const [, second, third] = records;

    const between = { ...ALL, from: second?.at ?? "", to: third?.at ?? "" };
    expect((await log.list(gstin, between)).records).toEqual([second, third]);
    expect(await log.list(gstin, { ...ALL, from: between.to, to: between.from })).toEqual({ records: [] });
  });

  it.each([1, 2, 5])(
    "goes on where a page of %i ended, also behind what is gone or outside of the times",
    async (limit) => {
      const log = makeLog();
      const gstin = fresh();
      const records = [1, 1, 2, 2, 3].map((second, i) => aRecord(gstin, second, `id-${i}`));
      for (const record of records) await log.append(record);

      const seen: AuditRecord[] = [];
      let after: AuditPosition | undefined = { at: at(0), id: "gone" };
      while (after) {
        const page = await log.list(gstin, { ...ALL, limit, after });
        seen.push(...page.records);
        after = page.next;
      }
      expect(seen).toEqual(records);
      const behind = { at: "2027-01-01T00:00:00.000+05:30", id: "x" };
      expect(await log.list(gstin, { ...ALL, after: behind })).toEqual({ records: [] });
    },
  );

  it("finds what is about a document, the oldest first, and nothing else", async () => {
    const log = makeLog();
    const gstin = fresh();
    const irn = fresh().padEnd(64, "0");
    const about = [aRecord(gstin, 1, "a", irn), aRecord(gstin, 3, "b", irn)];
    for (const record of [about[1], aRecord(gstin, 2), about[0]]) if (record) await log.append(record);

    expect(await log.about(gstin, irn, 10)).toEqual(about);
    expect(await log.about(gstin, irn, 1)).toEqual(about.slice(0, 1));
    expect(await log.about(gstin, "f".repeat(64), 10)).toEqual([]);
  });

  it("finds what was done with a document, and not who read it", async () => {
    const log = makeLog();
    const gstin = fresh();
    const asked = { clientId: "c", route: "R /irn", path: "/irn", requestId: "r", irn: IRN, status: 200 } as const;
    const call = { v: 1, gstin, kind: "call", ...asked } as const;
    const refused: AuditRecord = { ...call, id: "b", at: at(2), method: "POST", status: 422 };
    for (const record of [refused, { ...call, id: "a", at: at(1), method: "GET" }]) await log.append(record);

    expect(await log.about(gstin, IRN, 10)).toEqual([refused]);
    expect((await log.list(gstin, ALL)).records).toHaveLength(2);
  });

  it("holds one record of an id, however often its writing is repeated", async () => {
    const log = makeLog();
    const gstin = fresh();
    await log.append(aRecord(gstin, 1));
    await log.append(aRecord(gstin, 1));

    expect((await log.list(gstin, ALL)).records).toHaveLength(1);
  });
}

export function aRecord(gstin: string, second: number, id = "a", irn = IRN): AuditRecord {
  const about = { v: 1, id, gstin, at: at(second), irn, rid: "rid" } as const;
  return { ...about, kind: "outcome", op: "register", status: 201 };
}

function at(second: number): string {
  return `2026-08-18T14:30:0${second}.000+05:30`;
}

function oneOfEachKind(gstin: string): AuditRecord[] {
  const asked = { clientId: "c", method: "POST", route: "POST /irn", path: "/irn", requestId: "r", traceId: "t" };
  const written = (second: number) => ({ v: 1, id: `id-${second}`, gstin, at: at(second) }) as const;
  const about = { rid: "rid", irn: IRN };
  const intent = { ...about, op: "register", flow: "direct", fp: "f", docFp: "d" } as const;
  return [
    {
      ...written(1),
      kind: "call",
      ...asked,
      bodySha256: "b",
      status: 422,
      code: "invalid_document",
      irpCodes: ["2176"],
    },
    { ...written(2), kind: "intent", ...asked, ...intent },
    {
      ...written(3),
      kind: "upstream",
      portal: "NIC1",
      call: "POST /x",
      answer: "unknown",
      irpCodes: [],
      reason: "r",
      tookMs: 3,
    },
    {
      ...written(4),
      kind: "outcome",
      ...about,
      op: "register",
      status: 422,
      code: "refused_by_irp",
      irpCodes: ["2176"],
    },
  ];
}
