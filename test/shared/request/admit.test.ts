import { describe, expect, it } from "vitest";
import { admit } from "../../../shared/request/admit.ts";
import { KEY_LIFE_MS } from "../../../shared/request/request.ts";
import { submit } from "../../../shared/request/submit.ts";
import { REGISTERED } from "../../fakes/a-request.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { anAccount, aSubmission } from "./a-submission.ts";

/** One call every ten seconds, two at once, one of them for direct calls alone. */
const SLOW = { calls: 1, perSeconds: 10, burst: 2, reserve: 1 };

async function setup(flow: "direct" | "queued", policy: Parameters<typeof onePolicy>[0] = SLOW) {
  const account = anAccount({ policies: onePolicy(policy) });
  const submitted = await submit(account.deps, aSubmission(anInvoice(), { flow }));
  const rid = submitted.is === "accepted" ? submitted.rid : "";
  const { clock, requests, budget } = account;
  const { journal } = account.trail;
  const deps = { requests, budget, journal, now: clock.now, sleep: clock.sleep };
  const run = (changes: Partial<typeof deps> = {}, which = rid, receives = 1) =>
    admit({ ...deps, ...changes }, { v: 1, rid: which, irn: "", attempt: 1 }, { flow, receives });
  const use = () => budget.take(aSubmission().gstin, "queued", clock.now());
  return { ...account, rid, run, use };
}

describe("admission", () => {
  it("of a direct request uses the slot that it came in with", async () => {
    const { run, rid, budget, clock } = await setup("direct");
    clock.advance(5_000);
    expect(await run()).toMatchObject({ is: "admitted", request: { rid }, hasSlot: true });
    expect((await budget.level(aSubmission().gstin, clock.now())).remaining).toBe(1);
  });

  it("of a direct request that was handed back takes another slot: the first one may be used", async () => {
    const { run, rid, use } = await setup("direct");
    await use();
    expect(await run({}, rid, 2)).toEqual({ is: "over" });
    expect(await run({}, rid, 1)).toMatchObject({ is: "admitted" });
  });

  it("of a direct request that was long on its way takes another slot, or parks it for the queued flow", async () => {
    const { run, rid, use, clock, requests } = await setup("direct");
    clock.advance(20_000);
    expect(await run()).toMatchObject({ is: "admitted" });
    clock.advance(5_001);
    await use();
    expect(await run()).toEqual({ is: "over" });
    const { sweepAt = 0 } = (await requests.find(rid)) ?? {};
    expect(sweepAt - clock.now().getTime()).toBeGreaterThan(2_000);
  });

  it("of a queued request tells the budget how far the queue is, also when the slot was awaited", async () => {
    const { run, budget, clock, use, deps } = await setup("queued", {
      calls: 60,
      perSeconds: 60,
      burst: 2,
      reserve: 1,
    });
    const { gstin } = aSubmission();
    const admitted = async () => (await budget.level(gstin, clock.now())).line.admitted;
    await use();
    clock.advance(500);
    const later = run();
    expect(await admitted()).toBe(0);
    expect(await later).toMatchObject({ is: "admitted", hasSlot: true });
    expect(await admitted()).toBe(1);

    const second = await submit(deps, aSubmission(anInvoice({ docNo: "A/2" }), { flow: "queued" }));
    clock.advance(5_000);
    expect(await run({}, second.is === "accepted" ? second.rid : "")).toMatchObject({ is: "admitted" });
    expect(await admitted()).toBe(2);
  });

  it("of a queued request takes a slot, or says when to come again", async () => {
    const { run, use, clock, rid, requests } = await setup("queued");
    const before = await requests.find(rid);
    expect(await run()).toMatchObject({ is: "admitted", hasSlot: true });
    expect(await run()).toEqual({ is: "later", until: new Date(clock.now().getTime() + 10_000) });
    clock.advance(10_000);
    await use();
    expect(await run()).toMatchObject({ is: "later" });
    expect(await requests.find(rid)).toEqual(before);
  });

  it("waits in place for a slot that is less than a second away", async () => {
    const { run, use, clock } = await setup("queued", { ...SLOW, perSeconds: 1, calls: 2 });
    await use();
    expect(await run()).toMatchObject({ is: "admitted" });
    expect(clock.monotonicMs()).toBe(500);
  });

  it("is over, and takes no slot, for what is finished or another life of its key", async () => {
    const { run, rid, requests, clock, use } = await setup("queued");
    await requests.finish(rid, { kind: "registered", status: 201, irn: "i" }, clock.now());
    expect(await run()).toEqual({ is: "over" });
    expect(await run({}, `${rid.split(".")[0]}.earlier`)).toEqual({ is: "over" });
    expect(await use()).toBe("taken");
  });

  it("without a slot ends what has waited for a day", async () => {
    const { run, clock } = await setup("queued", { ...SLOW, calls: 0 });
    expect(await run()).toMatchObject({ is: "later" });
    clock.advance(KEY_LIFE_MS + 1);
    expect(await run()).toMatchObject({ is: "admitted", hasSlot: false });
  });

  it("fails when the budget cannot be asked", async () => {
    const { run, budget } = await setup("queued");
    await expect(run({ budget: failing(budget, "take") })).rejects.toThrow("take failed");
  });

  it("puts an outcome on record once more where the message comes again: who had it may have stopped before", async () => {
    const { run, rid, requests, clock, trail } = await setup("queued");
    await requests.finish(rid, REGISTERED, clock.now());

    expect(await run()).toEqual({ is: "over" });
    const outcomes = () => trail.records().filter(({ kind }) => kind === "outcome");
    expect(outcomes()).toEqual([]);
    expect(await run({}, rid, 2)).toEqual({ is: "over" });
    expect(outcomes()).toMatchObject([{ rid, status: 201 }]);
  });
});
