import { describe, expect, it } from "vitest";
import type { Document } from "../../../shared/document/document.ts";
import { CLAIM_MS, KEY_LIFE_MS, type Outcome, SKEW_MS } from "../../../shared/request/request.ts";
import { submit } from "../../../shared/request/submit.ts";
import { aRequest } from "../../fakes/a-request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing, repeating } from "../../fakes/failing.ts";
import { anAccount, aSubmission, askedBy } from "./a-submission.ts";

const KEY = { idempotencyKey: "key-1" };
const AT_ONCE = 20;

describe("submit", () => {
  it("accepts a request, keeps its payload and sends its id", async () => {
    const { deps, requests, queue } = anAccount();
    const submission = aSubmission();
    const { rid } = await accepted(submit(deps, submission));

    const { payload, gstin, irn, docFp } = submission;
    expect(await requests.find(rid)).toMatchObject({ state: "QUEUED", gstin, irn, docFp, op: "register", attempt: 1 });
    expect((await requests.open(rid))?.payload).toEqual(payload);
    expect(queue.sent).toEqual([
      { flow: "direct", group: expect.stringContaining(gstin), message: { v: 1, rid, irn, attempt: 1 } },
    ]);
  });

  it("leaves the sweeper a time at which to send what was not sent", async () => {
    const { deps, requests, clock } = anAccount();
    const { rid } = await accepted(submit(deps, aSubmission()));
    expect((await requests.find(rid))?.sweepAt).toBe(clock.now().getTime() + 60_000);
  });

  it("sends queued requests in the GSTIN's order, and spreads direct ones over lanes by their IRN", async () => {
    const { deps, queue } = anAccount();
    const submission = aSubmission();
    await submit(deps, { ...submission, flow: "queued" });
    await submit(deps, { ...aSubmission(), irn: `0b${submission.irn.slice(2)}` });

    expect(queue.sent.map(({ flow, group }) => [flow, group])).toEqual([
      ["queued", submission.gstin],
      ["direct", `${submission.gstin}-3`],
    ]);
  });

  describe("with a key that was used before", () => {
    it("joins the request that is still running", async () => {
      const { deps, queue } = anAccount();
      const first = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      const second = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));

      expect(second).toEqual({ is: "accepted", rid: first.rid, joined: true });
      expect(queue.sent).toHaveLength(1);
    });

    it("replays the outcome of the request that is over", async () => {
      const { deps, requests, clock } = anAccount();
      const { rid } = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      await requests.finish(rid, PROBLEM, clock.now());

      expect(await submit(deps, aSubmission(anInvoice(), KEY))).toEqual({
        is: "known",
        outcome: PROBLEM,
        replayOf: rid,
      });
    });

    it("refuses another payload, whether the first is running or over", async () => {
      const { clock, deps, requests, queue } = anAccount();
      const { rid } = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      const other = aSubmission(anInvoice({ docNo: "A/2" }), KEY);
      await expect(submit(deps, other)).rejects.toMatchObject({
        body: { code: "idempotency_key_reused", status: 400 },
      });

      await requests.finish(rid, PROBLEM, clock.now());
      await expect(submit(deps, other)).rejects.toMatchObject({
        body: { code: "idempotency_key_reused", status: 400 },
      });
      expect(queue.sent).toHaveLength(1);
    });

    it("takes another order of the same members for the same payload", async () => {
      const { deps } = anAccount();
      const first = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      const { Version, ...rest } = anInvoice();
      const turned = { ...rest, Version };
      expect(await submit(deps, aSubmission(turned, KEY))).toMatchObject({ rid: first.rid, joined: true });
    });

    it("counts the query and the path as what was said", async () => {
      const { deps } = anAccount();
      const submission = aSubmission(anInvoice(), KEY);
      const first = await accepted(submit(deps, submission));
      const withQuery = { ...submission, payload: { ...submission.payload, query: { include: "qr" } } };
      const elsewhere = { ...submission, payload: { ...submission.payload, path: "/cdnr" } };

      await expect(submit(deps, withQuery)).rejects.toMatchObject({ body: { code: "idempotency_key_reused" } });
      expect((await accepted(submit(deps, elsewhere))).rid).not.toBe(first.rid);
    });

    it("takes another GSTIN's use of the key for another key", async () => {
      const { deps } = anAccount();
      const first = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      const other = await accepted(submit(deps, { ...aSubmission(anInvoice(), KEY), gstin: "29AAAZA0001A1ZI" }));
      expect(other.rid).not.toBe(first.rid);
    });

    it("is free again 24 hours after the outcome, not after the call", async () => {
      const { deps, requests, clock } = anAccount();
      const first = await accepted(submit(deps, aSubmission(anInvoice(), KEY)));
      clock.advance(3 * KEY_LIFE_MS);
      expect(await submit(deps, aSubmission(anInvoice(), KEY))).toMatchObject({ rid: first.rid, joined: true });

      await requests.finish(first.rid, PROBLEM, clock.now());
      clock.advance(KEY_LIFE_MS + SKEW_MS + 1_000);
      const second = await accepted(submit(deps, aSubmission(anInvoice({ docNo: "A/2" }), KEY)));
      expect(second).toMatchObject({ joined: false });
      expect(second.rid).not.toBe(first.rid);
    });
  });

  it("gives calls without a key a request each", async () => {
    const { deps, queue } = anAccount();
    await submit(deps, aSubmission());
    await submit(deps, aSubmission());
    expect(queue.sent).toHaveLength(2);
  });

  it("does not take a key for the id of a request that brought none", async () => {
    const { deps } = anAccount();
    const first = await accepted(submit(deps, { ...aSubmission(), asked: askedBy("/irn", "same") }));
    const second = await accepted(submit(deps, aSubmission(anInvoice(), { idempotencyKey: "same" })));
    expect(second.rid).not.toBe(first.rid);
  });

  it("makes one request of many calls with one key at the same time", async () => {
    const { deps, queue } = anAccount();
    const calls = Array.from({ length: AT_ONCE }, () => accepted(submit(deps, aSubmission(anInvoice(), KEY))));
    const submitted = await Promise.all(calls);

    expect(new Set(submitted.map(({ rid }) => rid)).size).toBe(1);
    expect(submitted.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(queue.sent).toHaveLength(1);
  });

  describe("while another call holds the key", () => {
    it("waits a little and says that it is busy, having accepted nothing", async () => {
      const { deps, queue, clock, rows } = anAccount();
      const holder = await heldKey(deps);
      await expect(submit(deps, aSubmission(anInvoice(), KEY))).rejects.toMatchObject({
        body: { code: "claim_busy", status: 503 },
        headers: { "retry-after": "1" },
      });

      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1_000);
      expect(clock.monotonicMs()).toBeLessThan(CLAIM_MS);
      expect([...rows.requests.values()]).toMatchObject([{ owner: holder.owner, state: "CLAIMED" }]);
      expect(queue.sent).toEqual([]);
    });

    it("takes the key as soon as it is released, with any payload", async () => {
      const { deps, clock } = anAccount();
      const holder = await heldKey(deps);
      const submitting = accepted(submit(deps, aSubmission(anInvoice({ docNo: "A/2" }), KEY)));
      await clock.sleep(500);
      await deps.requests.release(holder.rid, holder.owner);

      expect(await submitting).toMatchObject({ joined: false });
    });

    it("joins it as soon as it is accepted", async () => {
      const { deps, clock } = anAccount();
      const holder = await heldKey(deps);
      const submitting = submit(deps, aSubmission(anInvoice(), KEY));
      await clock.sleep(500);
      await deps.requests.accept(holder.rid, holder.owner, deps.now());

      expect(await submitting).toEqual({ is: "accepted", rid: holder.rid, joined: true });
    });

    it("takes the key over from one that died, with any payload", async () => {
      const { deps, clock } = anAccount();
      const dead = await heldKey(deps);
      clock.advance(CLAIM_MS + SKEW_MS + 1);
      const { rid } = await accepted(submit(deps, aSubmission(anInvoice({ docNo: "A/2" }), KEY)));

      expect(rid).not.toBe(dead.rid);
      expect(await deps.requests.find(rid)).toMatchObject({ state: "QUEUED" });
    });

    it("joins the one that took over while it was paused, and leaves its payload and its claim alone", async () => {
      const { deps, requests, documents, queue, clock } = anAccount();
      const slow = {
        ...deps,
        documents: {
          async find(irn: string) {
            const document = await documents.find(irn);
            clock.advance(CLAIM_MS + SKEW_MS + 1);
            await submit(deps, aSubmission(anInvoice(), KEY));
            return document;
          },
        },
      };
      const submitted = await accepted(submit(slow, aSubmission(anInvoice(), KEY)));

      expect(submitted).toMatchObject({ joined: true });
      expect(await requests.find(submitted.rid)).toMatchObject({ state: "QUEUED" });
      expect(queue.sent.map(({ message }) => message.rid)).toEqual([submitted.rid]);
    });

    it("does not delete the claim of the one who took over when it finds the document known", async () => {
      const { deps, requests, clock, rows } = anAccount();
      const submission = aSubmission(anInvoice(), KEY);
      const twin: { rid?: string } = {};
      const slow = {
        ...deps,
        documents: {
          async find() {
            clock.advance(CLAIM_MS + SKEW_MS + 1);
            Object.assign(twin, await submit(deps, submission));
            return registered(submission);
          },
        },
      };
      expect(await submit(slow, submission)).toMatchObject({ is: "known" });
      expect(await requests.find(twin.rid ?? "")).toMatchObject({ state: "QUEUED" });
      expect(rows.requests.size).toBe(1);
    });
  });

  describe("of a document that is known", () => {
    it("answers with the registration when it is the same document, and accepts nothing", async () => {
      const { deps, rows, queue } = anAccount();
      const submission = aSubmission(anInvoice(), KEY);
      rows.documents.set(submission.irn, registered(submission));

      expect(await submit(deps, submission)).toEqual({
        is: "known",
        outcome: { kind: "registered", status: 200, irn: submission.irn },
        replayOf: undefined,
      });
      expect([rows.requests.size, rows.payloads.size, queue.sent.length]).toEqual([0, 0, 0]);
    });

    it.each([
      ["another document stands under the number", { docFp: "another" }, "ACT"],
      ["it was cancelled", {}, "CNL"],
      ["it was rejected", {}, "REJ"],
    ] as const)("refuses with 409 and the IRN when %s", async (_, reg, status) => {
      const { deps, rows, queue } = anAccount();
      const submission = aSubmission(anInvoice(), KEY);
      rows.documents.set(submission.irn, registered(submission, { status }, reg));

      expect(await submit(deps, submission)).toMatchObject({
        outcome: { kind: "problem", problem: { code: "number_used", status: 409, irn: submission.irn } },
      });
      expect([rows.requests.size, queue.sent.length]).toEqual([0, 0]);
    });

    it("gives another GSTIN none of the registration", async () => {
      const { deps, rows } = anAccount();
      const submission = aSubmission();
      rows.documents.set(submission.irn, registered(submission));
      expect(await submit(deps, { ...submission, gstin: "29AAAZA0001A1ZI" })).toMatchObject({
        outcome: { kind: "problem", problem: { code: "number_used" } },
      });
    });

    it("leaves the key free, so that a corrected payload may use it", async () => {
      const { deps, rows } = anAccount();
      const submission = aSubmission(anInvoice(), KEY);
      rows.documents.set(submission.irn, registered(submission, { status: "CNL" }));
      await submit(deps, submission);

      const corrected = aSubmission(anInvoice({ docNo: "A/2" }), KEY);
      expect(await accepted(submit(deps, corrected))).toMatchObject({ joined: false });
    });

    it("accepts a document that is only pending: another request's outcome is not known", async () => {
      const { deps, rows } = anAccount();
      const submission = aSubmission();
      rows.documents.set(submission.irn, { v: 1, irn: submission.irn, ownerGstin: submission.gstin, seq: 0 });
      expect(await accepted(submit(deps, submission))).toMatchObject({ joined: false });
    });
  });

  describe("when the store fails", () => {
    it.each(["claim", "savePayload"] as const)("accepts nothing if %s fails, and says so", async (name) => {
      for (const when of ["before", "after"] as const) {
        const { deps, requests, queue, rows } = anAccount();
        const broken = { ...deps, requests: failing(requests, name, when) };
        await expect(submit(broken, aSubmission(anInvoice(), KEY))).rejects.toMatchObject({
          body: { code: "store_unavailable", status: 503 },
          headers: { "retry-after": "1" },
        });
        expect([...rows.requests.values()].filter(({ state }) => state !== "CLAIMED")).toEqual([]);
        expect(queue.sent).toEqual([]);
      }
    });

    it("accepts nothing if the document cannot be read, and frees the key", async () => {
      const { deps, documents, rows } = anAccount();
      const broken = { ...deps, documents: failing(documents, "find") };
      await expect(submit(broken, aSubmission(anInvoice(), KEY))).rejects.toMatchObject({
        body: { code: "store_unavailable" },
      });
      expect(rows.requests.size).toBe(0);
    });

    it("keeps the cause for the log", async () => {
      const { deps, requests } = anAccount();
      const broken = { ...deps, requests: failing(requests, "claim") };
      await expect(submit(broken, aSubmission())).rejects.toMatchObject({ cause: { message: "claim failed" } });
    });

    it("says the same when not even the claim can be given back; its lease frees the key", async () => {
      const { deps, requests, clock } = anAccount();
      const broken = { ...deps, requests: failing(failing(requests, "savePayload"), "release") };
      const submission = aSubmission(anInvoice(), KEY);
      await expect(submit(broken, submission)).rejects.toMatchObject({ body: { code: "store_unavailable" } });

      clock.advance(CLAIM_MS + SKEW_MS + 1);
      expect(await accepted(submit(deps, submission))).toMatchObject({ joined: false });
    });

    it("says that acceptance is unknown if accept fails and was not seen to happen", async () => {
      const { deps, requests, queue } = anAccount();
      const broken = { ...deps, requests: failing(requests, "accept") };
      await expect(submit(broken, aSubmission(anInvoice(), KEY))).rejects.toMatchObject({
        body: { code: "acceptance_unknown", status: 503 },
      });
      expect(queue.sent).toEqual([]);
    });

    it("says that acceptance is unknown if neither write nor read is answered, and the repetition joins", async () => {
      const { deps, requests } = anAccount();
      const broken = { ...deps, requests: failing(failing(requests, "accept", "after"), "find") };
      const submission = aSubmission(anInvoice(), KEY);
      await expect(submit(broken, submission)).rejects.toMatchObject({ body: { code: "acceptance_unknown" } });
      expect(await accepted(submit(deps, submission))).toMatchObject({ joined: true });
    });

    it("goes on if accept happened and only its answer was lost", async () => {
      const { deps, requests, queue } = anAccount();
      const broken = { ...deps, requests: failing(requests, "accept", "after") };
      const { rid } = await accepted(submit(broken, aSubmission(anInvoice(), KEY)));
      expect(queue.sent.map(({ message }) => message.rid)).toEqual([rid]);
    });

    it("stays accepted if the message cannot be sent", async () => {
      const { deps, requests, queue } = anAccount();
      queue.down = true;
      const { rid } = await accepted(submit(deps, aSubmission()));
      expect(await requests.find(rid)).toMatchObject({ state: "QUEUED" });
    });
  });

  describe("when the SDK repeats a write whose answer was lost", () => {
    it("knows its own claim", async () => {
      const { deps, requests } = anAccount();
      const submitted = submit({ ...deps, requests: repeating(requests, "claim") }, aSubmission(anInvoice(), KEY));
      expect(await accepted(submitted)).toMatchObject({ joined: false });
    });

    it("knows its own acceptance, and sends the message", async () => {
      const { deps, requests, queue } = anAccount();
      const submitted = submit({ ...deps, requests: repeating(requests, "accept") }, aSubmission(anInvoice(), KEY));
      const { rid, joined } = await accepted(submitted);

      expect(joined).toBe(false);
      expect(queue.sent.map(({ message }) => message.rid)).toEqual([rid]);
    });

    it("does not say that nothing was accepted when it cannot read what became of its acceptance", async () => {
      const { deps, requests } = anAccount();
      const broken = failing(failing(repeating(requests, "accept"), "find"), "release");
      await expect(submit({ ...deps, requests: broken }, aSubmission(anInvoice(), KEY))).rejects.toMatchObject({
        body: { code: "acceptance_unknown" },
      });
    });

    it.each(["savePayload", "release"] as const)("does not mind a %s that happened twice", async (name) => {
      const { deps, requests } = anAccount();
      const repeated = { ...deps, requests: repeating(requests, name) };
      expect(await accepted(submit(repeated, aSubmission()))).toMatchObject({ joined: false });
    });
  });
});

const PROBLEM: Outcome = {
  kind: "problem",
  problem: { code: "refused_by_irp", status: 422, title: "t", detail: "d" },
};

async function accepted(submitting: ReturnType<typeof submit>) {
  const submitted = await submitting;
  if (submitted.is !== "accepted") throw new Error(`not accepted: ${JSON.stringify(submitted)}`);
  return submitted;
}

/** A claim of the key by a call that stopped right after. */
async function heldKey({ requests, now }: ReturnType<typeof anAccount>["deps"]) {
  const probe = anAccount();
  const { rid } = await accepted(submit(probe.deps, aSubmission(anInvoice(), KEY)));
  const { key, fp } = probe.rows.requests.get(rid.split(".")[0] ?? "") ?? { key: "", fp: "" };
  const holder = aRequest({ key, fp });
  await requests.claim(holder, now());
  return holder;
}

function registered(
  { irn, gstin, docFp }: ReturnType<typeof aSubmission>,
  overrides: Partial<Document> = {},
  reg: Partial<Document["reg"]> = {},
): Document {
  const ack = { portal: "NIC1", ackNo: "112610000000001", ackDt: "2026-08-18T14:30:00+05:30" };
  return {
    v: 1,
    irn,
    ownerGstin: gstin,
    status: "ACT",
    seq: 1,
    reg: { rid: "first", docFp, ...ack, ...reg },
    ...overrides,
  };
}
