import { describe, expect, it } from "vitest";
import { upstreamEntry } from "../../../shared/audit/upstream-entry.ts";
import { NotSent } from "../../../shared/irp/nic/wire.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { type aPortal, GSTIN, refusal, success, USER } from "../irp/nic/a-portal.ts";
import { anIrp, IRN, TO } from "../irp/nic/an-irp.ts";

type Parts = Parameters<typeof aPortal>[0] & object;
const REGISTERED = { Irn: IRN, Status: "ACT", SignedInvoice: "a.b.c", SignedQRCode: "d.e.f", AckNo: 1, EwbNo: null };
const LOGIN = { kind: "upstream", gstin: GSTIN, portal: "NIC1", call: "POST /eivital/v1.04/auth", tookMs: 0 };
const ABOUT = { rid: "rid-1", irn: IRN };

/** What is on record of one registration, login included. */
async function recordOf(parts: Parts) {
  const { irp, seen } = await anIrp({ answer: ({ sek }) => success(sek, REGISTERED), ...parts });
  await irp.generate({ ...TO, about: ABOUT }, anInvoice());
  return seen.map(upstreamEntry);
}

describe("every call on the wire is on record", () => {
  it("the login, and what it was for, under its request and document", async () => {
    expect(await recordOf({})).toEqual([
      { ...LOGIN, answer: "ok", irpCodes: [] },
      { ...LOGIN, ...ABOUT, call: "POST /eicore/v1.03/Invoice", answer: "ok", irpCodes: [] },
    ]);
  });

  it.each<[string, Parts, object[]]>([
    [
      "a refusal, each code once",
      { answer: () => refusal("2176", "2176", "2182") },
      [{ answer: "refused", irpCodes: ["2176", "2182"] }],
    ],
    [
      "a call that never left",
      { answer: () => Promise.reject(new NotSent("ECONNREFUSED")) },
      [{ answer: "not-sent", irpCodes: [], reason: "ECONNREFUSED" }],
    ],
    [
      "a lost answer",
      { answer: () => Promise.reject(new Error("no answer: TimeoutError")) },
      [{ answer: "unknown", irpCodes: [], reason: "no answer: TimeoutError" }],
    ],
  ])("%s", async (_, parts, expected) => {
    const [, ...calls] = await recordOf(parts);
    expect(calls).toMatchObject(expected);
  });

  it("a login that is refused, and that nothing was sent after it", async () => {
    expect(await recordOf({ login: () => refusal("3006") })).toEqual([
      { ...LOGIN, answer: "refused", irpCodes: ["3006"] },
    ]);
  });

  it("both tries of a call whose token was rejected, and the login between", async () => {
    let tries = 0;
    const records = await recordOf({
      answer: ({ sek }) => (++tries === 1 ? refusal("1005") : success(sek, REGISTERED)),
    });
    expect(records).toMatchObject([
      { call: LOGIN.call },
      { answer: "not-sent", irpCodes: ["1005"], rid: "rid-1" },
      { call: LOGIN.call },
      { answer: "ok", rid: "rid-1" },
    ]);
  });

  it("without its query, which names documents, and without a secret", async () => {
    const { irp, seen } = await anIrp({ answer: () => refusal("2154") });
    await irp.byDocument({ ...TO, portal: "NIC2" }, { docType: "INV", docNo: "A/1", docDate: "18/08/2026" });
    const records = seen.map(upstreamEntry);
    expect(records.at(-1)).toMatchObject({ call: "GET /eicore/v1.03/Invoice/irnbydocdetails", portal: "NIC2" });
    for (const secret of [USER.password, "TOKEN0", "A/1"]) expect(JSON.stringify(records)).not.toContain(secret);
  });

  it("with codes and reasons of a length that fits a record, and that are text", async () => {
    const [, refused] = await recordOf({ answer: () => refusal(`Unauthorized ${"x".repeat(500_000)}`, "\ud83d") });
    expect(JSON.stringify(refused).length).toBeLessThan(1_000);
    expect(JSON.stringify(refused).isWellFormed()).toBe(true);
    const [, unknown] = await recordOf({ answer: () => Promise.reject(new Error(`no answer: ${"y".repeat(5_000)}`)) });
    expect(JSON.stringify(unknown).length).toBeLessThan(1_000);
  });
});
