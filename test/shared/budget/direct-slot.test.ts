import { expect, it } from "vitest";
import { takeDirectSlot } from "../../../shared/budget/direct-slot.ts";
import { AT, at } from "../../fakes/a-request.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";

const GSTIN = "27AAAZA0001A1ZM";

function setup(burst: number) {
  return { budget: memoryBudget(onePolicy({ calls: 60, perSeconds: 60, burst, reserve: 0 })), now: () => AT };
}

it("says when the slot was taken, and takes one from the direct flow's share", async () => {
  const deps = setup(3);
  expect(await takeDirectSlot(deps, GSTIN)).toEqual(AT);
  expect((await deps.budget.level(GSTIN, AT)).remaining).toBe(2);
});

it("says what else the caller may do, and shows the budget, where there is none", async () => {
  const deps = setup(1);
  await takeDirectSlot(deps, GSTIN);
  await expect(takeDirectSlot(deps, GSTIN, ", or not at all")).rejects.toMatchObject({
    body: { status: 429, code: "rate_limited", detail: "repeat it after the time in Retry-After, or not at all" },
    headers: { "retry-after": "1", ratelimit: '"gstin";r=0;t=1', "ratelimit-policy": '"gstin";q=60;w=60' },
  });
});

it.each([
  [0, "1"],
  [1, "1"],
  [1_001, "2"],
])("never sends a caller back sooner than a slot is free, nor at once: %i ms", async (ms, seconds) => {
  const { budget, now } = setup(1);
  const full = { ...budget, take: async () => ({ retryAt: at(ms) }) };
  await expect(takeDirectSlot({ budget: full, now }, GSTIN)).rejects.toMatchObject({
    headers: { "retry-after": seconds },
  });
});
