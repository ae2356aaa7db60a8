import { describe, expect, it } from "vitest";
import { patientBudget } from "../../../shared/budget/patient-budget.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

function setup(policy: Parameters<typeof onePolicy>[0]) {
  const clock = virtualClock();
  const budget = memoryBudget(onePolicy(policy));
  let asked = 0;
  const counted = {
    ...budget,
    take: (...args: Parameters<typeof budget.take>) => {
      asked += 1;
      return budget.take(...args);
    },
  };
  const patient = patientBudget(counted, clock.now);
  const take = (flow: "direct" | "queued" = "queued", gstin = "27") => patient.take(gstin, flow, clock.now());
  return { clock, patient, take, asked: () => asked };
}

const SLOW = { calls: 1, perSeconds: 10, burst: 3, reserve: 0 };

describe("a patient budget", () => {
  it("asks once more after the last slot, for however many come", async () => {
    const { clock, take, asked } = setup(SLOW);
    const slots = await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(slots.filter((slot) => slot === "taken")).toHaveLength(3);
    expect(slots.at(-1)).toEqual({ retryAt: new Date(clock.now().getTime() + 10_000) });
    expect(asked()).toBe(4);
  });

  it("tells the place that takes the slot", async () => {
    const { clock, patient } = setup(SLOW);
    await patient.take("27", "queued", clock.now(), 7);
    expect((await patient.level("27", clock.now())).line.admitted).toBe(7);
  });

  it("believes a refusal for a second at the most, and not beyond its time", async () => {
    const { clock, take, asked } = setup(SLOW);
    await Promise.all(Array.from({ length: 4 }, () => take()));
    clock.advance(999);
    await take();
    expect(asked()).toBe(4);
    clock.advance(1);
    await take();
    expect(asked()).toBe(5);
    clock.advance(9_000);
    expect(await take()).toBe("taken");
  });

  it("keeps flows and GSTINs apart", async () => {
    const { take } = setup({ ...SLOW, reserve: 2 });
    expect([await take(), await take()]).toEqual(["taken", expect.objectContaining({ retryAt: expect.any(Date) })]);
    expect([await take("direct"), await take("queued", "29")]).toEqual(["taken", "taken"]);
  });

  it("asks anew after the store has failed", async () => {
    const clock = virtualClock();
    const budget = memoryBudget(onePolicy(SLOW));
    let isDown = true;
    const take: typeof budget.take = (...args) =>
      isDown ? Promise.reject(new Error("throttled")) : budget.take(...args);
    const patient = patientBudget({ ...budget, take }, clock.now);
    await expect(patient.take("27", "queued", clock.now())).rejects.toThrow("throttled");
    isDown = false;
    expect(await patient.take("27", "queued", clock.now())).toBe("taken");
  });
});
