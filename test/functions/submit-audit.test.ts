import { describe, expect, it } from "vitest";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
import { anApi } from "./an-api.ts";

const KEY = { headers: { "idempotency-key": "k-1" } };
const WITH_WAIT = { headers: { ...KEY.headers, prefer: "wait=1" } };

describe("what is on record of a registration", () => {
  it("is its intent, then its outcome, and nothing of the call itself", async () => {
    const { post, trail } = anApi();
    const { json } = await post(anInvoice(), KEY);

    const { irn } = json as { irn: string };
    const [intent, outcome, ...more] = trail.records();
    expect(intent).toMatchObject({
      kind: "intent",
      gstin: GSTIN,
      irn,
      op: "register",
      flow: "direct",
      route: "POST /irn",
    });
    expect(outcome).toMatchObject({ kind: "outcome", gstin: GSTIN, irn, status: 201 });
    expect(outcome?.rid).toBe(intent?.rid);
    expect(more).toEqual([]);
  });

  it("tells a replay and a call that joins from the one that was accepted, under its request", async () => {
    const { post, trail } = anApi();
    await Promise.all([post(anInvoice(), KEY), post(anInvoice(), KEY)]);
    await post(anInvoice(), KEY);

    const records = trail.records();
    const rids = new Set(records.map(({ rid }) => rid));
    expect(rids.size).toBe(1);
    expect(records.filter(({ kind }) => kind === "intent")).toHaveLength(1);
    expect(records.filter(({ kind }) => kind === "call")).toMatchObject([{ status: 201 }, { status: 201 }]);
  });

  it("names the portal's codes of a refusal", async () => {
    const { post, trail, portal } = anApi();
    portal.will({ is: "refused", errors: [{ code: "2176", message: "m" }] });
    await post(anInvoice(), KEY);
    expect(trail.records().at(-1)).toMatchObject({
      kind: "outcome",
      status: 422,
      code: "refused_by_irp",
      irpCodes: ["2176"],
    });
  });

  it("is the call alone where the rules refuse it, with its IRN", async () => {
    const { post, trail } = anApi();
    const invoice = anInvoice();
    await post({ ...invoice, ValDtls: { ...invoice.ValDtls, TotInvVal: 1 } }, KEY);
    expect(trail.records()).toMatchObject([
      { kind: "call", status: 422, code: "invalid_document", irn: expect.any(String) },
    ]);
  });
});

describe("while the audit trail cannot be written", () => {
  it("nothing is accepted, 503, and the key stays free", async () => {
    const { post, trail, queue, portal } = anApi();
    trail.down = true;
    expect(await post(anInvoice(), WITH_WAIT)).toMatchObject({ status: 503, json: { code: "store_unavailable" } });
    expect(queue.sent).toEqual([]);
    expect(portal.registry.size).toBe(0);

    trail.down = false;
    expect(await post(anInvoice(), WITH_WAIT)).toMatchObject({ status: 201 });
  });

  it("what was accepted before gets its outcome and its answer", async () => {
    const api = anApi();
    api.working = false;
    expect(await api.post(anInvoice(), WITH_WAIT)).toMatchObject({ status: 202 });
    api.trail.down = true;
    await api.workOff();
    expect(await api.post(anInvoice(), WITH_WAIT)).toMatchObject({ status: 201 });
    expect(api.trail.lost).toMatchObject([{ kind: "outcome", status: 201 }]);
  });

  it("what is read is shown", async () => {
    const { post, get, trail } = anApi();
    const { json } = await post(anInvoice(), KEY);
    trail.down = true;
    expect(await get("irn", (json as { irn: string }).irn)).toMatchObject({ status: 200 });
  });
});

it("is accepted only once its intent stands: a payload that is not saved leaves an intent alone", async () => {
  const { post, trail, submitDeps, rows } = anApi();
  const requests = failing(submitDeps.requests, "savePayload");
  expect(await post(anInvoice(), KEY, { ...submitDeps, requests })).toMatchObject({ status: 503 });
  expect(trail.records().map(({ kind }) => kind)).toEqual(["intent", "call"]);
  expect(rows.requests.size).toBe(0);
});
