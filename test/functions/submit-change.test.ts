import { describe, expect, it } from "vitest";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { anApi, type CallOptions, OTHER_GSTIN } from "./an-api.ts";

const WHY = { reason: "order_cancelled", remarks: "Order withdrawn" };
const TRANSPORT = { Distance: 100, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };

async function setup(invoice: object = anInvoice()) {
  const api = anApi();
  const { irn } = (await api.post(invoice)).json as { irn: string };
  const onIrn = (action: "cancel" | "ewb", body: unknown, options: CallOptions = {}, of = irn) =>
    api.post(body, {
      ...{ path: `/irn/${of}/${action}`, routeKey: `POST /irn/{irn}/${action}`, params: { irn: of } },
      ...options,
    });
  const onBill = (ewbNo: string, body: unknown, options: CallOptions = {}) =>
    api.post(body, {
      ...{ path: `/ewb/${ewbNo}/cancel`, routeKey: "POST /ewb/{ewbNo}/cancel", params: { ewbNo } },
      ...options,
    });
  return { ...api, irn, onIrn, onBill };
}

describe("POST /irn/{irn}/cancel", () => {
  it("answers with the cancellation, and the document says so", async () => {
    const { onIrn, irn, get } = await setup();
    const answer = await onIrn("cancel", WHY);
    expect(answer).toMatchObject({ status: 200, json: { irn, status: "CNL", mode: "test", ...WHY } });
    expect(await get("irn", irn)).toMatchObject({ status: 200, json: { status: "CNL" } });
  });

  it("replays the first answer byte for byte under the same key, and refuses another payload under it", async () => {
    const { onIrn, portal } = await setup();
    const headers = { "idempotency-key": "cancel-1" };
    const first = await onIrn("cancel", WHY, { headers });
    const again = await onIrn("cancel", WHY, { headers });
    expect(again.body).toBe(first.body);
    expect(again.headers).toMatchObject({ "idempotency-replayed": "true" });
    const other = await onIrn("cancel", { ...WHY, reason: "other" }, { headers });
    expect(other).toMatchObject({ status: 400, json: { code: "idempotency_key_reused" } });
    expect(portal.changes).toHaveLength(1);
  });

  it("takes the IRN in the body too, and a key used for one IRN is no key for another", async () => {
    const { post, irn } = await setup();
    const second = (await post(anInvoice({ docNo: "INV/2" }))).json as { irn: string };
    const route = { path: "/irn/cancel", headers: { "idempotency-key": "k" } };
    expect(await post({ irn, ...WHY }, route)).toMatchObject({ status: 200, json: { irn, status: "CNL" } });
    expect(await post({ irn: second.irn, ...WHY }, route)).toMatchObject({
      status: 400,
      json: { code: "idempotency_key_reused" },
    });
  });

  it.each([
    ["63 characters", (irn: string) => irn.slice(1)],
    ["capitals", (irn: string) => irn.toUpperCase()],
    ["an IRN that nobody has", () => "0".repeat(64)],
  ])("knows no document of %s", async (_, change) => {
    const { onIrn, irn } = await setup();
    expect(await onIrn("cancel", WHY, {}, change(irn))).toMatchObject({ status: 404, json: { code: "not_found" } });
  });

  it("says no more of another GSTIN's document than of none", async () => {
    const { onIrn, irn } = await setup();
    const [foreign, none] = [
      await onIrn("cancel", WHY, { gstin: OTHER_GSTIN, requestId: "1" }),
      await onIrn("cancel", WHY, { gstin: OTHER_GSTIN, requestId: "1" }, "0".repeat(64)),
    ];
    expect(foreign.status).toBe(404);
    expect(foreign.json).toEqual(none.json);
    expect(foreign.body).not.toContain(irn);
  });

  it.each([
    ["an unknown reason", { ...WHY, reason: "1" }, ["reason"]],
    ["no remarks, and a member that is none", { reason: "other", why: "x" }, ["remarks", ""]],
    ["101 characters", { ...WHY, remarks: "x".repeat(101) }, ["remarks"]],
    ["a list", [], [""]],
  ])("refuses %s with every finding", async (_, body, paths) => {
    const { onIrn } = await setup();
    const { status, json } = await onIrn("cancel", body);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: "invalid_body", errors: paths.map((path) => ({ path })) });
  });

  it("is not possible after 24 hours, and says what is", async () => {
    const { onIrn, clock } = await setup();
    clock.advance(25 * 3_600_000);
    const answer = await onIrn("cancel", WHY);
    expect(answer).toMatchObject({ status: 409, json: { code: "cancel_window_closed" } });
    expect(answer.json).toHaveProperty("detail", expect.stringContaining("POST /cdnr"));
  });

  it("leaves a number that can never be used again: 409 number_used", async () => {
    const { onIrn, post, irn } = await setup();
    await onIrn("cancel", WHY);
    expect(await post(anInvoice())).toMatchObject({ status: 409, json: { code: "number_used", irn } });
  });

  it("does not change what the registration's key replays", async () => {
    const { post, onIrn } = await setup(anInvoice({ docNo: "OTHER" }));
    const headers = { "idempotency-key": "reg" };
    const first = await post(anInvoice(), { headers });
    const { irn } = first.json as { irn: string };
    await onIrn("cancel", WHY, {}, irn);
    const replay = await post(anInvoice(), { headers });
    expect([replay.status, replay.body]).toEqual([201, first.body]);
  });

  it("with respond-async is accepted and can be followed", async () => {
    const { onIrn, workOff, get } = await setup();
    const accepted = await onIrn("cancel", WHY, { headers: { prefer: "respond-async" } });
    expect(accepted.status).toBe(202);
    const { id } = accepted.json as { id: string };
    await workOff();
    expect(await get("requests", id)).toMatchObject({
      status: 200,
      json: { operation: "cancel", state: "done", status: 200, result: { status: "CNL" } },
    });
  });
});

describe("POST /irn/{irn}/ewb", () => {
  it("answers with the bill, which can then be cancelled by its number", async () => {
    const { onIrn, onBill, irn } = await setup();
    const made = await onIrn("ewb", TRANSPORT);
    expect(made).toMatchObject({ status: 201, json: { irn, status: "ACT", ewbNo: "181000000001", distanceKm: 12 } });
    expect(await onIrn("cancel", WHY)).toMatchObject({
      status: 409,
      json: { code: "eway_bill_active", ewbNo: "181000000001" },
    });
    const cancelled = await onBill("181000000001", WHY);
    expect(cancelled).toMatchObject({ status: 200, json: { ewbNo: "181000000001", status: "CNL" } });
    expect(await onIrn("cancel", WHY)).toMatchObject({ status: 200 });
  });

  it("is judged by the rules with the document that was registered: none for services alone", async () => {
    const service = anItem({ IsServc: "Y", HsnCd: "998314" });
    const { onIrn, portal } = await setup(anInvoice({ ItemList: [service] }));
    const answer = await onIrn("ewb", TRANSPORT);
    expect(answer).toMatchObject({
      status: 422,
      json: { code: "invalid_body", errors: [{ irpCode: "4009", path: "", severity: "error" }] },
    });
    expect(portal.changes).toEqual([]);
  });

  it("refuses everything that is wrong with the transport at once, by the paths of the request", async () => {
    const { onIrn } = await setup();
    const { json } = await onIrn("ewb", { Distance: 4001, TransMode: "5", VehNO: "x" });
    expect((json as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([
      "Distance",
      "TransMode",
      "",
    ]);
    const missing = await onIrn("ewb", { Distance: 100, TransMode: "1" });
    expect(missing).toMatchObject({ json: { errors: [{ path: "VehNo" }, { path: "VehType" }] } });
  });

  it("asks for the scope of e-way bills, and of another GSTIN's document knows nothing", async () => {
    const { onIrn } = await setup();
    expect(await onIrn("ewb", TRANSPORT, { gstin: OTHER_GSTIN })).toMatchObject({ status: 404 });
  });

  it("keeps its answer for its key though the document can have no bill any more", async () => {
    const { onIrn, clock } = await setup();
    const headers = { "idempotency-key": "bill" };
    const TransDocDt = "18/08/2026";
    const body = { Distance: 100, TransMode: "2", TransDocNo: "RR1", TransDocDt };
    const first = await onIrn("ewb", body, { headers });
    expect(first.status).toBe(201);
    clock.advance(3_600_000);
    expect((await onIrn("ewb", body, { headers })).body).toBe(first.body);
  });
});

describe("POST /ewb/{ewbNo}/cancel", () => {
  it.each(["181000000999", "12", "18100000000x"])("knows no bill %s", async (ewbNo) => {
    const { onBill } = await setup();
    expect(await onBill(ewbNo, WHY)).toMatchObject({ status: 404, json: { code: "not_found" } });
  });

  it("of another GSTIN is not there, and 51 characters are too many for the e-way bill system", async () => {
    const { onIrn, onBill } = await setup();
    await onIrn("ewb", TRANSPORT);
    expect(await onBill("181000000001", WHY, { gstin: OTHER_GSTIN })).toMatchObject({ status: 404 });
    expect(await onBill("181000000001", { ...WHY, remarks: "x".repeat(51) })).toMatchObject({ status: 422 });
  });
});

describe("POST /cdnr", () => {
  const cdnr = { path: "/cdnr" };

  it.each(["CRN", "DBN"] as const)("registers a %s like POST /irn", async (Typ) => {
    const { post } = await setup();
    const invoice = anInvoice({ docNo: "N-1" });
    const note = { ...invoice, DocDtls: { ...invoice.DocDtls, Typ } };
    const first = await post(note, cdnr);
    expect(first).toMatchObject({ status: 201 });
    expect(await post(note)).toMatchObject({ status: 200, body: first.body });
  });

  it("takes no invoice", async () => {
    const { post } = await setup();
    expect(await post(anInvoice({ docNo: "X-1" }), cdnr)).toMatchObject({
      status: 422,
      json: { code: "wrong_document_type" },
    });
  });
});
