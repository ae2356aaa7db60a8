import { describe, expect, it } from "vitest";
import { KEY_LIFE_MS } from "../../shared/request/request.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { anApi, OTHER_GSTIN } from "./an-api.ts";

const KEY = { headers: { "idempotency-key": "key-1" } };
const REFUSED = { is: "refused", errors: [{ code: "2176", message: "Invalid HSN code" }] } as const;

describe("POST /irn", () => {
  it("answers 201 with the registration as soon as the portal has answered", async () => {
    const { post, portal, clock } = anApi();
    const { status, headers, json } = await post();

    const [[irn, signed] = []] = portal.registry;
    expect(status).toBe(201);
    expect(json).toEqual({
      ...{ irn, ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30", status: "ACT", mode: "test" },
      ...{ signedInvoice: signed?.signedInvoice, signedQrCode: signed?.signedQrCode, links: { self: `/irn/${irn}` } },
    });
    expect(headers).toMatchObject({ "content-type": "application/json", "x-request-id": expect.any(String) });
    expect(headers).not.toHaveProperty("idempotency-replayed");
    expect(clock.monotonicMs()).toBeLessThan(100);
  });

  it("answers 422 with what the portal found wrong", async () => {
    const { post, portal } = anApi();
    portal.will(REFUSED);
    const { status, headers, json } = await post();

    expect(status).toBe(422);
    expect(headers).toMatchObject({ "content-type": "application/problem+json" });
    expect(json).toMatchObject({ code: "refused_by_irp", errors: [{ irpCode: "2176", message: "Invalid HSN code" }] });
  });

  it("refuses a document of another GSTIN with 403, and accepts nothing", async () => {
    const { post, rows } = anApi();
    const { status, json } = await post(anInvoice(), { gstin: OTHER_GSTIN });
    expect([status, json]).toMatchObject([403, { code: "gstin_mismatch" }]);
    expect(rows.requests.size).toBe(0);
  });

  it("refuses a key that is none with 400, and accepts nothing", async () => {
    const { post, rows } = anApi();
    const { status, json } = await post(anInvoice(), { headers: { "idempotency-key": "two words" } });
    expect([status, json]).toMatchObject([400, { code: "malformed_header" }]);
    expect(rows.requests.size).toBe(0);
  });

  it("writes nothing for a document that breaks the schema, so that the corrected one may use the key", async () => {
    const { post, rows } = anApi();
    expect((await post(anInvoice({ ItemList: [] }), KEY)).status).toBe(422);
    expect(rows.requests.size).toBe(0);
    expect((await post(anInvoice(), KEY)).status).toBe(201);
  });

  it("sends the accepted body to the worker, members of the caller's own included", async () => {
    const { post, rows } = anApi();
    const own = { ...anInvoice(), InternalRef: "उदाहरण ₹ 😀" };
    expect((await post(own)).status).toBe(201);
    expect(JSON.parse([...rows.payloads.values()][0] ?? "")).toMatchObject({ body: { InternalRef: "उदाहरण ₹ 😀" } });
  });

  describe("with a key that was used before", () => {
    it("replays a registration byte for byte, and says so", async () => {
      const { post, portal } = anApi();
      const first = await post(anInvoice(), KEY);
      const second = await post(anInvoice(), KEY);

      expect(Buffer.from(second.body)).toEqual(Buffer.from(first.body));
      expect([second.status, second.headers["content-type"]]).toEqual([201, first.headers["content-type"]]);
      expect(second.headers["idempotency-replayed"]).toBe("true");
      expect(portal.calls).toHaveLength(1);
    });

    it("replays a refusal byte for byte, and says so", async () => {
      const { post, portal } = anApi();
      portal.will(REFUSED);
      const first = await post(anInvoice(), KEY);
      const second = await post(anInvoice(), KEY);

      expect(Buffer.from(second.body)).toEqual(Buffer.from(first.body));
      expect([second.status, second.headers["content-type"]]).toEqual([422, "application/problem+json"]);
      expect(second.headers["idempotency-replayed"]).toBe("true");
      expect(portal.calls).toHaveLength(1);
    });

    it("replays the registration after a later cancellation", async () => {
      const { post, rows } = anApi();
      const first = await post(anInvoice(), KEY);
      for (const [irn, document] of rows.documents) rows.documents.set(irn, { ...document, status: "CNL" });
      expect(await post(anInvoice(), KEY)).toMatchObject({ status: 201, body: first.body });
    });

    it("refuses another payload with 400", async () => {
      const { post } = anApi();
      await post(anInvoice(), KEY);
      const { status, json, headers } = await post(anInvoice({ docNo: "A/2" }), KEY);
      expect([status, json]).toMatchObject([400, { code: "idempotency_key_reused" }]);
      expect(headers).not.toHaveProperty("idempotency-replayed");
    });

    it("is free again 24 hours after the outcome: the document then answers for itself", async () => {
      const { post, clock } = anApi();
      const first = await post(anInvoice(), KEY);
      clock.advance(KEY_LIFE_MS + 10_000);
      const second = await post(anInvoice(), KEY);

      expect([second.status, second.body]).toEqual([200, first.body]);
      expect(second.headers).not.toHaveProperty("idempotency-replayed");
    });

    it("gives the same 202 to a twin that joins while the first is running", async () => {
      const api = anApi();
      api.working = false;
      const options = { headers: { ...KEY.headers, prefer: "wait=1" } };
      const first = await api.post(anInvoice(), options);
      const second = await api.post(anInvoice(), options);
      expect(second).toMatchObject({ status: 202, body: first.body });
      expect(second.headers["location"]).toBe(first.headers["location"]);
    });

    it("gives the same outcome, byte for byte, to a twin that joined", async () => {
      const api = anApi();
      api.portal.will(REFUSED);
      const twins = await Promise.all([api.post(anInvoice(), KEY), api.post(anInvoice(), KEY)]);
      expect(twins.map(({ status }) => status)).toEqual([422, 422]);
      expect(twins[1]?.body).toBe(twins[0]?.body);
    });
  });

  describe("of a document that is known", () => {
    it("answers 200 with the same bytes under another key", async () => {
      const { post, portal } = anApi();
      const first = await post(anInvoice(), KEY);
      const second = await post(anInvoice(), { headers: { "idempotency-key": "key-2" } });
      expect([second.status, second.body]).toEqual([200, first.body]);
      expect(portal.calls).toHaveLength(1);
    });

    it("answers 200 whatever the case of its number", async () => {
      const { post, portal } = anApi();
      const first = await post(anInvoice({ docNo: "a/1" }));
      expect(await post(anInvoice({ docNo: "A/1" }))).toMatchObject({ status: 200, body: first.body });
      expect(portal.calls).toHaveLength(1);
    });

    it("answers 409 and the IRN to another document of that number", async () => {
      const { post, portal } = anApi();
      await post();
      const { status, json } = await post(anInvoice({ ValDtls: { TotInvVal: 1181 } }));
      const [irn] = portal.registry.keys();
      expect([status, json]).toMatchObject([409, { code: "number_used", irn }]);
    });
  });

  describe("when the outcome is not there in time", () => {
    it("answers 202 with a place to look, after ten seconds if nothing else was asked for", async () => {
      const api = anApi();
      api.working = false;
      const { status, headers, json } = await api.post();

      const [{ rid } = { rid: "" }] = api.rows.requests.values();
      expect(status).toBe(202);
      expect(headers).toMatchObject({ location: `/requests/${rid}`, "retry-after": "2" });
      expect(json).toEqual({ id: rid, state: "queued", links: { self: `/requests/${rid}` } });
      expect(api.clock.monotonicMs()).toBe(10_000);
      expect((await api.get("requests", rid)).status).toBe(200);
    });

    it.each([
      ["wait=3", 3_000, "wait=3"],
      ["wait=0", 0, "wait=0"],
      ["wait=600", 25_000, "wait=25"],
      ["respond-async", 0, "respond-async"],
      ["handling=lenient", 10_000, undefined],
    ])("waits with `Prefer: %s` for %i ms, and says what it honoured", async (prefer, ms, applied) => {
      const api = anApi();
      api.working = false;
      const { status, headers } = await api.post(anInvoice(), { headers: { prefer } });
      expect([status, api.clock.monotonicMs(), headers["preference-applied"]]).toEqual([202, ms, applied]);
    });

    it("refuses a wait that is no number with 400, and accepts nothing", async () => {
      const { post, rows } = anApi();
      expect((await post(anInvoice(), { headers: { prefer: "wait=soon" } })).status).toBe(400);
      expect(rows.requests.size).toBe(0);
    });

    it("sends what nobody waits for the queued way, and everything else the direct way", async () => {
      const { post, queue } = anApi();
      await post();
      await post(anInvoice({ docNo: "A/2" }), { headers: { prefer: "respond-async" } });
      expect(queue.sent.map(({ flow }) => flow)).toEqual(["direct", "queued"]);
    });
  });

  describe("once the request is accepted", () => {
    it.each(["find", "accept"] as const)("answers 202 and nothing else when %s fails from then on", async (name) => {
      const { post, submitDeps, rows } = anApi();
      const { requests } = submitDeps;
      const broken = name === "find" ? failing(requests, "find") : failing(requests, "accept", "after");
      const { status, headers } = await post(anInvoice(), {}, { ...submitDeps, requests: broken });

      const [{ rid } = { rid: "" }] = rows.requests.values();
      expect(status).toBe(name === "find" ? 202 : 201);
      if (name === "find") expect(headers["location"]).toBe(`/requests/${rid}`);
    });

    it("answers 202 when the outcome is there and its bytes cannot be read", async () => {
      const { post, submitDeps } = anApi();
      const documents = failing(submitDeps.documents, "answer");
      expect((await post(anInvoice(), {}, { ...submitDeps, documents })).status).toBe(202);
    });

    it("answers 202 when the queue is down", async () => {
      const { post, queue } = anApi();
      queue.down = true;
      expect((await post()).status).toBe(202);
    });
  });

  it("answers 503 with Retry-After when nothing was accepted", async () => {
    const { post, submitDeps, rows } = anApi();
    const requests = failing(submitDeps.requests, "claim");
    const { status, headers, json } = await post(anInvoice(), {}, { ...submitDeps, requests });

    expect([status, json]).toMatchObject([503, { code: "store_unavailable" }]);
    expect(headers["retry-after"]).toBe("1");
    expect(rows.requests.size).toBe(0);
  });
});
