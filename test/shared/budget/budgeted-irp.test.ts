import { describe, expect, it } from "vitest";
import { budgetedIrp } from "../../../shared/budget/budgeted-irp.ts";
import type { Answer, Irp, IrpCall } from "../../../shared/irp/irp.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

const CALL: IrpCall = { gstin: "27", portal: "NIC1", mayStillSend: () => true };
const ONE_A_SECOND = { calls: 1, perSeconds: 1, burst: 2, reserve: 1 };
const OK = { is: "unknown", errors: [], reason: "scripted" } as const;

function setup(policy: Parameters<typeof onePolicy>[0] = ONE_A_SECOND, answer: Answer<never> = OK) {
  const clock = virtualClock();
  const budget = memoryBudget(onePolicy(policy));
  const calls: string[] = [];
  const upstream = new Proxy({} as Irp, {
    get: (_, name) => async () => {
      calls.push(String(name));
      return answer;
    },
  });
  const deps = { irp: upstream, budget, now: clock.now, sleep: clock.sleep };
  return { clock, budget, calls, deps, irp: budgetedIrp(deps) };
}

const EVERY: readonly [keyof Irp, (irp: Irp) => Promise<Answer<unknown>>][] = [
  ["generate", (irp) => irp.generate(CALL, anInvoice())],
  ["byIrn", (irp) => irp.byIrn(CALL, "i")],
  ["byDocument", (irp) => irp.byDocument(CALL, { docType: "INV", docNo: "A", docDate: "18/08/2026" })],
  ["cancel", (irp) => irp.cancel(CALL, "i", { reason: "other", remarks: "r" })],
  ["rejected", (irp) => irp.rejected(CALL, "18/08/2026")],
  ["makeEwayBill", (irp) => irp.makeEwayBill(CALL, "i", {})],
  ["ewayBillOf", (irp) => irp.ewayBillOf(CALL, "i")],
  ["cancelEwayBill", (irp) => irp.cancelEwayBill(CALL, "1", { reason: "other", remarks: "r" })],
  ["taxpayer", (irp) => irp.taxpayer(CALL, "g")],
  ["syncTaxpayer", (irp) => irp.syncTaxpayer(CALL, "g")],
];

describe("a budgeted IRP", () => {
  it.each(EVERY)("takes a slot for %s, and sends nothing without one", async (name, call) => {
    const { irp, calls, clock } = setup({ ...ONE_A_SECOND, perSeconds: 10 });
    await call(irp);
    const retryAt = new Date(clock.now().getTime() + 10_000);
    expect(await call(irp)).toMatchObject({ is: "not-sent", errors: [], retryAt });
    expect(calls).toEqual([name]);
  });

  it("waits in place for a slot that is less than a second away", async () => {
    const { irp, calls, clock } = setup({ ...ONE_A_SECOND, calls: 2 });
    await irp.byIrn(CALL, "i");
    await irp.byIrn(CALL, "i");
    expect([calls.length, clock.monotonicMs()]).toEqual([2, 500]);
  });

  it("takes none for a call that was admitted", async () => {
    const { irp, calls } = setup({ ...ONE_A_SECOND, calls: 0 });
    await irp.generate({ ...CALL, isAdmitted: true }, anInvoice());
    expect(calls).toEqual(["generate"]);
  });

  it("leaves direct calls their reserve", async () => {
    const { irp, budget, clock } = setup({ ...ONE_A_SECOND, perSeconds: 100 });
    await irp.byIrn(CALL, "i");
    await irp.byIrn(CALL, "i");
    expect(await budget.take("27", "direct", clock.now())).toBe("taken");
  });

  it("sends nothing when the budget cannot be asked", async () => {
    const { deps, calls } = setup();
    const irp = budgetedIrp({ ...deps, budget: failing(deps.budget, "take") });
    expect(await irp.byIrn(CALL, "i")).toMatchObject({ is: "not-sent", errors: [] });
    expect(calls).toEqual([]);
  });

  it.each([
    ["a quota code", { errors: [{ code: "3108", message: "" }], reason: "the portal answered 3108" }],
    ["a gateway's 429", { errors: [], reason: "HTTP 429" }],
  ])("holds everybody back after %s", async (_, words) => {
    const retryAt = new Date(Date.parse("2026-08-18T09:01:00Z"));
    const { irp, budget, clock } = setup({ ...ONE_A_SECOND, burst: 50 }, { is: "not-sent", ...words, retryAt });
    await irp.byIrn(CALL, "i");
    expect(await budget.take("27", "direct", clock.now())).toEqual({ retryAt });
    expect(await budget.take("29", "direct", clock.now())).toBe("taken");
  });

  it("holds nobody back for what is no quota, and keeps its answer when it cannot", async () => {
    const retryAt = new Date(Date.parse("2026-08-18T09:01:00Z"));
    const down = { is: "not-sent", errors: [], reason: "ECONNREFUSED", retryAt } as const;
    const { irp, budget, clock } = setup({ ...ONE_A_SECOND, burst: 50 }, down);
    expect(await irp.byIrn(CALL, "i")).toEqual(down);
    expect(await budget.take("27", "direct", clock.now())).toBe("taken");

    const quota = { ...down, reason: "HTTP 429" };
    const { deps } = setup({ ...ONE_A_SECOND, burst: 50 }, quota);
    expect(await budgetedIrp({ ...deps, budget: failing(deps.budget, "holdUntil") }).byIrn(CALL, "i")).toEqual(quota);
  });
});
