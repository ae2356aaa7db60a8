import { describe, expect, it } from "vitest";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { KEY_LIFE_MS } from "../../../shared/request/request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import type { fakeIrp } from "../../fakes/fake-irp.ts";
import { aWorker, LAG_MS, LEASE_MS } from "./a-worker.ts";

const SETTLED_MS = LEASE_MS + LAG_MS;
const DAY_MS = KEY_LIFE_MS;
const DUPLICATE = { is: "unknown", errors: [{ code: "2150", message: "Duplicate IRN" }] } as const;
const DATE_RULE = { is: "refused", errors: [{ code: "2305", message: "older than 30 days" }] } as const;

/** An accepted document, and a worker that takes its message whenever it is told. */
async function setup(invoice: Invoice = anInvoice()) {
  const worker = aWorker();
  const { accept, requests } = worker;
  const { rid, irn } = await accept(invoice, { idempotencyKey: "k1" });
  const outcomeOf = async (which = rid) => (await requests.find(which))?.outcome;
  return { ...worker, rid, irn, outcomeOf };
}

describe("a lost answer", () => {
  it("is found by a look-up at the portal that was asked, and registered as if it had come", async () => {
    const { portal, run, rid, irn, outcomeOf, documents, bus } = await setup();
    portal.will({ is: "unknown", committed: true });
    await run(rid);
    expect(await run(rid)).toEqual({ is: "done" });

    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
    expect(await documents.find(irn)).toMatchObject({ status: "ACT", reg: { rid, portal: "NIC1" } });
    expect(bus.published).toMatchObject([{ type: "irn.generated" }]);
    expect([portal.calls.length, portal.looks]).toEqual([1, ["NIC1 by document"]]);
  });

  it("is registered with the portal where it was seen", async () => {
    const { portal, run, rid, irn, documents } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    portal.registers(anInvoice(), { portal: "NIC2" });
    await run(rid);
    expect(await documents.find(irn)).toMatchObject({ reg: { portal: "NIC2" } });
    expect(portal.looks).toEqual(["NIC1 by document", "NIC2 by document"]);
  });

  it("is looked for after 2 and 5 seconds with the message kept, then by the sweeper, less and less often", async () => {
    const { portal, run, rid, requests, clock } = await setup();
    portal.will({ is: "unknown" });
    portal.willShow(...Array.from({ length: 40 }, () => ({ is: "unknown" }) as const));
    const waits: number[] = [];
    for (let look = 0; look < 9; look++) {
      const verdict = await run(rid);
      const until = verdict.is === "hand-back" ? verdict.until.getTime() : ((await requests.find(rid))?.sweepAt ?? 0);
      waits.push((until - clock.now().getTime()) / 1000);
      clock.advance(until - clock.now().getTime());
    }
    expect(waits).toEqual([2, 5, 15, 30, 60, 300, 900, 3600, 3600]);
    expect(portal.calls).toHaveLength(1);
  });

  it("that was never registered is sent again to the same portal, once both portals said so late enough", async () => {
    const { portal, run, rid, irn, clock, outcomeOf, documents } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(SETTLED_MS - 1);
    await run(rid);
    expect(portal.calls).toHaveLength(1);
    clock.advance(1);
    const choice = { choose: async () => ({ portal: "NIC2" }) };
    expect(await run(rid, { choice })).toEqual({ is: "done" });

    expect(portal.calls.map(({ call }) => call.portal)).toEqual(["NIC1", "NIC1"]);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
    expect(await documents.find(irn)).toMatchObject({ reg: { rid, portal: "NIC1" } });
  });

  it.each([
    [
      "the other portal does not answer",
      [{ is: "refused", errors: [{ code: "2154", message: "" }] }, { is: "unknown" }],
    ],
    ["the portal refuses for another reason", [{ is: "refused", errors: [{ code: "2226", message: "" }] }]],
  ] as const)("is not sent again while %s", async (_, steps) => {
    const { portal, run, rid, clock } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(10 * SETTLED_MS);
    portal.willShow(...steps);
    await run(rid);
    expect(portal.calls).toHaveLength(1);
  });

  it("is looked for portal by portal where there is a slot for one at a time, and comes back when there is another", async () => {
    const { portal, run, rid, clock, documents, irn, requests } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(SETTLED_MS);
    const none = { is: "refused", errors: [{ code: "2154", message: "" }] } as const;
    const retryAt = new Date(clock.now().getTime() + 30_000);
    portal.willShow(none, { is: "not-sent", retryAt });
    await run(rid);
    expect(await documents.find(irn)).toMatchObject({ pending: { without: ["NIC1"], looks: 1 } });
    expect((await requests.find(rid))?.sweepAt).toBe(retryAt.getTime());

    await run(rid);
    expect(portal.looks).toEqual(["NIC1 by document", "NIC2 by document", "NIC2 by document"]);
    expect(portal.calls).toHaveLength(2);
  });

  it("is looked for no more often because a slot for the second portal is soon there: each look spends one on the first", async () => {
    const { portal, run, rid, clock, documents, irn, requests } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    const none = { is: "refused", errors: [{ code: "2154", message: "" }] } as const;
    const soon = () => ({ is: "not-sent", retryAt: new Date(clock.now().getTime() + 1_000) }) as const;
    const pausesMs: number[] = [];
    for (let look = 0; look < 3; look++) {
      clock.advance(5_000);
      portal.willShow(none, soon());
      const verdict = await run(rid);
      const { sweepAt = 0 } = (await requests.find(rid)) ?? {};
      pausesMs.push((verdict.is === "hand-back" ? verdict.until.getTime() : sweepAt) - clock.now().getTime());
    }
    expect(pausesMs).toEqual([5_000, 15_000, 30_000]);
    expect(await documents.find(irn)).toMatchObject({ pending: { looks: 4 } });

    clock.advance(SETTLED_MS);
    portal.willShow(none, soon());
    expect(await run(rid)).toEqual({ is: "hand-back", until: new Date(clock.now().getTime() + 1_000) });
  });

  it("is looked for again as soon as there is a slot where there was none for any portal: nothing was spent", async () => {
    const { portal, run, rid, clock } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(SETTLED_MS);
    const soon = { is: "not-sent", retryAt: new Date(clock.now().getTime() + 1_000) } as const;
    portal.willShow(soon, soon);
    expect(await run(rid)).toEqual({ is: "hand-back", until: soon.retryAt });
  });

  it("is asked for at every portal again when it is not late enough, and after it was sent again", async () => {
    const { portal, run, rid, clock, documents, irn } = await setup();
    portal.will({ is: "unknown" }, { is: "unknown" });
    await run(rid);
    await run(rid);
    expect((await documents.find(irn))?.pending).toMatchObject({ without: [] });
    clock.advance(SETTLED_MS);
    await run(rid);
    expect(portal.calls).toHaveLength(2);
    expect((await documents.find(irn))?.pending).not.toHaveProperty("without");
  });

  it("is sent again less and less often, however often the portal fails", async () => {
    const { portal, run, rid, clock } = await setup();
    portal.will(...Array.from({ length: 50 }, () => ({ is: "unknown" }) as const));
    const sentAfter: number[] = [];
    for (let second = 0; second < 3 * 3600; second += 5) {
      const before = portal.calls.length;
      await run(rid);
      if (portal.calls.length > before) sentAfter.push(second);
      clock.advance(5_000);
    }
    expect(sentAfter).toEqual([0, 55, 115, 415, 2215, 5815, 9415]);
  });

  it("counts for the request whose content it has, when two had the number", async () => {
    const { portal, run, rid, irn, accept, clock, outcomeOf, documents } = await setup();
    portal.will({ is: "unknown" }, { is: "unknown" });
    await run(rid);
    const other = await accept(withTotal(1181)(anInvoice()), { idempotencyKey: "k2" });
    clock.advance(SETTLED_MS);
    await run(other.rid);
    expect(portal.calls).toHaveLength(2);
    portal.registers(anInvoice());
    await run(other.rid);

    expect(await documents.find(irn)).toMatchObject({ reg: { rid } });
    expect(await outcomeOf(other.rid)).toMatchObject({ problem: { code: "number_used" } });
    await run(rid);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
  });

  it("is another's when only number, date and total are the same", async () => {
    const { portal, run, rid, irn, outcomeOf, documents, bus } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    portal.registers(anInvoice({ RefDtls: { InvRm: "not ours" } }));
    await run(rid);

    expect(await outcomeOf()).toMatchObject({ problem: { code: "number_used", irn } });
    expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: "27AAAZA0001A1ZM", seq: 0 });
    expect(bus.published).toMatchObject([{ type: "irn.failed", data: { code: "number_used" } }]);
  });

  it("counts for another request's content, which was sent later and is not this one's", async () => {
    const { portal, run, rid, irn, accept, clock, outcomeOf, documents, bus } = await setup();
    portal.will({ is: "unknown" }, { is: "unknown", committed: true });
    await run(rid);
    const other = await accept(withTotal(1181)(anInvoice()), { idempotencyKey: "k2" });
    clock.advance(SETTLED_MS);
    await run(other.rid);
    await run(rid);

    expect(await documents.find(irn)).toMatchObject({ reg: { rid: other.rid } });
    expect(bus.published[0]).toMatchObject({ type: "irn.generated", data: { requestId: other.rid } });
    expect(await outcomeOf()).toMatchObject({ problem: { code: "number_used" } });
    await run(other.rid);
    expect(await outcomeOf(other.rid)).toEqual({ kind: "registered", status: 201, irn });
  });

  it("is looked for by its IRN when it is another request's: that may bear another date", async () => {
    const { portal, run, rid, irn, accept, clock, outcomeOf } = await setup();
    portal.will({ is: "unknown", committed: true });
    await run(rid);
    const other = await accept(anInvoice({ docDate: "17/08/2026" }), { idempotencyKey: "k2" });
    clock.advance(10 * SETTLED_MS);
    await run(other.rid);

    expect([portal.calls.length, portal.looks]).toEqual([1, ["NIC1 by IRN"]]);
    expect(await outcomeOf(other.rid)).toMatchObject({ problem: { code: "number_used" } });
    await run(rid);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
  });

  it("is neither sent again nor refused once portals may no longer show it", async () => {
    const { portal, run, rid, clock, outcomeOf } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(2 * DAY_MS + 1);
    await run(rid);
    expect([portal.calls.length, await outcomeOf()]).toEqual([1, undefined]);
  });

  it("is the request's that the event names, when two found the same content and the first one died", async () => {
    const { portal, run, rid, irn, accept, clock, outcomeOf, documents, bus } = await setup(
      withTotal(1181)(anInvoice()),
    );
    portal.will({ is: "unknown" });
    await run(rid);
    const [one, other] = [
      await accept(anInvoice(), { idempotencyKey: "k2" }),
      await accept(anInvoice(), { idempotencyKey: "k3" }),
    ];
    portal.registers(anInvoice());
    await run(one.rid, { documents: failing(documents, "register") }).catch(() => undefined);
    clock.advance(LEASE_MS + 2_001);
    await run(other.rid);
    await run(one.rid);

    expect(await documents.find(irn)).toMatchObject({ reg: { rid: one.rid } });
    expect(bus.published).toMatchObject([{ data: { requestId: one.rid } }, { data: { requestId: one.rid } }]);
    expect([await outcomeOf(one.rid), await outcomeOf(other.rid)]).toMatchObject([{ status: 201 }, { status: 200 }]);
  });

  it("shows nothing when what is found speaks of another IRN", async () => {
    const { portal, run, rid, irn, clock, outcomeOf } = await setup();
    portal.will({ is: "unknown", committed: true });
    await run(rid);
    clock.advance(10 * SETTLED_MS);
    const verify = async () => ({ ...{ irn: `${irn}0`, docFp: "x", ackNo: "1" }, ackDt: "2026-08-18T14:30:00+05:30" });
    await run(rid, { verify });
    expect([await outcomeOf(), portal.calls.length]).toEqual([undefined, 1]);
  });

  it("shows nothing when nobody vouches for what is found", async () => {
    const { portal, run, rid, clock } = await setup();
    portal.will({ is: "unknown", committed: true });
    await run(rid);
    clock.advance(10 * SETTLED_MS);
    await run(rid, { verify: async () => Promise.reject(new Error("no such key")) });
    expect(portal.calls).toHaveLength(1);
  });

  it("that nobody answers for within three days ends as unknown, stays pending and is told", async () => {
    const { portal, run, rid, irn, clock, outcomeOf, documents, bus } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(3 * DAY_MS + 1);
    portal.willShow({ is: "unknown" }, { is: "unknown" });
    await run(rid);

    expect(await outcomeOf()).toMatchObject({ problem: { code: "outcome_unknown", status: 409 } });
    expect(await documents.find(irn)).toMatchObject({ pending: { rid, portal: "NIC1" } });
    expect(await documents.find(irn)).not.toHaveProperty("lock");
    expect(bus.published).toMatchObject([{ type: "irn.outcome_unknown", data: { requestId: rid } }]);
  });

  it("ends as not registered when a day has passed and both portals have none", async () => {
    const { portal, run, rid, irn, clock, outcomeOf, documents } = await setup();
    portal.will({ is: "unknown" });
    await run(rid);
    clock.advance(DAY_MS + 1);
    await run(rid);
    expect(await outcomeOf()).toMatchObject({ problem: { code: "not_registered" } });
    expect(await documents.find(irn)).not.toHaveProperty("pending");
    expect(portal.calls).toHaveLength(1);
  });
});

describe("a later submission", () => {
  async function resubmitted(...steps: Parameters<ReturnType<typeof fakeIrp>["will"]>) {
    const world = await setup();
    world.portal.will({ is: "unknown" }, ...steps);
    await world.run(world.rid);
    world.clock.advance(SETTLED_MS);
    return world;
  }

  it("that is refused is looked up before the refusal counts: a date rule hides the earlier one", async () => {
    const { portal, run, rid, irn, outcomeOf } = await resubmitted({ ...DATE_RULE, meanwhile: () => lateCommit() });
    const lateCommit = () => portal.registers(anInvoice());
    await run(rid);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
  });

  it("that is refused counts as refused when nothing is there", async () => {
    const { run, rid, outcomeOf, documents, irn } = await resubmitted(DATE_RULE);
    await run(rid);
    expect(await outcomeOf()).toMatchObject({ problem: { code: "refused_by_irp", errors: [{ irpCode: "2305" }] } });
    expect(await documents.find(irn)).not.toHaveProperty("pending");
  });

  it("that is refused waits when the look-up is open, and keeps what was submitted before", async () => {
    const { portal, run, rid, outcomeOf, documents, irn } = await resubmitted(DATE_RULE);
    portal.willShow(
      { is: "refused", errors: [{ code: "2154", message: "" }] },
      { is: "refused", errors: [{ code: "2154", message: "" }] },
      { is: "unknown" },
    );
    await run(rid);
    expect(await outcomeOf()).toBeUndefined();
    expect(await documents.find(irn)).toMatchObject({ pending: { n: 1 } });
  });

  it("that is refused is not sent once more when one portal could not be asked", async () => {
    const { portal, run, rid, outcomeOf, documents, irn } = await resubmitted(DATE_RULE);
    const none = { is: "refused", errors: [{ code: "2154", message: "" }] } as const;
    portal.willShow(none, none, none, { is: "unknown" });
    await run(rid);
    expect(await documents.find(irn)).toMatchObject({ pending: { without: ["NIC1"], refusal: { rid } } });
    await run(rid);
    expect(await outcomeOf()).toMatchObject({ problem: { code: "refused_by_irp", errors: [{ irpCode: "2305" }] } });
    expect([portal.calls.length, portal.looks.length]).toEqual([2, 5]);
  });

  it("that is refused says nothing of another request's content", async () => {
    const { portal, run, rid, accept, clock, outcomeOf } = await resubmitted(DATE_RULE);
    const none = { is: "refused", errors: [{ code: "2154", message: "" }] } as const;
    portal.willShow(none, none, none, { is: "unknown" });
    await run(rid);
    const other = await accept(withTotal(1181)(anInvoice()), { idempotencyKey: "k2" });
    clock.advance(2 * 3_600_000);
    await run(other.rid);
    expect(await outcomeOf(other.rid)).toMatchObject({ kind: "registered", status: 201 });
    expect(portal.calls).toHaveLength(3);
  });

  it("that was not sent keeps what was submitted before", async () => {
    const { run, rid, documents, irn } = await resubmitted({ is: "not-sent" });
    await run(rid);
    expect(await documents.find(irn)).toMatchObject({ pending: { n: 1, subs: [{ rid }] } });
  });

  it("that meets a duplicate finds its own earlier one", async () => {
    const world = await resubmitted({ ...DUPLICATE, meanwhile: () => world.portal.registers(anInvoice()) });
    await world.run(world.rid);
    await world.run(world.rid);
    expect(await world.outcomeOf()).toMatchObject({ kind: "registered", status: 201 });
  });
});

describe("a number that is taken", () => {
  it("2150: is looked for by its IRN, which may bear another date, and is never taken for absent", async () => {
    const { portal, run, rid, clock, outcomeOf } = await setup();
    portal.will(DUPLICATE);
    await run(rid);
    clock.advance(10 * SETTLED_MS);
    await run(rid);
    expect([portal.calls.length, portal.looks]).toEqual([1, ["NIC1 by IRN", "NIC2 by IRN"]]);
    expect(await outcomeOf()).toBeUndefined();
  });

  it("2150: the same document, registered through another system, is ours", async () => {
    const { portal, run, rid, irn, outcomeOf } = await setup();
    portal.registers(anInvoice(), { portal: "NIC2" });
    portal.will(DUPLICATE);
    await run(rid);
    await run(rid);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
  });

  it("2150: another document is 409 with its IRN", async () => {
    const { portal, run, rid, irn, outcomeOf } = await setup();
    portal.registers(withTotal(1181)(anInvoice()));
    portal.will(DUPLICATE);
    await run(rid);
    await run(rid);
    expect(await outcomeOf()).toMatchObject({ problem: { code: "number_used", irn } });
  });

  it("2278: a number of a cancelled document is 409 at once", async () => {
    const { portal, run, rid, outcomeOf } = await setup();
    portal.will({ is: "unknown", errors: [{ code: "2278", message: "" }] });
    expect(await run(rid)).toEqual({ is: "done" });
    expect(await outcomeOf()).toMatchObject({ problem: { code: "number_used", status: 409 } });
  });

  it("2278 after an earlier submission: that one was registered, and cancelled since", async () => {
    const { portal, run, rid, irn, outcomeOf, documents, clock } = await setup();
    portal.will({ is: "unknown" }, { is: "unknown", errors: [{ code: "2278", message: "" }] });
    await run(rid);
    clock.advance(SETTLED_MS);
    await run(rid);
    portal.registers(anInvoice(), { status: "CNL" });
    await run(rid);
    expect(await outcomeOf()).toEqual({ kind: "registered", status: 201, irn });
    expect(await documents.find(irn)).toMatchObject({ status: "CNL" });
  });

  it("2283: too old to be shown is 409 unverified, and stays pending", async () => {
    const { portal, run, rid, irn, outcomeOf, documents } = await setup();
    portal.will(DUPLICATE);
    portal.willShow({ is: "refused", errors: [{ code: "2283", message: "only for 3 days" }] });
    await run(rid);
    await run(rid);
    expect(await outcomeOf()).toMatchObject({ problem: { code: "registered_unverified", irn } });
    expect(await documents.find(irn)).toMatchObject({ pending: { rid } });
  });

  it.each([
    ["EY", "registered_elsewhere"],
    ["NIC2", undefined],
    ["NIC", undefined],
    [undefined, undefined],
  ])("2295 at %s: %s", async (irp, code) => {
    const { portal, run, rid, outcomeOf } = await setup();
    portal.will({ is: "unknown", errors: [{ code: "2295", message: "" }], ...(irp === undefined ? {} : { irp }) });
    await run(rid);
    const outcome = await outcomeOf();
    expect(outcome?.kind === "problem" ? outcome.problem.code : undefined).toBe(code);
  });
});

function withTotal(TotInvVal: number) {
  return (invoice: Invoice): Invoice => ({ ...invoice, ValDtls: { ...invoice.ValDtls, TotInvVal } });
}
