import { describe, expect, it } from "vitest";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import type { WorkDeps } from "../../../shared/request/job.ts";
import { KEY_LIFE_MS, SKEW_MS } from "../../../shared/request/request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing, repeating } from "../../fakes/failing.ts";
import { aSubmission } from "./a-submission.ts";
import { aWorker, CALL_TIMEOUT_MS, LEASE_MS } from "./a-worker.ts";

const PARK_MS = 60_000;
const DONE = { is: "done" };
const REFUSED = { is: "refused", errors: [{ code: "2176", message: "Invalid HSN code" }] } as const;

function setup() {
  const worker = aWorker();
  const storedEvents = () => [...worker.rows.events.values()].map(({ event }) => event);
  return { ...worker, storedEvents };
}

describe("work", () => {
  describe("on a document that the portal registers", () => {
    it("registers it, freezes the answer, tells the bus and finishes the request with 201", async () => {
      const { accept, run, requests, documents, bus, portal, clock } = setup();
      const { rid, irn } = await accept();
      expect(await run(rid)).toEqual(DONE);

      const ack = { ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30" };
      const document = await documents.find(irn);
      expect(document).toMatchObject({ status: "ACT", seq: 1, reg: { rid, portal: "NIC1", ...ack } });
      expect(document).not.toHaveProperty("lock");
      expect(document).not.toHaveProperty("pending");
      const { signedInvoice, signedQrCode } = portal.registry.get(irn) ?? {};
      const links = { self: `/irn/${irn}` };
      const answer = { irn, ...ack, status: "ACT", mode: "test", signedInvoice, signedQrCode, links };
      expect(await documents.answer(irn)).toBe(JSON.stringify(answer));
      expect(bus.published).toHaveLength(1);
      expect(await requests.find(rid)).toMatchObject({
        state: "FINAL",
        outcome: { kind: "registered", status: 201, irn },
        expiresAt: (clock.now().getTime() + KEY_LIFE_MS) / 1000,
      });
    });

    it("sends the accepted document for its GSTIN to the configured portal, once", async () => {
      const { accept, run, portal } = setup();
      const { rid } = await accept();
      await run(rid);
      await run(rid);
      expect(portal.calls).toMatchObject([
        { call: { gstin: "27AAAZA0001A1ZM", portal: "NIC1" }, invoice: anInvoice() },
      ]);
    });

    it("counts a document whose number comes back in capitals, or that had nulls, as the same", async () => {
      const { accept, run, requests } = setup();
      const { rid } = await accept(anInvoice({ docNo: "inv/a-1", RefDtls: { InvRm: null } }));
      await run(rid);
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL" });
    });

    it("puts an event whose id and time come from the registration, with nothing of the signed copies", async () => {
      const { accept, run, storedEvents, portal } = setup();
      const { rid, irn } = await accept();
      await run(rid);

      const [event] = storedEvents();
      expect(event).toEqual({
        v: 1,
        id: `irn-generated-${irn}`,
        gstin: "27AAAZA0001A1ZM",
        type: "irn.generated",
        timestamp: "2026-08-18T14:30:00+05:30",
        data: {
          ...{ irn, ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30", status: "ACT", mode: "test" },
          ...{ requestId: rid, docType: "INV", docNo: "INV/26-27/001", docDate: "18/08/2026", seq: 1 },
          links: { document: `/irn/${irn}` },
        },
      });
      const { signedInvoice = "?", signedQrCode = "?" } = portal.registry.get(irn) ?? {};
      expect(JSON.stringify(event)).not.toContain(signedInvoice);
      expect(JSON.stringify(event)).not.toContain(signedQrCode);
    });

    it("publishes the event that is stored", async () => {
      const { accept, run, storedEvents, bus } = setup();
      await run((await accept()).rid);
      expect(bus.published).toEqual(storedEvents());
    });
  });

  describe("when the registration is interrupted", () => {
    it("fails while the bus is down: the event row is there, and the request is not finished", async () => {
      const { accept, run, requests, storedEvents, bus } = setup();
      const { rid } = await accept();
      bus.down = true;

      await expect(run(rid)).rejects.toThrow("the event bus refused the entry");
      expect(storedEvents()).toHaveLength(1);
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
    });

    it("tells the bus before it finishes the request when the message comes again", async () => {
      const { accept, run, requests, storedEvents, bus, portal } = setup();
      const { rid, irn } = await accept();
      bus.down = true;
      await run(rid).catch(() => undefined);
      await expect(run(rid)).rejects.toThrow("the event bus refused the entry");
      bus.down = false;

      expect(await run(rid)).toEqual(DONE);
      expect(bus.published).toEqual(storedEvents());
      expect(bus.published).toMatchObject([{ id: `irn-generated-${irn}` }]);
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { status: 201 } });
      expect(portal.calls).toHaveLength(1);
    });

    it.each(["freezeAnswer", "register"] as const)("leaves the request open when %s fails", async (name) => {
      const { accept, run, requests, documents, bus } = setup();
      const { rid, irn } = await accept();
      await expect(run(rid, { documents: failing(documents, name) })).rejects.toThrow(`${name} failed`);

      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
      expect(await documents.find(irn)).toMatchObject({ pending: { rid } });
      expect(bus.published).toEqual([]);
    });

    it("registers nothing before the event row is there", async () => {
      const { accept, run, requests, documents, events } = setup();
      const { rid, irn } = await accept();
      await expect(run(rid, { events: failing(events, "append") })).rejects.toThrow();

      expect(await documents.find(irn)).not.toHaveProperty("reg");
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
    });

    it("derives the outcome from the registration when it died before finishing, even if cancelled meanwhile", async () => {
      const { accept, run, requests, rows } = setup();
      const { rid, irn } = await accept();
      await run(rid, { requests: failing(requests, "finish") }).catch(() => undefined);
      const document = rows.documents.get(irn);
      if (document) rows.documents.set(irn, { ...document, status: "CNL" });

      expect(await run(rid)).toEqual(DONE);
      expect((await requests.find(rid))?.outcome).toEqual({ kind: "registered", status: 201, irn });
    });

    it("keeps one event and one answer when the message comes again at any point", async () => {
      const { accept, run, documents, storedEvents, requests } = setup();
      const { rid, irn } = await accept();
      await run(rid, { documents: failing(documents, "register", "after") }).catch(() => undefined);
      const answer = await documents.answer(irn);
      await run(rid);
      await run(rid);

      expect(await documents.answer(irn)).toBe(answer);
      expect(storedEvents()).toHaveLength(1);
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { status: 201 } });
    });

    it.each(["submit", "freezeAnswer", "register", "unlock"] as const)(
      "does not mind a %s that the SDK repeated",
      async (name) => {
        const { accept, run, documents, requests, bus, portal } = setup();
        const { rid } = await accept();
        const repeated = { documents: repeating(documents, name) };
        const first = await run(rid, repeated);
        if (first.is === "hand-back") await run(rid, repeated);

        expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { status: 201 } });
        expect(portal.calls).toHaveLength(1);
        expect(bus.published).toHaveLength(1);
      },
    );

    it("is fenced by the worker that took the document over, and changes nothing more", async () => {
      const { accept, run, requests, documents, bus, rows, portal, clock } = setup();
      const { rid, irn } = await accept();
      const other = { worker: "other", until: clock.now().getTime() + 2 * LEASE_MS };
      const takeOver = () => {
        const document = rows.documents.get(irn);
        if (document) rows.documents.set(irn, { ...document, lock: other });
      };
      portal.will({ is: "ok", meanwhile: takeOver });

      expect(await run(rid)).toEqual({ is: "hand-back", until: clock.now() });
      expect(await documents.find(irn)).toMatchObject({ lock: other, pending: { rid } });
      expect(await documents.find(irn)).not.toHaveProperty("reg");
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
      expect(bus.published).toEqual([]);
    });
  });

  describe("on a document that the portal refuses", () => {
    it("finishes the request with every error, frees the document and tells of it", async () => {
      const { accept, run, requests, documents, bus, storedEvents, portal } = setup();
      const errors = [...REFUSED.errors, { code: "2211", message: "Invalid PIN" }];
      portal.will({ is: "refused", errors });
      const { rid, irn } = await accept();
      expect(await run(rid)).toEqual(DONE);

      const problem = { code: "refused_by_irp", status: 422, errors: [{ irpCode: "2176" }, { irpCode: "2211" }] };
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { kind: "problem", problem } });
      const document = await documents.find(irn);
      expect([document?.lock, document?.pending, document?.reg]).toEqual([undefined, undefined, undefined]);
      const failed = { id: `irn-failed-${rid.replace(".", "-")}`, type: "irn.failed", data: { irn, requestId: rid } };
      expect(storedEvents()).toMatchObject([failed]);
      expect(bus.published).toEqual(storedEvents());
    });

    it("has the portal synchronise a GSTIN that it does not know, once, and sends the document again", async () => {
      const { accept, run, requests, portal } = setup();
      portal.will({ is: "refused", errors: [{ code: "3028", message: "unknown GSTIN" }] });
      const { rid } = await accept();
      await run(rid);
      expect(await requests.find(rid)).toMatchObject({ outcome: { kind: "registered", status: 201 } });
      expect(portal.synced.sort()).toEqual(["27AAAZA0001A1ZM", anInvoice().BuyerDtls.Gstin].sort());
      expect(portal.calls).toHaveLength(2);
    });

    it.each([
      ["is refused again", { is: "refused", errors: [{ code: "3028", message: "unknown GSTIN" }] }],
      ["cannot be sent again", { is: "not-sent" }],
    ] as const)("refuses a document whose GSTIN was synchronised and which %s", async (_, step) => {
      const { accept, run, requests, portal } = setup();
      portal.will({ is: "refused", errors: [{ code: "3028", message: "unknown GSTIN" }] }, step);
      const { rid } = await accept();
      await run(rid);
      const problem = { code: "refused_by_irp", errors: [{ irpCode: "3028" }] };
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { problem } });
      expect(portal.synced).toHaveLength(2);
    });

    it("notes what is refused for good, and nothing that may be right tomorrow", async () => {
      const { accept, run, documents, portal, clock } = setup();
      const refusedFor = async (docNo: string, ...codes: string[]) => {
        portal.will({ is: "refused", errors: codes.map((code) => ({ code, message: "m" })) });
        const { rid, irn } = await accept(anInvoice({ docNo }));
        await run(rid);
        return (await documents.find(irn))?.refused?.until;
      };
      const inADay = clock.now().getTime() + KEY_LIFE_MS;
      expect(await refusedFor("A/1", "2176", "2211")).toBe(inADay);
      expect(await refusedFor("A/2", "2176", "2163")).toBe(Date.parse("2026-08-19T00:00:00+05:30"));
      expect(await refusedFor("A/3", "2176", "3074")).toBeUndefined();
    });

    it("registers the corrected document under another key", async () => {
      const { accept, run, requests, portal } = setup();
      portal.will(REFUSED);
      await run((await accept(anInvoice(), { idempotencyKey: "k1" })).rid);
      const { rid } = await accept(anInvoice({ ValDtls: { TotInvVal: 1181 } }), { idempotencyKey: "k2" });
      await run(rid);
      expect(await requests.find(rid)).toMatchObject({ outcome: { kind: "registered", status: 201 } });
    });

    it("writes nothing of the refusal when the transaction fails", async () => {
      const { accept, run, requests, documents, storedEvents, portal } = setup();
      portal.will(REFUSED);
      const { rid, irn } = await accept();
      await expect(run(rid, { documents: failing(documents, "refuse") })).rejects.toThrow();

      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
      expect(await documents.find(irn)).toMatchObject({ pending: { rid } });
      expect(storedEvents()).toEqual([]);
    });

    it("fails while the bus is down, with the refusal and its event already durable", async () => {
      const { accept, run, requests, storedEvents, bus, portal } = setup();
      portal.will(REFUSED);
      const { rid } = await accept();
      bus.down = true;
      await expect(run(rid)).rejects.toThrow("the event bus refused the entry");

      expect(await requests.find(rid)).toMatchObject({ state: "FINAL" });
      expect(storedEvents()).toHaveLength(1);
      expect(await run(rid)).toEqual(DONE);
    });

    it("refuses nothing when another worker has taken the document over", async () => {
      const { accept, run, requests, bus, rows, portal, clock } = setup();
      const { rid, irn } = await accept();
      const takeOver = () => {
        const document = rows.documents.get(irn);
        const lock = { worker: "other", until: clock.now().getTime() + LEASE_MS };
        if (document) rows.documents.set(irn, { ...document, lock });
      };
      portal.will({ ...REFUSED, meanwhile: takeOver });
      await run(rid);

      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
      expect(rows.events.size).toBe(0);
      expect(bus.published).toEqual([]);
    });
  });

  describe("on a call whose outcome is open", () => {
    it("parks the request and frees the document when nothing was sent, and sends it the next time", async () => {
      const { accept, run, requests, documents, clock, portal } = setup();
      portal.will({ is: "not-sent" });
      const { rid, irn } = await accept();
      expect(await run(rid)).toEqual(DONE);

      expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: "27AAAZA0001A1ZM", seq: 0 });
      expect(await requests.find(rid)).toMatchObject({
        state: "QUEUED",
        sweepAt: clock.now().getTime() + PARK_MS,
      });
      await run(rid);
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { status: 201 } });
    });

    it.each([
      ["direct", { state: "FINAL", outcome: { problem: { code: "irp_login_refused", status: 409 } } }],
      ["queued", { state: "QUEUED" }],
    ] as const)(
      "ends a %s request whose portal user is refused, or waits for better credentials",
      async (flow, row) => {
        const { accept, run, requests, documents, portal } = setup();
        portal.will({ is: "not-sent", errors: [{ code: "1019", message: "Wrong password" }], needsUser: true });
        const { rid, irn } = await accept(anInvoice(), { flow });
        expect(await run(rid)).toEqual(DONE);
        expect(await requests.find(rid)).toMatchObject(row);
        expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: "27AAAZA0001A1ZM", seq: 0 });
      },
    );

    it("waits as long as the portal's answer says", async () => {
      const { accept, run, requests, portal, clock } = setup();
      const retryAt = new Date(clock.now().getTime() + 300_000);
      portal.will({ is: "not-sent", retryAt });
      const { rid } = await accept();
      await run(rid);
      expect((await requests.find(rid))?.sweepAt).toBe(retryAt.getTime());
    });

    it("ends a request that nobody took for a day as not registered", async () => {
      const { accept, run, requests, portal, clock } = setup();
      portal.will({ is: "not-sent" });
      const { rid } = await accept();
      clock.advance(KEY_LIFE_MS + 1);
      await run(rid);
      expect(await requests.find(rid)).toMatchObject({ outcome: { problem: { code: "not_registered" } } });
    });

    describe("while a circuit is open", () => {
      const closed = (openUntil: Date) => ({ choice: { choose: async () => ({ openUntil, reason: "down" }) } });

      it("writes nothing on the document, and parks the request until it closes", async () => {
        const { accept, run, requests, rows, portal, clock } = setup();
        const { rid } = await accept();
        const openUntil = new Date(clock.now().getTime() + 30_000);
        expect(await run(rid, closed(openUntil))).toEqual(DONE);
        expect([portal.calls.length, rows.documents.size]).toEqual([0, 0]);
        expect((await requests.find(rid))?.sweepAt).toBe(openUntil.getTime());
      });

      it("still looks up what is open, and settles what is registered", async () => {
        const { accept, run, requests, portal, clock } = setup();
        const circuit = closed(new Date(clock.now().getTime() + 30_000));
        portal.will({ is: "unknown", committed: true });
        const first = await accept(anInvoice(), { idempotencyKey: "k1" });
        const twin = await accept(anInvoice(), { idempotencyKey: "k2" });
        await run(first.rid);
        await run(first.rid, circuit);
        await run(twin.rid, circuit);
        expect(await requests.find(first.rid)).toMatchObject({ outcome: { kind: "registered", status: 201 } });
        expect(await requests.find(twin.rid)).toMatchObject({ outcome: { kind: "registered", status: 200 } });
      });

      it("ends what has waited for a day as not registered", async () => {
        const { accept, run, requests, documents, clock } = setup();
        const { rid, irn } = await accept();
        clock.advance(KEY_LIFE_MS + 1);
        await run(rid, closed(new Date(clock.now().getTime() + 30_000)));
        expect(await requests.find(rid)).toMatchObject({ outcome: { problem: { code: "not_registered" } } });
        const document = await documents.find(irn);
        expect([document?.lock, document?.pending]).toEqual([undefined, undefined]);
      });

      it("does not end what another worker began to send while this one looked", async () => {
        const { accept, run, requests, documents, portal, clock } = setup();
        const { rid } = await accept();
        clock.advance(KEY_LIFE_MS + 1);
        const find: typeof documents.find = async (irn) => {
          const standing = await documents.find(irn);
          portal.will({ is: "unknown", committed: true });
          await run(rid);
          return standing;
        };
        await run(rid, { ...closed(new Date(clock.now().getTime() + 30_000)), documents: { ...documents, find } });
        expect(await requests.find(rid)).toMatchObject({ outcome: { kind: "registered", status: 201 } });
      });
    });

    it("keeps the submission and its portal when the answer is lost, and comes back to look", async () => {
      const { accept, run, requests, documents, clock, portal } = setup();
      portal.will({ is: "unknown", committed: true });
      const { rid, irn } = await accept();
      expect(await run(rid)).toEqual({ is: "hand-back", until: new Date(clock.now().getTime() + 2_000) });

      const document = await documents.find(irn);
      expect(document).toMatchObject({ pending: { rid, portal: "NIC1", n: 1, subs: [{ rid }], looks: 1 } });
      expect(document).not.toHaveProperty("lock");
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
    });

    it("sends nothing for a twin while the first one's outcome is open", async () => {
      const { accept, run, requests, portal } = setup();
      portal.will({ is: "unknown" });
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const twin = await accept(anInvoice(), { idempotencyKey: "k2", flow: "queued" });
      await run(first.rid);
      await run(twin.rid);

      expect(portal.calls).toHaveLength(1);
      expect(await requests.find(twin.rid)).toMatchObject({ state: "QUEUED" });
    });

    it.each([
      ["is signed by a stranger", { is: "ok", signedBy: "stranger" }],
      ["is of another content", { is: "ok", registers: withTotal(1181) }],
      ["is of another IRN", { is: "ok", irn: "0".repeat(64) }],
      ["is of another number", { is: "ok", registers: numbered("A/2") }],
    ] as const)("keeps the submission and believes nothing when the signed copy %s", async (_, step) => {
      const { accept, run, requests, documents, bus, rows, portal } = setup();
      portal.will(step);
      const { rid, irn } = await accept();
      expect(await run(rid)).toMatchObject({ is: "hand-back" });

      const document = await documents.find(irn);
      expect(document).toMatchObject({ pending: { rid, portal: "NIC1" } });
      expect([document?.reg, document?.lock]).toEqual([undefined, undefined]);
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
      expect([rows.answers.size, rows.events.size, bus.published.length]).toEqual([0, 0, 0]);
    });
  });

  describe("on a document that another worker has", () => {
    it("hands the message back for a second while the lock is live", async () => {
      const { accept, run, clock, portal } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const twin = await accept(anInvoice(), { idempotencyKey: "k2" });
      const verdicts: unknown[] = [];
      portal.will({ is: "ok", meanwhile: async () => void verdicts.push(await run(twin.rid)) });
      await run(first.rid);

      expect(verdicts).toEqual([{ is: "hand-back", until: new Date(clock.now().getTime() + 1_000) }]);
      expect(portal.calls).toHaveLength(1);
    });

    it("comes back less often the longer it has been locked: who has it may be dead", async () => {
      const { accept, run, clock, rows, portal } = setup();
      const { rid, irn } = await accept();
      portal.will({ is: "unknown" });
      await run(rid);
      const document = rows.documents.get(irn);
      const lock = { worker: "dead", until: clock.now().getTime() + LEASE_MS };
      if (document) rows.documents.set(irn, { ...document, lock });
      const looks: number[] = [];
      const startMs = clock.now().getTime();
      for (let receive = 0; receive < 6; receive++) {
        const verdict = await run(rid);
        if (verdict.is === "hand-back") clock.advance(verdict.until.getTime() - clock.now().getTime());
        looks.push((clock.now().getTime() - startMs) / 1_000);
      }
      expect(looks).toEqual([1, 2, 4, 8, 13, 18]);
    });

    it("counts a lock as live until the skew has passed too", async () => {
      const { accept, run, clock, portal } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const twin = await accept(anInvoice(), { idempotencyKey: "k2" });
      const looks: number[] = [];
      const meanwhile = async () => {
        clock.advance(LEASE_MS + SKEW_MS);
        await run(twin.rid);
        looks.push(portal.looks.length);
        clock.advance(1);
        await run(twin.rid);
        looks.push(portal.looks.length);
      };
      portal.will({ is: "ok", meanwhile });
      await run(first.rid);
      expect(looks).toEqual([0, 2]);
    });

    it("answers 200 to a twin once the document is registered, without another call or event", async () => {
      const { accept, run, requests, bus, portal } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const twin = await accept(anInvoice(), { idempotencyKey: "k2" });
      await run(first.rid);
      expect(await run(twin.rid)).toEqual(DONE);

      const outcome = { kind: "registered", status: 200, irn: twin.irn };
      expect(await requests.find(twin.rid)).toMatchObject({ state: "FINAL", outcome });
      expect([portal.calls.length, bus.published.length]).toEqual([1, 1]);
    });

    it("answers 409 to another document under the same number, and tells of it before it is final", async () => {
      const { accept, run, requests, bus, storedEvents, portal } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const other = await accept(withTotal(1181)(anInvoice()), { idempotencyKey: "k2" });
      await run(first.rid);
      expect(await run(other.rid)).toEqual(DONE);

      const problem = { code: "number_used", status: 409, irn: other.irn };
      expect(await requests.find(other.rid)).toMatchObject({ state: "FINAL", outcome: { kind: "problem", problem } });
      expect(portal.calls).toHaveLength(1);
      expect(storedEvents()).toMatchObject([
        { type: "irn.generated" },
        { type: "irn.failed", data: { requestId: other.rid, code: "number_used" } },
      ]);
      expect(bus.published).toEqual(storedEvents());
    });

    it("writes the 409 and its event together or not at all", async () => {
      const { accept, run, requests, documents, storedEvents } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const other = await accept(withTotal(1181)(anInvoice()), { idempotencyKey: "k2" });
      await run(first.rid);
      await expect(run(other.rid, { documents: failing(documents, "refuse") })).rejects.toThrow();

      expect(await requests.find(other.rid)).toMatchObject({ state: "QUEUED" });
      expect(storedEvents()).toHaveLength(1);
    });

    it("answers 409 to a twin when the document was cancelled meanwhile", async () => {
      const { accept, run, requests, rows } = setup();
      const first = await accept(anInvoice(), { idempotencyKey: "k1" });
      const twin = await accept(anInvoice(), { idempotencyKey: "k2" });
      await run(first.rid);
      const document = rows.documents.get(first.irn);
      if (document) rows.documents.set(first.irn, { ...document, status: "CNL" });
      await run(twin.rid);
      expect(await requests.find(twin.rid)).toMatchObject({ outcome: { problem: { code: "number_used" } } });
    });

    it("sends one document when many workers run at the same time", async () => {
      const { accept, run, portal } = setup();
      const twins = [];
      for (let n = 0; n < 10; n++) twins.push(await accept(anInvoice(), { idempotencyKey: `k${n}` }));
      await Promise.all(twins.map(({ rid }) => run(rid)));
      expect(portal.calls).toHaveLength(1);
    });
  });

  describe("on a message that is not, or no longer, of use", () => {
    it("acknowledges it when the request is finished, unknown or another life of its key", async () => {
      const { accept, run, portal, rows } = setup();
      const { rid } = await accept();
      await run(rid);
      const before = structuredClone(rows);

      for (const stale of [rid, `${rid.split(".")[0]}.earlier`, "unknown.rid", ""]) {
        expect(await run(stale)).toEqual(DONE);
      }
      expect(portal.calls).toHaveLength(1);
      expect(rows).toEqual(before);
    });

    it("acknowledges it when the request is only claimed", async () => {
      const { accept, run, rows, portal } = setup();
      const { rid } = await accept();
      const [[key, request] = ["", undefined]] = rows.requests;
      if (request) rows.requests.set(key, { ...request, state: "CLAIMED" });
      expect(await run(rid)).toEqual(DONE);
      expect(portal.calls).toEqual([]);
    });

    it.each([
      ["another", JSON.stringify(aSubmission(anInvoice({ docNo: "A/2" })).payload)],
      ["gone", undefined],
    ])("ends a request whose stored payload is %s, sends nothing and tells of it", async (_, payload) => {
      const { accept, run, rows, portal, requests, bus } = setup();
      const { rid } = await accept();
      if (payload) rows.payloads.set(rid, payload);
      else rows.payloads.delete(rid);
      expect(await run(rid)).toEqual(DONE);

      const problem = { code: "payload_lost", status: 409 };
      expect(await requests.find(rid)).toMatchObject({ state: "FINAL", outcome: { problem } });
      expect(bus.published).toMatchObject([{ type: "irn.failed", data: { code: "payload_lost" } }]);
      expect(portal.calls).toEqual([]);
      expect([...rows.documents.values()]).toMatchObject([{ seq: 0 }]);
      expect([...rows.documents.values()][0]).not.toHaveProperty("lock");
    });

    it("sends nothing for a request that another worker ended between its reading and the lock", async () => {
      const { accept, run, requests, documents, portal } = setup();
      portal.will(REFUSED);
      const { rid, irn } = await accept();
      const find: typeof requests.find = async (id) => {
        const seen = await requests.find(id);
        await run(rid);
        return seen;
      };
      expect(await run(rid, { requests: { ...requests, find } })).toEqual(DONE);

      expect(portal.calls).toHaveLength(1);
      expect(await requests.find(rid)).toMatchObject({ outcome: { problem: { code: "refused_by_irp" } } });
      const document = await documents.find(irn);
      expect([document?.lock, document?.pending]).toEqual([undefined, undefined]);
    });
  });

  describe("the guard before sending", () => {
    it.each([
      ["sends", LEASE_MS - CALL_TIMEOUT_MS - 5_000, 1],
      ["does not send", LEASE_MS - CALL_TIMEOUT_MS - 5_000 + 1, 0],
    ])("%s after a pause of %i ms", async (_, pause, calls) => {
      const { accept, run, requests, documents, portal, clock } = setup();
      const { rid, irn } = await accept();
      await run(rid, { documents: slowSubmit(documents, () => clock.advance(pause)) });

      expect(portal.calls).toHaveLength(calls);
      expect(await documents.find(irn)).not.toHaveProperty("pending");
      expect(await documents.find(irn)).not.toHaveProperty("lock");
      expect(await requests.find(rid)).toMatchObject({ state: calls === 1 ? "FINAL" : "QUEUED" });
    });

    it("goes by the clock that never jumps", async () => {
      const { accept, run, documents, portal, clock } = setup();
      const { rid } = await accept();
      const turnedBack = () => {
        clock.advance(LEASE_MS);
        clock.jump(-LEASE_MS);
      };
      await run(rid, { documents: slowSubmit(documents, turnedBack) });
      expect(portal.calls).toEqual([]);
    });
  });
});

function withTotal(TotInvVal: number) {
  return (invoice: Invoice): Invoice => ({ ...invoice, ValDtls: { ...invoice.ValDtls, TotInvVal } });
}

function numbered(No: string) {
  return (invoice: Invoice): Invoice => ({ ...invoice, DocDtls: { ...invoice.DocDtls, No } });
}

/** A worker that is paused right after it took the document. */
function slowSubmit(documents: WorkDeps["documents"], pause: () => void): WorkDeps["documents"] {
  return {
    ...documents,
    async submit(...args) {
      const submitted = await documents.submit(...args);
      pause();
      return submitted;
    },
  };
}
