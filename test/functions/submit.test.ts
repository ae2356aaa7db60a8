import { describe, expect, it } from "vitest";
import { KEY_LIFE_MS } from "../../shared/request/request.ts";
import { anInvoice } from "../fakes/an-invoice.ts";
import { failing } from "../fakes/failing.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { memoryWaitingRoom } from "../fakes/memory-waiting-room.ts";
import { GSTIN } from "../shared/oauth/a-token.ts";
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

  it("answers 422 at once when the portal refused this very document for good, and does not ask it again", async () => {
    const { post, portal, clock, queue } = anApi();
    portal.will(REFUSED);
    const first = await post();
    clock.advance(60_000);
    const again = await post(anInvoice(), KEY);
    expect([again.status, again.json]).toMatchObject([422, { code: "refused_by_irp", errors: [{ irpCode: "2176" }] }]);
    expect(again.json).toEqual({ ...Object(first.json), requestId: expect.any(String) });
    expect([portal.calls.length, queue.sent.length]).toEqual([1, 1]);

    clock.advance(KEY_LIFE_MS);
    await post(anInvoice(), KEY);
    expect(portal.calls).toHaveLength(2);
  });

  describe("on the GSTIN's shared limit", () => {
    /** Two calls at once, one of them for direct calls alone, then one every ten seconds. */
    const SLOW = { policies: onePolicy({ calls: 6, perSeconds: 60, burst: 2, reserve: 1 }) };

    it("answers 429 with the time to come again, accepts nothing and leaves the key unused", async () => {
      const { post, rows, queue, clock } = anApi(SLOW);
      await post(anInvoice({ docNo: "A/1" }));
      await post(anInvoice({ docNo: "A/2" }));
      const refused = await post(anInvoice({ docNo: "A/3" }), KEY);

      expect([refused.status, refused.json]).toMatchObject([429, { code: "rate_limited", title: expect.any(String) }]);
      expect(refused.headers).toMatchObject({
        "retry-after": "10",
        "ratelimit-policy": '"gstin";q=6;w=60',
        ratelimit: '"gstin";r=0;t=20',
      });
      expect([rows.requests.size, rows.payloads.size, queue.sent.length]).toEqual([2, 2, 2]);
      clock.advance(10_000);
      expect((await post(anInvoice({ docNo: "A/4" }), KEY)).status).toBe(201);
    });

    it("replays, joins and knows what is registered without a slot", async () => {
      const { post } = anApi(SLOW);
      await post(anInvoice({ docNo: "A/1" }), KEY);
      await post(anInvoice({ docNo: "A/2" }));
      expect((await post(anInvoice({ docNo: "A/1" }), KEY)).status).toBe(201);
      expect((await post(anInvoice({ docNo: "A/1" }))).status).toBe(200);
      expect((await post(anInvoice({ docNo: "A/3" }))).status).toBe(429);
    });

    it("queues what need not be answered now, and says when it starts at the earliest", async () => {
      const api = anApi(SLOW);
      api.working = false;
      const queued = (docNo: string) => api.post(anInvoice({ docNo }), { headers: { prefer: "respond-async" } });
      const answers = [await queued("A/1"), await queued("A/2"), await queued("A/3")];
      expect(answers.map(({ status, json }) => [status, Object(json).startsAt])).toEqual([
        [202, "2026-08-18T14:30:00+05:30"],
        [202, "2026-08-18T14:30:10+05:30"],
        [202, "2026-08-18T14:30:20+05:30"],
      ]);
      expect(answers[2]?.headers).toMatchObject({ "preference-applied": "respond-async", "retry-after": "20" });
      expect((await api.post(anInvoice({ docNo: "A/4" }))).status).toBe(202);
    });

    it("keeps in the table what cannot start for three minutes, until shortly before it can", async () => {
      const api = anApi(SLOW);
      api.working = false;
      for (let n = 1; n <= 25; n++) {
        await api.post(anInvoice({ docNo: `A/${n}` }), { headers: { prefer: "respond-async" } });
      }
      expect(api.queue.sent).toHaveLength(19);
      const waits = [...api.rows.requests.values()].map(
        ({ sweepAt = 0 }) => (sweepAt - api.clock.now().getTime()) / 1000,
      );
      expect(waits.slice(18)).toEqual([300, 70, 80, 90, 100, 110, 120]);
    });

    it("answers 429 with a code of its own when too many wait", async () => {
      const { post, submitDeps, rows } = anApi();
      const budget = { ...submitDeps.budget, queue: async () => "full" as const };
      const { status, headers, json } = await post(
        anInvoice(),
        { headers: { prefer: "respond-async", "idempotency-key": "k" } },
        { ...submitDeps, budget },
      );
      expect([status, json]).toMatchObject([429, { code: "backlog_full" }]);
      expect(headers).toHaveProperty("retry-after");
      expect(rows.requests.size).toBe(0);
    });

    it("answers 503 when the budget cannot be asked, and accepts nothing", async () => {
      const { post, submitDeps, rows } = anApi();
      const { status, json } = await post(anInvoice(), KEY, {
        ...submitDeps,
        budget: failing(submitDeps.budget, "take"),
      });
      expect([status, json]).toMatchObject([503, { code: "store_unavailable" }]);
      expect(rows.requests.size).toBe(0);
    });
  });

  it("does not wait while nothing is sent for the GSTIN, and says until when and why", async () => {
    const { post, clock, submitDeps } = anApi();
    const choice = { choose: async () => ({ openUntil: new Date(clock.now().getTime() + 30_000), reason: "down" }) };
    const { status, headers, json } = await post(anInvoice(), {}, { ...submitDeps, choice });
    expect([status, clock.monotonicMs()]).toEqual([202, 0]);
    expect(headers).toMatchObject({ location: expect.stringMatching(/^\/requests\//), "retry-after": "30" });
    const until = "2026-08-18T14:30:30+05:30";
    expect(json).toMatchObject({ startsAt: until, paused: { until, reason: "down" } });
  });

  it("waits as ever when nobody knows whether something is sent", async () => {
    const { post, submitDeps } = anApi();
    const choice = { choose: () => Promise.reject(new Error("the table is throttled")) };
    expect((await post(anInvoice(), {}, { ...submitDeps, choice })).status).toBe(201);
  });

  it("answers 202 after a second when too many wait already", async () => {
    const api = anApi();
    api.working = false;
    const waitingRoom = memoryWaitingRoom(0);
    const { status } = await api.post(anInvoice(), {}, { ...api.submitDeps, waitingRoom });
    expect(status).toBe(202);
    expect(api.clock.monotonicMs()).toBeLessThan(1_500);
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
      ["handling=lenient", 10_000, "handling=lenient"],
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
    it("answers 202 and nothing else when outcomes cannot be looked for from then on", async () => {
      const { post, submitDeps, rows } = anApi();
      const deps = { ...submitDeps, outcomes: failing(submitDeps.outcomes, "look") };
      const { status, headers } = await post(anInvoice(), {}, deps);

      const [{ rid } = { rid: "" }] = rows.requests.values();
      expect(status).toBe(202);
      expect(headers["location"]).toBe(`/requests/${rid}`);
    });

    it("answers 201 though the acceptance itself went unanswered", async () => {
      const { post, submitDeps } = anApi();
      const deps = { ...submitDeps, requests: failing(submitDeps.requests, "accept", "after") };
      expect((await post(anInvoice(), {}, deps)).status).toBe(201);
    });

    describe("and its outcome was seen without the document's answer", () => {
      function blindApi() {
        const { post, submitDeps } = anApi();
        const { outcomes } = submitDeps;
        async function look(request: Parameters<typeof outcomes.look>[0]) {
          const ended = await outcomes.look(request);
          return ended && { ...ended, answer: undefined };
        }
        return { post, deps: { ...submitDeps, outcomes: { look } } };
      }

      it("answers 201 with the bytes, read by themselves", async () => {
        const { post, deps } = blindApi();
        const { status, json } = await post(anInvoice(), {}, deps);
        expect([status, json]).toMatchObject([201, { ackNo: "112610000000001" }]);
      });

      it("answers 202 when they cannot be read", async () => {
        const { post, deps } = blindApi();
        const documents = failing(deps.documents, "answer");
        expect((await post(anInvoice(), {}, { ...deps, documents })).status).toBe(202);
      });
    });

    it("answers 202 to a replay, and 503 to a stranger, when the stored bytes cannot be read", async () => {
      const { post, submitDeps } = anApi();
      await post(anInvoice(), KEY);
      const deps = { ...submitDeps, documents: failing(submitDeps.documents, "answer") };
      const replay = await post(anInvoice(), KEY, deps);
      expect(replay.status).toBe(202);
      expect(replay.headers).toMatchObject({ location: expect.stringMatching(/^\/requests\//) });
      expect((await post(anInvoice(), {}, deps)).json).toMatchObject({ status: 503, code: "store_unavailable" });
      expect((await post(anInvoice(), KEY)).headers).toMatchObject({ "idempotency-replayed": "true" });
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

describe("a document that the rules refuse", () => {
  it("is answered with every finding, its path and code, and without what was sent", async () => {
    const { ItemList, ...rest } = anInvoice();
    const DocDtls = { Typ: "INV", No: "0" };
    const broken = { ...rest, ItemList: [{ ...ItemList[0], HsnCd: "secret-hsn", AssAmt: 1 }], DocDtls };
    const { post, queue } = anApi();

    const { status, json, body } = await post(broken);

    expect(status).toBe(422);
    expect(json).toMatchObject({
      code: "invalid_document",
      errors: expect.arrayContaining([
        expect.objectContaining({ path: "ItemList[0].HsnCd", code: "SCHEMA", irpCode: "5002" }),
        expect.objectContaining({ path: "ItemList[0].AssAmt", code: "A-2", irpCode: "2193" }),
        expect.objectContaining({ path: "DocDtls.Dt", severity: "error" }),
      ]),
    });
    expect(body).not.toContain("secret-hsn");
    expect(queue.sent).toEqual([]);
  });

  it("is answered with warnings and e-way bill findings too, though they alone would refuse nothing", async () => {
    const { ValDtls } = anInvoice();
    const remarked = { ...anInvoice(), Remark: "x", EwbDtls: { Distance: 10 } };
    const { post } = anApi();

    const { json } = await post({ ...remarked, ValDtls: { ...ValDtls, TotInvVal: 5 } });

    const severities = (json as { errors: { severity: string }[] }).errors.map(({ severity }) => severity);
    expect(severities.toSorted()).toEqual(["error", "ewb", "warning"]);
    expect((await post(remarked)).status).toBe(201);
  });

  it.each([null, [], 5, "text", true])("%j is no document", async (body) => {
    const { status, json } = await anApi().post(JSON.stringify(body));
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: "invalid_document", errors: [expect.objectContaining({ path: "" })] });
  });

  it("is judged by the profile of its supplier", async () => {
    const { post, profiles } = anApi();
    const old = anInvoice({ docDate: "01/05/2026" });
    expect((await post(old)).json).toMatchObject({ errors: [expect.objectContaining({ code: "D-5" })] });

    await profiles.save(GSTIN, { turnoverCrore: 5 });
    expect((await post(old)).status).toBe(201);
  });

  it("goes to the portal with Prefer: handling=lenient, unless its shape is broken", async () => {
    const { post, portal } = anApi();
    const headers = { prefer: "handling=lenient" };
    const { ValDtls } = anInvoice();
    const wrongTotal = anInvoice({ ValDtls: { ...ValDtls, TotInvVal: 5 } });

    expect((await post(wrongTotal)).status).toBe(422);
    const { status, headers: answered } = await post(wrongTotal, { headers });
    expect([status, answered?.["preference-applied"]]).toEqual([201, "handling=lenient"]);
    expect((await post({ ...anInvoice(), Version: 1 }, { headers })).status).toBe(422);
    expect(portal.calls).toHaveLength(1);
  });

  it("keeps the answer that it got before today's rules refused it, by its key and by its number", async () => {
    const { post, clock } = anApi();
    const keyed = { headers: { "idempotency-key": "k" } };
    const first = await post(anInvoice(), keyed);
    const days = (count: number) => count * 24 * 60 * 60 * 1000;

    clock.advance(days(40));
    const again = await post(anInvoice(), { headers: { "idempotency-key": "another" } });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toBe(first.body);
    const other = await post(anInvoice({ docNo: "OTHER/1" }), { headers: { "idempotency-key": "third" } });
    expect(other.status).toBe(422);
  });

  it("replays under its key what the portal answered, while the key lives", async () => {
    const { post, portal, profiles } = anApi();
    await profiles.save(GSTIN, { turnoverCrore: 5 });
    portal.will({ is: "refused", errors: [{ code: "2305", message: "too old" }] });
    const keyed = { headers: { "idempotency-key": "k" } };
    const old = anInvoice({ docDate: "01/05/2026" });
    const first = await post(old, keyed);

    await profiles.save(GSTIN, { turnoverCrore: 10 });
    const replay = await post(old, keyed);

    expect([first.status, replay.status]).toEqual([422, 422]);
    expect(replay.body).toBe(first.body);
    expect(replay.headers?.["idempotency-replayed"]).toBe("true");
  });
});
