import { describe, expect, it } from "vitest";
import type { Document } from "../../shared/document/document.ts";
import { KEY_LIFE_MS, SKEW_MS } from "../../shared/request/request.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { anApi, OTHER_GSTIN } from "./an-api.ts";

const ASYNC = { headers: { prefer: "respond-async", "idempotency-key": "key-1" } };

async function anAcceptedRequest() {
  const api = anApi();
  await api.post(anInvoice(), ASYNC);
  const [{ rid, irn } = { rid: "", irn: "" }] = api.rows.requests.values();
  return { ...api, rid, irn };
}

describe("GET /requests/{id}", () => {
  it("says that an accepted request is queued", async () => {
    const { get, rid, irn } = await anAcceptedRequest();
    const { status, json } = await get("requests", rid);
    const createdAt = "2026-08-18T14:30:00+05:30";
    expect(status).toBe(200);
    expect(json).toEqual({
      id: rid,
      operation: "register",
      state: "queued",
      irn,
      createdAt,
      links: { self: `/requests/${rid}` },
    });
  });

  it("shows the registration once it is done", async () => {
    const { get, rid, irn, workOff, documents } = await anAcceptedRequest();
    await workOff();
    const { json } = await get("requests", rid);
    const result = JSON.parse((await documents.answer(irn)) ?? "");
    expect(json).toMatchObject({ id: rid, state: "done", status: 201, result });
  });

  it("shows the problem once it is refused", async () => {
    const { get, rid, workOff, portal } = await anAcceptedRequest();
    portal.will({ is: "refused", errors: [{ code: "2176", message: "Invalid HSN code" }] });
    await workOff();
    const problem = { code: "refused_by_irp", errors: [{ irpCode: "2176" }] };
    expect((await get("requests", rid)).json).toMatchObject({ state: "failed", status: 422, problem });
  });

  const until = new Date("2026-08-18T09:00:00.000Z").getTime();
  const submission = { op: "register", portal: "NIC1", at: 1, since: 1, n: 1, looks: 0 } as const;
  const sub = (rid: string) => ({ rid, docFp: "doc-fp" });
  const held: [string, (rid: string) => Partial<Document>, string][] = [
    ["a worker has its document", () => ({ lock: { worker: "w", until } }), "running"],
    ["the clocks may differ", () => ({ lock: { worker: "w", until: until - SKEW_MS } }), "running"],
    ["the worker's lease is over", () => ({ lock: { worker: "w", until: until - SKEW_MS - 1 } }), "queued"],
    [
      "its submission is open",
      (rid) => ({ pending: { ...submission, rid: "x", subs: [sub("x"), sub(rid)] } }),
      "running",
    ],
    ["another's is", () => ({ pending: { ...submission, rid: "x", subs: [sub("x")] } }), "queued"],
    ["nothing is", () => ({}), "queued"],
  ];
  it.each(held)("knows whether %s", async (_, document, state) => {
    const { get, read, rid, irn, rows } = await anAcceptedRequest();
    rows.documents.set(irn, { v: 1, irn, ownerGstin: GSTIN, seq: 0, ...document(rid) });
    expect((await get("requests", rid)).json).toMatchObject({ id: rid, state });
    expect((await read("/requests")).json).toMatchObject({ requests: [{ id: rid, state }] });
  });

  it("is not there for another GSTIN, in the very words of one that does not exist", async () => {
    const { get, rid } = await anAcceptedRequest();
    const requestId = "same";
    const others = await get("requests", rid, { gstin: OTHER_GSTIN, requestId });
    const nobodys = await get("requests", `${rid}x`, { requestId });

    expect(others.status).toBe(404);
    expect([others.status, others.body]).toEqual([nobodys.status, nobodys.body]);
  });

  it("is not there while it is only claimed", async () => {
    const { get, rid, rows } = await anAcceptedRequest();
    const [[key, request] = ["", undefined]] = rows.requests;
    if (request) rows.requests.set(key, { ...request, state: "CLAIMED" });
    expect((await get("requests", rid)).status).toBe(404);
  });

  it("is not there once its key has begun another life", async () => {
    const { get, post, rid, workOff, clock, rows } = await anAcceptedRequest();
    await workOff();
    clock.advance(KEY_LIFE_MS + 10_000);
    await post(anInvoice({ docNo: "A/2" }), ASYNC);
    const [{ rid: later } = { rid: "" }] = rows.requests.values();

    expect((await get("requests", rid)).status).toBe(404);
    expect((await get("requests", later)).status).toBe(200);
  });

  it.each([
    ["a word", "x"],
    ["a short key", "a.b"],
    ["a key without a nonce", `${"k".repeat(43)}.`],
    ["more than a key can hold", "1".repeat(3000)],
  ])("is not looked for under %s", async (_, id) => {
    const { get, common } = anApi();
    expect((await get("requests", id, {}, { ...common, requests: failing(common.requests, "find") })).status).toBe(404);
  });
});
