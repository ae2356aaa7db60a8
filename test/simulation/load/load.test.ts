import { describe, expect, it } from "vitest";
import { HOUR, type LoadPlan, smallPlans } from "./plan.ts";
import { simulateLoad } from "./run.ts";

/** Not what it takes, but what an overloaded machine may need. */
const LONGEST_MS = 120_000;

describe("a backlog of many GSTINs beside quiet ones", { timeout: LONGEST_MS }, () => {
  it("uses the limit, leaves direct calls their reserve, and holds up nobody", async () => {
    const alone = await simulateLoad(smallPlans.alone);
    const beside = await simulateLoad(smallPlans.calm);
    expect([...alone.violations, ...beside.violations]).toEqual([]);
    const { directLatency, queuedLatency } = beside.figures;
    expect(directLatency.p50).toBeLessThan(1.2 * alone.figures.directLatency.p50);
    expect(queuedLatency.p99).toBeLessThan(20_000);
  });

  it("stays within the limit, and ends, whoever dies and whatever is lost, with clocks two seconds off", async () => {
    const { violations, figures } = await simulateLoad(smallPlans.storm);
    expect(violations).toEqual([]);
    expect(figures.crashes).toBeGreaterThan(0);
  });
});

const { calm, crowded, shared } = smallPlans;

describe("flows", { timeout: LONGEST_MS }, () => {
  it("do not starve each other: the queue goes on beside more direct calls than the limit allows", async () => {
    const { violations, figures } = await simulateLoad(crowded);
    expect(violations).toEqual([]);
    expect(figures.refusedDirect).toBeGreaterThan(20);
  });

  it("share the limit, and the queue stays a window though its estimate knows only of one of them", async () => {
    expect((await simulateLoad({ ...shared, backlog: 400 })).violations).toEqual([]);
  });
});

const one = { ...calm, busy: 1, quiet: 2, directEveryMs: Infinity } as const;

const limits: Readonly<Record<string, LoadPlan>> = {
  "one call an hour": {
    ...{ ...one, backlog: 4, policy: { calls: 1, perSeconds: 3_600, burst: 2, reserve: 1 } },
    ...{ quiet: 0, longestStillMs: HOUR + 60_000, mostReceivesEach: 30 },
  },
  "ten thousand calls a second": {
    ...{ ...one, backlog: 2_000, acceptEveryMs: 1, policy: { calls: 10_000, perSeconds: 1, burst: 100, reserve: 10 } },
    // Two workers are the limit here, not the rate.
    leastUse: 0,
  },
  "a limit that is lowered while 5,000 wait": {
    ...{ ...one, backlog: 5_200, acceptEveryMs: 1, policy: { calls: 600, perSeconds: 60, burst: 20, reserve: 10 } },
    ...{ changes: [{ atMs: 10_000, policy: { calls: 300, perSeconds: 60, burst: 10, reserve: 5 } }], leastUse: 0.9 },
  },
  "a limit that is raised while hundreds wait": {
    ...{ ...one, backlog: 800, acceptEveryMs: 2 },
    // What waits in the table by then comes with the next round at the pace of now.
    ...{ changes: [{ atMs: 60_000, policy: { calls: 240, perSeconds: 60, burst: 20, reserve: 10 } }], leastUse: 0.85 },
  },
  "a limit of nothing for half an hour": {
    ...{ ...one, backlog: 200, longestStillMs: HOUR, leastUse: 0, mostReceives: 60, mostReceivesEach: 12 },
    changes: [
      { atMs: 30_000, policy: { calls: 0, perSeconds: 60, burst: 20, reserve: 10 } },
      { atMs: HOUR / 2, policy: calm.policy },
    ],
  },
};

describe("a limit", { timeout: LONGEST_MS }, () => {
  it.each(Object.entries(limits))("%s: it is kept, and nothing is lost", async (_, plan) => {
    const { violations, figures } = await simulateLoad(plan);
    expect(violations).toEqual([]);
    expect(figures.ended).toBeGreaterThanOrEqual(plan.backlog);
  });
});
