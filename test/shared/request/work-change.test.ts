import { describe, expect, it } from "vitest";
import type { Change } from "../../../shared/document/change.ts";
import type { WorkDeps } from "../../../shared/request/job.ts";
import { submit } from "../../../shared/request/submit.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import { aChangeOf } from "./a-submission.ts";
import { aWorker } from "./a-worker.ts";

const DONE = { is: "done" };
const CANCEL: Change = { op: "cancel", reason: "duplicate", remarks: "Entered twice" };
const BILL: Change = { op: "make_ewb", request: { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } };
/** A lost answer counts as nothing done from then on: the lease, and the lag of look-ups. */
const SETTLED_MS = 40_000 + 15_000;
const DAY_MS = 24 * 3_600_000;

function setup() {
  const worker = aWorker();
  const events = (type: string) =>
    [...worker.rows.events.values()].map(({ event }) => event).filter((event) => event.type === type);
  const outcomeOf = async (rid: string) => (await worker.requests.find(rid))?.outcome;
  const problemOf = async (rid: string) => {
    const outcome = await outcomeOf(rid);
    return outcome?.kind === "problem" ? outcome.problem : undefined;
  };
  return { ...worker, events, outcomeOf, problemOf };
}

/** A registered document with an e-way bill. */
async function withBill() {
  const all = setup();
  const irn = await all.registered();
  const rid = await all.acceptChange(irn, BILL);
  await all.run(rid);
  const ewbNo = all.portal.bills.get(irn)?.ewbNo ?? "";
  return {
    ...all,
    irn,
    ewbNo,
    cancelBill: { op: "cancel_ewb", ewbNo, reason: "other", remarks: "Not sent" } as Change,
  };
}

describe("a cancellation", () => {
  it("is made at the portal that registered the document, written down, told, and answered with 200", async () => {
    const { registered, acceptChange, run, documents, portal, bus, events, outcomeOf, clock } = setup();
    const irn = await registered();
    clock.advance(60_000);
    const rid = await acceptChange(irn, CANCEL);
    expect(await run(rid)).toEqual(DONE);

    expect(portal.changes).toEqual(["NIC1 cancel"]);
    const cancelledAt = "2026-08-18T14:31:00+05:30";
    const document = await documents.find(irn);
    expect(document).toMatchObject({ status: "CNL", seq: 2 });
    expect(document?.cancelled).toEqual({ rid, at: cancelledAt, reason: "duplicate", remarks: "Entered twice" });
    expect(document).not.toHaveProperty("pending");
    expect(document).not.toHaveProperty("lock");
    const said = { irn, status: "CNL", cancelledAt, reason: "duplicate", remarks: "Entered twice", mode: "test" };
    expect(await outcomeOf(rid)).toEqual({
      kind: "changed",
      status: 200,
      body: { ...said, links: { self: `/irn/${irn}` } },
    });
    const [event] = events("irn.cancelled");
    expect(event).toMatchObject({ id: `irn-cancelled-${irn}`, data: { ...said, requestId: rid, seq: 2 } });
    expect(bus.published).toContainEqual(event);
  });

  it("is one, whoever asks for it again", async () => {
    const { registered, acceptChange, run, deps, portal } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    await run(rid);
    await run(rid);

    const again = await submit(deps, aChangeOf(irn, { ...CANCEL, reason: "other" } as Change));
    expect(again).toMatchObject({ is: "known", outcome: { kind: "changed", body: { reason: "duplicate" } } });
    expect(portal.changes).toHaveLength(1);
  });

  it("whose answer was lost is looked up, and is ours when the document is cancelled", async () => {
    const { registered, acceptChange, run, portal, documents, outcomeOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "unknown", committed: true });
    expect(await run(rid)).toMatchObject({ is: "hand-back" });
    expect(await documents.find(irn)).toMatchObject({ status: "ACT", pending: { op: "change", rid, n: 1, looks: 1 } });
    clock.advance(2_000);
    expect(await run(rid)).toEqual(DONE);

    expect(portal.changes).toHaveLength(1);
    expect(await outcomeOf(rid)).toMatchObject({ kind: "changed", status: 200, body: { reason: "duplicate" } });
  });

  it("that certainly did not happen is sent again, but not before a late effect could show", async () => {
    const { registered, acceptChange, run, portal, outcomeOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "unknown" });
    await run(rid);
    await run(rid);
    expect(portal.changes).toHaveLength(1);
    clock.advance(SETTLED_MS);
    expect(await run(rid)).toEqual(DONE);

    expect(portal.changes).toHaveLength(2);
    expect(await outcomeOf(rid)).toMatchObject({ status: 200 });
  });

  it("refused when it is sent again is looked up before the refusal counts", async () => {
    const { registered, acceptChange, run, portal, outcomeOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "unknown" });
    await run(rid);
    clock.advance(SETTLED_MS);
    // The first one took effect at last, so the portal refuses the second: 9999.
    portal.willChange({ is: "unknown", committed: true });
    await run(rid);
    clock.advance(SETTLED_MS);
    await run(rid);

    expect(await outcomeOf(rid)).toMatchObject({ kind: "changed", status: 200, body: { reason: "duplicate" } });
  });

  it("of a document that somebody else cancelled is refused, and the status kept true", async () => {
    const { registered, acceptChange, run, portal, documents, problemOf, events } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    const signed = portal.registry.get(irn);
    if (signed) portal.registry.set(irn, { ...signed, status: "CNL" });
    expect(await run(rid)).toEqual(DONE);

    expect(await problemOf(rid)).toMatchObject({ code: "not_active", irn });
    expect(await documents.find(irn)).toMatchObject({ status: "CNL" });
    expect((await documents.find(irn))?.cancelled).not.toHaveProperty("rid");
    expect(events("irn.cancelled")[0]?.data).not.toHaveProperty("requestId");
    expect(events("irn.cancel_failed")).toHaveLength(1);
  });

  it("finds out about an e-way bill that was made elsewhere, and names it", async () => {
    const { registered, acceptChange, run, portal, problemOf, documents } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.bills.set(irn, { ewbNo: "181000000009", madeAt: "2026-08-18T14:30:00+05:30", status: "ACT" });
    expect(await run(rid)).toEqual(DONE);

    expect(await problemOf(rid)).toMatchObject({ code: "eway_bill_active", ewbNo: "181000000009" });
    expect(await documents.irnOfBill("181000000009")).toBe(irn);
  });

  it.each([
    ["2270", "cancel_window_closed"],
    ["2143", "refused_by_irp"],
  ])("that the portal refuses with %s is %s, with the portal's words in the event", async (code, problem) => {
    const { registered, acceptChange, run, portal, problemOf, documents, events } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "refused", errors: [{ code, message: "no" }] });
    expect(await run(rid)).toEqual(DONE);

    expect(await problemOf(rid)).toMatchObject({ code: problem });
    expect(events("irn.cancel_failed")).toMatchObject([{ data: { code: problem, errors: [{ code }] } }]);
    expect(await documents.find(irn)).toMatchObject({ status: "ACT", seq: 1 });
    expect(await documents.find(irn)).not.toHaveProperty("pending");
  });

  it("that was not sent leaves nothing to find out about, and is tried again", async () => {
    const { registered, acceptChange, run, portal, documents, outcomeOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "not-sent" });
    expect(await run(rid)).toEqual(DONE);
    expect(await documents.find(irn)).not.toHaveProperty("pending");
    clock.advance(60_000);
    await run(rid);
    expect(await outcomeOf(rid)).toMatchObject({ status: 200 });
  });

  it("that no portal took for a day is not done, and says so", async () => {
    const { registered, acceptChange, run, portal, problemOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, BILL);
    clock.advance(DAY_MS + 1_000);
    portal.willChange({ is: "not-sent" });
    await run(rid);
    expect(await problemOf(rid)).toMatchObject({ code: "not_done" });
  });

  it("that nobody can tell about any more ends after three days as unknown, and leaves the document free", async () => {
    const { registered, acceptChange, run, portal, problemOf, documents, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    portal.willChange({ is: "unknown" });
    await run(rid);
    clock.advance(3 * DAY_MS + 1_000);
    portal.willShow({ is: "unknown" });
    await run(rid);
    expect(await problemOf(rid)).toMatchObject({ code: "outcome_unknown" });
    expect(await documents.find(irn)).not.toHaveProperty("pending");
  });

  it("is told of a wrong portal user when somebody waits for it", async () => {
    const { registered, acceptChange, run, portal, problemOf } = setup();
    const rid = await acceptChange(await registered(), CANCEL);
    portal.willChange({ is: "not-sent", needsUser: true });
    await run(rid);
    expect(await problemOf(rid)).toMatchObject({ code: "irp_login_refused" });
  });

  it("waits while another request's change has no outcome", async () => {
    const { registered, acceptChange, run, portal, requests, clock, outcomeOf } = setup();
    const irn = await registered();
    const [bill, cancel] = [await acceptChange(irn, BILL), await acceptChange(irn, CANCEL)];
    portal.willChange({ is: "unknown" });
    await run(bill);
    expect(await run(cancel)).toEqual(DONE);
    expect((await requests.find(cancel))?.sweepAt).toBe(clock.now().getTime() + 60_000);
    expect(portal.changes).toEqual(["NIC1 bill"]);
    clock.advance(SETTLED_MS);
    await run(bill);
    await run(cancel);
    expect(await outcomeOf(bill)).toMatchObject({ status: 201 });
    expect(await outcomeOf(cancel)).toMatchObject({ kind: "problem", problem: { code: "eway_bill_active" } });
  });

  it("does not begin again once its request is over", async () => {
    const { registered, acceptChange, run, portal, requests, documents, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    // Another worker ends it between this one's lock and its look at the request.
    const ending: WorkDeps["documents"] = {
      ...documents,
      async begin(...args) {
        const begun = await documents.begin(...args);
        await requests.finish(rid, { kind: "changed", status: 200, body: {} }, clock.now());
        return begun;
      },
    };
    expect(await run(rid, { documents: ending })).toEqual(DONE);
    expect(portal.changes).toEqual([]);
    expect(await documents.find(irn)).not.toHaveProperty("pending");
  });

  it.each(["change", "begin"] as const)("is taken up again when %s fails", async (name) => {
    const { registered, acceptChange, run, portal, documents, outcomeOf, clock, events } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, CANCEL);
    await expect(run(rid, { documents: failing(documents, name) })).rejects.toThrow(`${name} failed`);
    clock.advance(SETTLED_MS);
    await run(rid);
    expect(portal.changes).toHaveLength(1);
    expect(await outcomeOf(rid)).toMatchObject({ status: 200 });
    expect(events("irn.cancelled")).toHaveLength(1);
  });

  it("is the event that is stored, when its first worker stopped after it", async () => {
    const { registered, acceptChange, run, documents, events, outcomeOf, clock } = setup();
    const irn = await registered();
    clock.advance(5_000);
    const rid = await acceptChange(irn, CANCEL);
    await run(rid, { documents: failing(documents, "change") }).catch(() => undefined);
    clock.advance(SETTLED_MS);
    await run(rid);
    const cancelledAt = events("irn.cancelled")[0]?.data["cancelledAt"];
    expect(cancelledAt).toBe("2026-08-18T14:30:05+05:30");
    expect((await documents.find(irn))?.cancelled?.at).toBe(cancelledAt);
    expect(await outcomeOf(rid)).toMatchObject({ body: { cancelledAt } });
  });
});

describe("an e-way bill", () => {
  it("is made, found by its number, told and answered with 201", async () => {
    const { irn, ewbNo, documents, events, bus } = await withBill();
    const document = await documents.find(irn);
    expect(document).toMatchObject({ status: "ACT", seq: 2, bills: [{ ewbNo, status: "ACT", distanceKm: 12 }] });
    expect(await documents.irnOfBill(ewbNo)).toBe(irn);
    const [event] = events("ewb.generated");
    expect(event).toMatchObject({ id: `ewb-generated-${ewbNo}`, data: { irn, ewbNo, seq: 2, distanceKm: 12 } });
    expect(bus.published).toContainEqual(event);
  });

  it("that is asked for again in the same words is answered as it was, in others refused with its number", async () => {
    const { irn, ewbNo, deps } = await withBill();
    const same = {
      op: "make_ewb",
      request: { VehType: "R", VehNo: "MH12AB1234", TransMode: "1", Distance: 0, TransId: null },
    } as const;
    expect(await submit(deps, aChangeOf(irn, same))).toMatchObject({ outcome: { status: 200, body: { ewbNo } } });
    const other = { op: "make_ewb", request: { Distance: 10, TransId: "27AAAZA0001A1ZM" } } as const;
    expect(await submit(deps, aChangeOf(irn, other))).toMatchObject({
      outcome: { kind: "problem", problem: { code: "eway_bill_active", ewbNo } },
    });
  });

  it("whose answer was lost is adopted, not made twice", async () => {
    const { registered, acceptChange, run, portal, outcomeOf, clock } = setup();
    const irn = await registered();
    const rid = await acceptChange(irn, BILL);
    portal.willChange({ is: "unknown", committed: true });
    await run(rid);
    clock.advance(2_000);
    await run(rid);
    expect(portal.changes).toEqual(["NIC1 bill"]);
    expect(await outcomeOf(rid)).toMatchObject({ status: 201, body: { ewbNo: portal.bills.get(irn)?.ewbNo } });
  });

  it("that somebody else made before is no answer to this request: 409 with its number", async () => {
    const { registered, acceptChange, run, portal, problemOf, documents, clock } = setup();
    const irn = await registered();
    portal.bills.set(irn, { ewbNo: "181000000009", madeAt: "2026-08-18T14:30:00+05:30", status: "ACT" });
    clock.advance(3_600_000);
    const rid = await acceptChange(irn, BILL);
    expect(await run(rid)).toEqual(DONE);
    expect(await problemOf(rid)).toMatchObject({ code: "eway_bill_active", ewbNo: "181000000009" });
    expect((await documents.find(irn))?.bills).toEqual([
      { ewbNo: "181000000009", status: "ACT", madeAt: "2026-08-18T14:30:00+05:30" },
    ]);
  });

  it("can be cancelled, and another one made after it", async () => {
    const { irn, ewbNo, cancelBill, acceptChange, run, outcomeOf, documents, events } = await withBill();
    const cancelled = await acceptChange(irn, cancelBill);
    await run(cancelled);
    expect(await outcomeOf(cancelled)).toMatchObject({ status: 200, body: { ewbNo, status: "CNL", reason: "other" } });
    const second = await acceptChange(irn, BILL);
    await run(second);

    const document = await documents.find(irn);
    expect(document?.bills?.map(({ status }) => status)).toEqual(["CNL", "ACT"]);
    expect(document?.seq).toBe(4);
    expect(events("ewb.generated")).toHaveLength(2);
    expect(events("ewb.cancelled")).toMatchObject([{ id: `ewb-cancelled-${ewbNo}`, data: { seq: 3 } }]);
  });

  it("cancelled twice is cancelled once, and after it the document can be", async () => {
    const { irn, cancelBill, acceptChange, run, deps, outcomeOf } = await withBill();
    await run(await acceptChange(irn, cancelBill));
    expect(await submit(deps, aChangeOf(irn, cancelBill))).toMatchObject({ outcome: { status: 200 } });
    const cancel = await acceptChange(irn, CANCEL);
    await run(cancel);
    expect(await outcomeOf(cancel)).toMatchObject({ status: 200 });
  });

  it.each([
    ["cancelled elsewhere", "CNL", "not_active"],
    ["active and not ours to cancel", "ACT", "refused_by_irp"],
  ] as const)("that is %s is not cancelled by us, and the refusal says why (312)", async (_, status, code) => {
    const { irn, cancelBill, acceptChange, run, portal, problemOf, documents } = await withBill();
    const rid = await acceptChange(irn, cancelBill);
    const bill = portal.bills.get(irn);
    if (bill) portal.bills.set(irn, { ...bill, status });
    portal.willChange({ is: "refused", errors: [{ code: "312", message: "" }] });
    await run(rid);
    expect(await problemOf(rid)).toMatchObject({ code });
    expect((await documents.find(irn))?.bills).toMatchObject([{ status }]);
  });

  it("keeps the document from being cancelled", async () => {
    const { irn, ewbNo, deps } = await withBill();
    expect(await submit(deps, aChangeOf(irn, CANCEL))).toMatchObject({
      outcome: { problem: { code: "eway_bill_active", ewbNo } },
    });
  });
});

describe("a change", () => {
  it("of a document that is being registered is told so, and nothing is accepted", async () => {
    const { accept, run, deps, portal, rows } = setup();
    const { rid, irn } = await accept();
    await expect(submit(deps, aChangeOf(irn, CANCEL))).rejects.toMatchObject({ body: { code: "not_found" } });
    portal.will({ is: "unknown" });
    await run(rid);
    await expect(submit(deps, aChangeOf(irn, CANCEL))).rejects.toMatchObject({
      body: { code: "registration_in_progress", irn },
    });
    expect(rows.requests.size).toBe(1);
  });

  it("of another GSTIN's document is of none", async () => {
    const { registered, deps } = setup();
    const irn = await registered();
    const foreign = aChangeOf(irn, CANCEL, { gstin: "29AAAZA0001A1ZI" });
    await expect(submit(deps, foreign)).rejects.toMatchObject({ body: { code: "not_found" } });
  });

  it.each([
    [24 * 60 + 6, "cancel_window_closed"],
    [24 * 60 + 4, undefined],
  ])("%s minutes after the acknowledgement: %s", async (minutes, code) => {
    const { registered, deps, clock } = setup();
    const irn = await registered();
    clock.advance(minutes * 60_000);
    const submitted = await submit(deps, aChangeOf(irn, CANCEL));
    expect(submitted).toMatchObject(code ? { outcome: { problem: { code } } } : { is: "accepted" });
  });

  it("is decided by the document as it is when its worker comes", async () => {
    const { registered, acceptChange, run, portal, problemOf, events } = setup();
    const irn = await registered();
    const [cancel, bill] = [await acceptChange(irn, CANCEL), await acceptChange(irn, BILL)];
    await run(cancel);
    await run(bill);
    expect(await problemOf(bill)).toMatchObject({ code: "not_active", irn });
    expect(events("ewb.failed")).toHaveLength(1);
    expect(portal.changes).toEqual(["NIC1 cancel"]);
  });

  it("whose stored payload is not what was accepted is never sent", async () => {
    const { registered, acceptChange, run, portal, problemOf, requests } = setup();
    const rid = await acceptChange(await registered(), CANCEL);
    const open: WorkDeps["requests"]["open"] = async (id) => {
      const opened = await requests.open(id);
      return opened && { ...opened, payload: { method: "POST", path: "/", query: {}, body: CANCEL } };
    };
    await run(rid, { requests: { ...requests, open } });
    expect(await problemOf(rid)).toMatchObject({ code: "payload_lost" });
    expect(portal.changes).toEqual([]);
  });
});

describe("a registration with an e-way bill", () => {
  const EwbDtls = { Distance: 0, TransMode: "1", VehNo: "MH12AB1234", VehType: "R" } as const;

  function withBeside(ewayBill: object) {
    const all = setup();
    const generate: WorkDeps["irp"]["generate"] = async (call, invoice) => {
      const answer = await all.portal.irp.generate(call, invoice);
      return answer.is === "ok" ? { is: "ok", value: { ...answer.value, ...ewayBill } } : answer;
    };
    return { ...all, irp: { ...all.portal.irp, generate } };
  }

  it("answers with both, and tells both in order", async () => {
    const madeAt = "2026-08-18T14:30:00+05:30";
    const { accept, run, irp, documents, events } = withBeside({ ewayBill: { ewbNo: "181000000009", madeAt } });
    const { rid, irn } = await accept(anInvoice({ EwbDtls }));
    await run(rid, { irp });
    const answer = JSON.parse((await documents.answer(irn)) ?? "");
    expect(answer.ewb).toEqual({ status: "ACT", ewbNo: "181000000009", ewbDt: madeAt });
    expect(await documents.find(irn)).toMatchObject({ seq: 2, bills: [{ ewbNo: "181000000009", rid }] });
    expect(await documents.irnOfBill("181000000009")).toBe(irn);
    expect(events("ewb.generated")).toMatchObject([{ data: { seq: 2, requestId: rid } }]);
  });

  it.each([
    ["refused", { ewayBill: { errors: [{ code: "4001", message: "no" }] } }, "4001"],
    ["not told of", {}, ""],
  ])("is registered though the bill is %s", async (_, beside, code) => {
    const { accept, run, irp, documents, events, outcomeOf } = withBeside(beside);
    const { rid, irn } = await accept(anInvoice({ EwbDtls }));
    await run(rid, { irp });
    expect(await outcomeOf(rid)).toMatchObject({ status: 201 });
    expect(JSON.parse((await documents.answer(irn)) ?? "").ewb).toMatchObject({ status: "failed", errors: [{ code }] });
    expect(events("ewb.failed")).toMatchObject([{ data: { errors: [{ code }] } }]);
    expect(await documents.find(irn)).toMatchObject({ seq: 1 });
  });
});

describe("a credit note", () => {
  const note = (docNo: string) => {
    const invoice = anInvoice({ docNo });
    const PrecDocDtls = [
      { InvNo: "INV/26-27/001", InvDt: invoice.DocDtls.Dt },
      { InvNo: "NEVER-1", InvDt: invoice.DocDtls.Dt },
    ];
    return { ...invoice, DocDtls: { ...invoice.DocDtls, Typ: "CRN" as const }, RefDtls: { PrecDocDtls } };
  };

  it("is linked to the invoice that it corrects, where that is ours", async () => {
    const { registered, documents } = setup();
    const original = await registered();
    const irn = await registered(note("CRN-1"));
    expect(JSON.parse((await documents.answer(irn)) ?? "").links).toEqual({
      self: `/irn/${irn}`,
      originals: [`/irn/${original}`],
    });
  });
});
