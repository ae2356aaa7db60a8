import { describe, expect, it } from "vitest";
import { type LoadPlan, smallPlans } from "./plan.ts";
import { simulateLoad } from "./run.ts";
import { loadSabotages } from "./sabotage.ts";
import type { LoadInvariant } from "./watch.ts";

const MINUTE_MS = 60_000;
const few = { busy: 2, backlog: 200, quiet: 5, mostMs: 30 * MINUTE_MS } as const;
const calm: LoadPlan = { ...smallPlans.calm, ...few };
const eager: LoadPlan = { ...calm, directEveryMs: 1_500, backlog: 60 };
const throttled: LoadPlan = { ...calm, throttled: [{ fromMs: MINUTE_MS, toMs: 2 * MINUTE_MS }] };
const slow: LoadPlan = {
  ...calm,
  ...{ busy: 1, backlog: 40, directEveryMs: Infinity, mostReceives: 40, mostReceivesEach: 12 },
  policy: { ...calm.policy, calls: 10 },
};
const { crowded } = smallPlans;
const shared: LoadPlan = { ...smallPlans.shared, mostMs: 12 * MINUTE_MS };

const raised: LoadPlan = {
  ...calm,
  ...{ busy: 1, backlog: 800, acceptEveryMs: 2, directEveryMs: Infinity, leastUse: 0.85 },
  changes: [{ atMs: MINUTE_MS, policy: { ...calm.policy, calls: 4 * calm.policy.calls } }],
};

/** Each safeguard of the shared budget, taken away alone: in which load, and what notices. */
const noticedBy: Readonly<Record<keyof typeof loadSabotages, readonly [LoadPlan, LoadInvariant]>> = {
  // A backlog has used the slots that a burst of direct calls counts on.
  queuedTolerance: [eager, "direct calls have their reserve"],
  slotsOfLookUps: [{ ...calm, lostAnswers: 0.05 }, "every call has a slot"],
  // As many limits as there are workers.
  sharedBudget: [{ ...eager, busy: 1, directEveryMs: 500 }, "slots stay within the limit"],
  // Everybody waits for everybody.
  budgetByGstin: [calm, "the backlog uses the limit"],
  failsClosed: [throttled, "every call has a slot"],
  // The number runs ahead of all whose clock is right.
  clocks: [eager, "direct calls have their reserve"],
  // What is in the table stays there.
  refill: [calm, "the queue goes on"],
  windowAtAcceptance: [{ ...calm, backlog: 500 }, "the queue is a window"],
  // A group is blocked for a minute by what nobody works on.
  handBack: [calm, "the backlog uses the limit"],
  handBackOfTheRest: [calm, "the backlog uses the limit"],
  turn: [slow, "no busy loop"],
  queueShare: [crowded, "the queue goes on"],
  roomInTheQueue: [shared, "the queue is a window"],
  waitingItsTurn: [shared, "the queue is a window"],
  furthestPlace: [shared, "the queue is a window"],
  lookAhead: [raised, "the backlog uses the limit"],
};

const plans = Map.groupBy(Object.values(noticedBy), ([plan]) => plan);

describe("without a safeguard of the budget", { timeout: 120_000 }, () => {
  it.each(Object.keys(noticedBy) as (keyof typeof loadSabotages)[])("%s: an invariant notices", async (name) => {
    const [plan, invariant] = noticedBy[name];
    const { violations } = await simulateLoad(plan, loadSabotages[name]);
    expect(violations.map((each) => each.invariant)).toContain(invariant);
  });

  it.each([...plans])("nothing is noticed where nothing is missing (%#)", async (plan, rows) => {
    const { violations } = await simulateLoad(plan);
    const watched = rows.map(([, invariant]) => invariant);
    expect(violations.filter(({ invariant }) => watched.includes(invariant))).toEqual([]);
  });
});
