import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Flow } from "../../../shared/budget/flow.ts";
import { advanced, callStep, freeAt, heldUntil, level, queueStep } from "../../../shared/budget/gcra.ts";
import type { Policy } from "../../../shared/budget/policy.ts";

const NOW = 1_800_000_000_000_000;
const SECOND = 1_000_000;

const policies: fc.Arbitrary<Policy> = fc
  .record({
    calls: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(1, 7, 60, 10_000)),
    perSeconds: fc.constantFrom(1, 60, 3_600),
    burst: fc.integer({ min: 1, max: 50 }),
    reserve: fc.nat(49),
  })
  .filter(({ burst, reserve }) => reserve < burst);

/** What is taken of these attempts, each so many microseconds after the one before: the times of the calls. */
function callsOf(
  policy: Policy,
  attempts: readonly { readonly after: number; readonly flow: Flow; readonly skew: number }[],
) {
  const taken: number[] = [];
  let [tat, now] = [0, NOW];
  for (const { after, flow, skew } of attempts) {
    now += after;
    const next = advanced(callStep(policy, flow), tat, now + skew);
    if (next === undefined) continue;
    tat = next;
    taken.push(now);
  }
  return taken;
}

/** The most calls beyond what the window allows, over all windows that begin and end with a call. */
function excess({ calls, perSeconds, burst }: Policy, taken: readonly number[], slack: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, from] of taken.entries()) {
    for (let j = i; j < taken.length; j++) {
      const window = (taken[j] ?? from) - from + slack;
      most = Math.max(most, j - i + 1 - (burst + (calls * window) / (perSeconds * SECOND)));
    }
  }
  return most;
}

const attempt = (skew: number) =>
  fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * SECOND }), fc.integer({ min: 0, max: 5_000 })),
    flow: fc.constantFrom<Flow>("direct", "queued"),
    skew: fc.integer({ min: -skew, max: skew }),
  });

describe("the budget's number", () => {
  it("allows in any window no more than the burst and the rate", () => {
    fc.assert(
      fc.property(policies, fc.array(attempt(0), { maxLength: 120 }), (policy, attempts) => {
        expect(excess(policy, callsOf(policy, attempts), 0)).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  it("allows what two seconds more would, where clocks differ by as much", () => {
    fc.assert(
      fc.property(policies, fc.array(attempt(SECOND), { maxLength: 120 }), (policy, attempts) => {
        expect(excess(policy, callsOf(policy, attempts), 2 * SECOND)).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  it("allows a call at the time that it names, and not a microsecond before", () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom<Flow>("direct", "queued"),
        fc.nat(3_600 * SECOND),
        (policy, flow, ahead) => {
          const step = callStep(policy, flow);
          const tat = NOW + ahead;
          if (advanced(step, tat, NOW) !== undefined) return;
          const free = freeAt(step, tat, NOW);
          expect(advanced(step, tat, free)).toBeDefined();
          expect(advanced(step, tat, free - 1)).toBeUndefined();
        },
      ),
    );
  });

  it("never lets the queue into the direct flow's reserve", () => {
    fc.assert(
      fc.property(policies, fc.nat(200), (policy, queued) => {
        let tat = 0;
        for (let n = 0; n < queued; n++) tat = advanced(callStep(policy, "queued"), tat, NOW) ?? tat;
        let direct = 0;
        for (let next = tat; next !== undefined; direct++) {
          tat = next;
          const moved = advanced(callStep(policy, "direct"), tat, NOW);
          if (moved === undefined) break;
          next = moved;
        }
        expect(direct).toBeGreaterThanOrEqual(policy.reserve);
        expect(level(callStep(policy, "direct"), tat, NOW).remaining).toBe(0);
      }),
    );
  });

  it("tells as many as can be taken", () => {
    fc.assert(
      fc.property(policies, fc.nat(60), (policy, used) => {
        const step = callStep(policy, "direct");
        let tat = 0;
        for (let n = 0; n < used; n++) tat = advanced(step, tat, NOW) ?? tat;
        let { remaining } = level(step, tat, NOW);
        for (let next = advanced(step, tat, NOW); next !== undefined; next = advanced(step, next, NOW)) remaining -= 1;
        expect(remaining).toBe(0);
      }),
    );
  });

  it.each([
    [{ calls: 1, perSeconds: 3_600, burst: 1, reserve: 0 }, 3_600 * SECOND],
    [{ calls: 10_000, perSeconds: 1, burst: 100, reserve: 1 }, 100],
    [{ calls: 7, perSeconds: 60, burst: 1, reserve: 0 }, 8_571_429],
  ])("takes an interval in whole microseconds, rounded up: %j", (policy, interval) => {
    expect(callStep(policy, "direct").interval).toBe(interval);
    expect(queueStep(policy, 10).tolerance).toBe(9 * interval);
  });

  it("allows nothing at a rate of none, and looks again in a minute", () => {
    const step = callStep({ calls: 0, perSeconds: 1, burst: 10, reserve: 0 }, "direct");
    expect(advanced(step, 0, NOW)).toBeUndefined();
    expect(freeAt(step, 0, NOW)).toBe(NOW + 60 * SECOND);
    expect(heldUntil(step, NOW)).toBe(NOW);
  });
});
