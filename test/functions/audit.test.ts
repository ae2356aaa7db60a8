import { describe, expect, it } from "vitest";
import * as z from "zod";
import { NotGenuine } from "../../shared/irp/verify.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { anApi, OTHER_GSTIN } from "./an-api.ts";

const Page = z.object({
  records: z.array(z.looseObject({ id: z.string(), kind: z.string() })),
  next: z.string().optional(),
});
const Pack = z.looseObject({ trail: z.array(z.looseObject({ kind: z.string() })), verification: z.looseObject({}) });

/** An account with one registered document. */
async function registered() {
  const api = anApi();
  const { json } = await api.post(anInvoice(), { headers: { "idempotency-key": "k" } });
  const { irn } = z.looseObject({ irn: z.string() }).parse(json);
  const list = async (query: Record<string, string> = {}, gstin?: string) =>
    api.proof("", { query, ...(gstin && { gstin }) });
  const records = async (query?: Record<string, string>, gstin?: string) =>
    Page.parse((await list(query, gstin)).json).records;
  return { ...api, irn, list, records };
}

describe("GET /audit", () => {
  it("shows what is on record of the last day, the oldest first", async () => {
    const { records, irn, clock } = await registered();
    // Of one millisecond, they stand in any order.
    expect((await records()).sort(byKind)).toMatchObject([
      { kind: "intent", irn, route: "POST /irn", at: expect.stringContaining("+05:30") },
      { kind: "outcome", irn, status: 201 },
    ]);
    clock.advance(25 * 60 * 60 * 1000);
    expect(await records()).toEqual([]);
  });

  it("records that it was read", async () => {
    const { records, list } = await registered();
    await list();
    expect(await records()).toContainEqual(expect.objectContaining({ kind: "call", route: "GET /audit", status: 200 }));
  });

  it("shows nothing of another GSTIN", async () => {
    const { records } = await registered();
    expect(await records({}, OTHER_GSTIN)).toEqual([]);
  });

  it("goes on from page to page through ten years, each record once", async () => {
    const { list } = await registered();
    await list();
    const range = { from: "2020-01-01T00:00:00+05:30", to: "2030-01-01T00:00:00+05:30" };
    const first = Page.parse((await list({ ...range, limit: "1" })).json);
    const seen = [...first.records];
    for (let { next } = first; next && seen.length < 10; ) {
      const page = Page.parse((await list(Object.fromEntries(new URL(next, "https://x").searchParams))).json);
      seen.push(...page.records);
      next = page.next;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(["intent", "outcome", "call"]));
  });

  it.each(["9999-12-31T23:59:59Z", "2026-08-19T00:00:00+05:30"])("ends now where %s is to come", async (to) => {
    const { records } = await registered();
    expect(await records({ from: "2026-01-01T00:00:00Z", to })).toHaveLength(2);
  });

  it.each([
    [{ from: "yesterday" }, "from: a time as RFC 3339 has it"],
    [{ from: "2026-08-18" }, "from: a time"],
    [{ from: "2026-08-19T00:00:00Z", to: "2026-08-18T00:00:00Z" }, "from: it must not be later than to, nor than now"],
    [{ from: "2099-01-01T00:00:00Z" }, "from: it must not be later than to, nor than now"],
    [{ limit: "0" }, "limit: a whole number"],
    [{ limit: "101" }, "limit: a whole number"],
    [{ kind: "call" }, "kind"],
    [{ cursor: "x" }, "cursor: take it from `next`"],
    [{ cursor: cursorOf({ at: "9999", id: "x" }) }, "cursor"],
    [{ cursor: cursorOf({ at: "2026-08-18T14:30:00.000+05:30", id: "x#y" }) }, "cursor"],
  ])("refuses %j", async (query, detail) => {
    const { list } = await registered();
    expect(await list(query)).toMatchObject({
      status: 400,
      json: { code: "malformed_query", detail: expect.stringContaining(detail) },
    });
  });

  it("takes a cursor for no other GSTIN's list, and for no other time", async () => {
    const { list } = await registered();
    const range = { from: "2026-01-01T00:00:00+05:30", to: "2027-01-01T00:00:00+05:30" };
    const { next = "" } = Page.parse((await list({ ...range, limit: "1" })).json);
    const asked = Object.fromEntries(new URL(next, "https://x").searchParams);
    expect(await list(asked)).toMatchObject({ status: 200 });
    expect(await list(asked, OTHER_GSTIN)).toMatchObject({ status: 400 });
    expect(await list({ ...asked, from: "2025-01-01T00:00:00+05:30" })).toMatchObject({ status: 400 });
  });
});

describe("GET /irn/{irn}/evidence", () => {
  it("has the document, what is on record of it, and what the signatures say", async () => {
    const { proof: audit, irn } = await registered();
    const { status, json } = await audit(irn);

    expect(status).toBe(200);
    expect(json).toMatchObject({
      document: { irn, status: "ACT", signedInvoice: expect.any(String), signedQrCode: expect.any(String) },
      registration: {
        requestId: expect.any(String),
        portal: "NIC1",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      verification: {
        signedInvoice: { isGenuine: true, isOfThisIrn: true, isAsAccepted: true, issuer: expect.any(String) },
        signedQrCode: { isGenuine: true, isOfThisIrn: true },
      },
    });
    expect(
      Pack.parse(json)
        .trail.map(({ kind }) => kind)
        .sort(),
    ).toEqual(["intent", "outcome"]);
  });

  it("says so when a copy is not genuine, with the reason", async () => {
    const { proof: audit, irn } = await registered();
    const openSigned = () => Promise.reject(new NotGenuine("signature verification failed"));
    const { json } = await audit(irn, {}, { openSigned });
    const problem = { isGenuine: false, problem: "signature verification failed" };
    expect(Pack.parse(json).verification).toMatchObject({ signedInvoice: problem, signedQrCode: problem });
  });

  it("shows the rest, and passes no verdict, while the portals' keys cannot be read", async () => {
    const { proof: audit, irn } = await registered();
    const openSigned = () => Promise.reject(new Error("fetch failed at secret.example"));
    const { status, json } = await audit(irn, {}, { openSigned });
    const unread = { problem: "the portals' keys could not be read; ask again" };
    expect(status).toBe(200);
    expect(Pack.parse(json).verification).toMatchObject({ signedInvoice: unread, signedQrCode: unread });
    expect(JSON.stringify(json)).not.toMatch(/isGenuine|secret\.example/);
  });

  it("sees a signed document that is not the one that was accepted", async () => {
    const { proof: audit, irn, rows, portal } = await registered();
    const document = rows.documents.get(irn);
    if (document?.reg) rows.documents.set(irn, { ...document, reg: { ...document.reg, docFp: "0".repeat(64) } });
    const { json } = await audit(irn, {}, { openSigned: portal.openSigned });
    expect(Pack.parse(json).verification).toMatchObject({ signedInvoice: { isGenuine: true, isAsAccepted: false } });
  });

  it("is nobody's but the owner's, in the words of what is not there", async () => {
    const { proof: audit, irn } = await registered();
    const ours = await audit("f".repeat(64));
    const theirs = await audit(irn, { gstin: OTHER_GSTIN });
    expect(ours).toMatchObject({ status: 404, json: { code: "not_found" } });
    expect({ ...(theirs.json as object), requestId: "" }).toEqual({ ...(ours.json as object), requestId: "" });
  });

  it("does not show the owner who else asked for the document", async () => {
    const { proof: audit, irn } = await registered();
    await audit(irn, { gstin: OTHER_GSTIN });
    const { trail } = Pack.parse((await audit(irn)).json);
    expect(trail.map(({ kind }) => kind).sort()).toEqual(["intent", "outcome"]);
  });
});

function byKind(one: { kind: string }, other: { kind: string }): number {
  return one.kind < other.kind ? -1 : 1;
}

function cursorOf(position: object): string {
  const bound = { v: 1, gstin: "27AAAZA0001A1ZM", from: "x", to: "y", ...position };
  return Buffer.from(JSON.stringify(bound)).toString("base64url");
}
