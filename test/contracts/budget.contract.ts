import { describe, expect, it } from "vitest";
import type { Budget } from "../../shared/budget/budget.ts";
import type { Flow } from "../../shared/budget/flow.ts";
import type { Policies, Policy } from "../../shared/budget/policy.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

const POLICY: Policy = { calls: 60, perSeconds: 60, burst: 5, reserve: 2 };

/** What every Budget must do. Each test uses GSTINs of its own. */
export function budgetContract(makeBudget: (policies: Policies) => Budget): void {
  function setup(policy: Partial<Policy> = {}) {
    let current = { ...POLICY, ...policy };
    const budget = makeBudget({ of: async () => current });
    const gstin = fresh();
    const take = (flow: Flow, ms = 0, place?: number) => budget.take(gstin, flow, at(ms), place);
    const change = (changes: Partial<Policy>) => {
      current = { ...current, ...changes };
    };
    return { budget, gstin, take, change };
  }
  const many = async (count: number, take: () => Promise<unknown>) => {
    const taken: unknown[] = [];
    for (let n = 0; n < count; n++) taken.push(await take());
    return taken;
  };

  describe("take", () => {
    it("gives direct calls the whole burst at once, then one for each interval", async () => {
      const { take } = setup();
      expect(await many(5, () => take("direct"))).toEqual(Array(5).fill("taken"));
      expect(await take("direct")).toEqual({ retryAt: at(1_000) });
      expect(await take("direct", 999)).toEqual({ retryAt: at(1_000) });
      expect(await take("direct", 1_000)).toBe("taken");
      expect(await take("direct", 1_000)).toEqual({ retryAt: at(2_000) });
    });

    it("leaves direct calls their reserve, however much is queued", async () => {
      const { take } = setup();
      expect(await many(3, () => take("queued"))).toEqual(Array(3).fill("taken"));
      expect(await take("queued")).toEqual({ retryAt: at(1_000) });
      expect(await many(2, () => take("direct"))).toEqual(["taken", "taken"]);
      expect(await take("direct")).toEqual({ retryAt: at(1_000) });
      expect(await take("queued")).toEqual({ retryAt: at(3_000) });
    });

    it("gives the queue one slot in ten where direct calls use all there is", async () => {
      const { take } = setup();
      expect(await take("queued")).toBe("taken");
      await many(4, () => take("direct"));
      let queued = 0;
      for (let second = 1; second <= 30; second++) {
        if ((await take("queued", second * 1_000)) === "taken") queued++;
        else expect(await take("direct", second * 1_000)).toBe("taken");
      }
      expect(queued).toBe(3);
      expect(await take("queued", 30_500)).toEqual({ retryAt: at(33_000) });
      expect(await take("direct", 30_500)).toEqual({ retryAt: at(31_000) });
      await many(2, () => take("direct", 33_000));
      await many(5, () => take("direct", 38_000));
      expect(await take("queued", 38_000)).toEqual({ retryAt: at(40_000) });
    });

    it("has the whole burst again after a long pause, and no more", async () => {
      const { take } = setup();
      await many(5, () => take("direct"));
      expect(await many(5, () => take("direct", 3_600_000))).toEqual(Array(5).fill("taken"));
      expect(await take("direct", 3_600_000)).toEqual({ retryAt: at(3_601_000) });
    });

    it("gives so many to many at the same time", async () => {
      const { take } = setup();
      const taken = await Promise.all(Array.from({ length: 20 }, () => take("direct")));
      // Who loses a race five times asks again: never more than the burst, and all of it in the end.
      expect(taken.filter((slot) => slot === "taken").length).toBeLessThanOrEqual(5);
      await many(5, () => take("direct", 1));
      expect(await take("direct", 1)).not.toBe("taken");
    });

    it("keeps GSTINs apart", async () => {
      const { budget, take } = setup({ burst: 1, reserve: 0 });
      await take("direct");
      expect(await budget.take(fresh(), "direct", AT)).toBe("taken");
    });

    it("goes by the policy of the moment: slower, faster, closed", async () => {
      const { take, change } = setup({ burst: 1, reserve: 0 });
      await take("direct");
      change({ calls: 1, perSeconds: 3_600 });
      expect(await take("direct", 1_000)).toBe("taken");
      expect(await take("direct", 2_000)).toEqual({ retryAt: at(3_601_000) });
      change({ calls: 0 });
      expect(await take("direct", 9_000_000)).toEqual({ retryAt: at(9_060_000) });
      change({ calls: 10_000, perSeconds: 1 });
      expect(await take("direct", 9_000_000)).toBe("taken");
      expect(await take("direct", 9_000_001)).toBe("taken");
    });
  });

  describe("holdUntil", () => {
    it("keeps everybody back until then, and never shortens", async () => {
      const { budget, gstin, take } = setup();
      await budget.holdUntil(gstin, at(60_000));
      await budget.holdUntil(gstin, at(30_000));
      expect(await take("direct", 1_000)).toEqual({ retryAt: at(60_000) });
      expect(await take("queued", 1_000)).toEqual({ retryAt: at(60_000) });
      expect(await take("direct", 60_000)).toBe("taken");
      expect(await take("direct", 60_000)).toEqual({ retryAt: at(61_000) });
    });
  });

  describe("queue", () => {
    it("gives each a place behind the others, as fast as calls are allowed", async () => {
      const { budget, gstin } = setup();
      const places = await many(3, () => budget.queue(gstin, AT, 100));
      expect(places).toEqual([
        { place: 1, startsAt: AT },
        { place: 2, startsAt: at(1_000) },
        { place: 3, startsAt: at(2_000) },
      ]);
      expect(await budget.queue(gstin, at(10_000), 100)).toEqual({ place: 4, startsAt: at(10_000) });
    });

    it("gives each a place of its own, however many come at the same time", async () => {
      const { budget, gstin } = setup();
      const places = await Promise.all(Array.from({ length: 4 }, () => budget.queue(gstin, AT, 100)));
      const given = places.flatMap((each) => (each === "full" ? [] : [each.place]));
      expect(new Set(given).size).toBe(given.length);
      expect(given.length).toBeGreaterThan(0);
    });

    it("counts those before by their places once one was admitted: direct calls may have held up the queue", async () => {
      const { budget, gstin, take, change } = setup();
      await many(10, () => budget.queue(gstin, AT, 100));
      expect(await take("queued", 60_000, 4)).toBe("taken");
      expect(await budget.queue(gstin, at(60_000), 100)).toEqual({ place: 11, startsAt: at(66_000) });
      change({ calls: 120 });
      expect(await budget.queue(gstin, at(60_000), 100)).toEqual({ place: 12, startsAt: at(63_500) });
      expect(await budget.level(gstin, at(60_000))).toMatchObject({ waiting: 8, nextStartsAt: at(64_000) });
    });

    it("goes by the time again when nobody comes: places may be of requests that never were", async () => {
      const { budget, gstin, take } = setup();
      await many(100, () => budget.queue(gstin, AT, 100));
      await take("queued", 0, 1);
      const long = 10 * 60_000;
      expect(await budget.queue(gstin, at(long), 100)).toEqual({ place: 101, startsAt: at(long) });
    });

    it("is full when so many wait, until the first of them can start", async () => {
      const { budget, gstin } = setup();
      await many(3, () => budget.queue(gstin, AT, 3));
      expect(await budget.queue(gstin, AT, 3)).toBe("full");
      expect(await budget.queue(gstin, at(999), 3)).toBe("full");
      expect(await budget.queue(gstin, at(1_000), 3)).toEqual({ place: 4, startsAt: at(3_000) });
    });

    it("takes no slot", async () => {
      const { budget, gstin, take } = setup();
      await many(20, () => budget.queue(gstin, AT, 100));
      expect(await many(5, () => take("direct"))).toEqual(Array(5).fill("taken"));
    });
  });

  describe("level", () => {
    it("says what is left, when it is whole again, and how many wait", async () => {
      const { budget, gstin, take } = setup();
      const line = { placed: 0, admitted: 0, isUntouched: true };
      const whole = { policy: POLICY, remaining: 5, resetSeconds: 0, waiting: 0, nextStartsAt: AT, line };
      expect(await budget.level(gstin, AT)).toEqual(whole);
      await many(3, () => take("direct"));
      await many(4, () => budget.queue(gstin, AT, 100));
      const later = {
        remaining: 2,
        resetSeconds: 3,
        waiting: 4,
        nextStartsAt: at(4_000),
        line: { ...line, placed: 4 },
      };
      expect(await budget.level(gstin, AT)).toEqual({ ...whole, ...later });
    });

    it("says how far the queue is: the furthest place that got a slot, whoever gets one after it", async () => {
      const { budget, gstin, take } = setup();
      await many(9, () => budget.queue(gstin, AT, 100));
      const lineAt = async (ms: number) => (await budget.level(gstin, at(ms))).line;
      await take("queued", 0, 5);
      await take("queued", 1_000, 3);
      await take("queued", 2_000);
      await take("direct", 3_000);
      expect(await lineAt(3_000)).toEqual({ placed: 9, admitted: 5, isUntouched: false });
      await take("queued", 10_000, 7);
      expect(await lineAt(10_000)).toMatchObject({ admitted: 7 });
    });

    it("admits no place that got no slot", async () => {
      const { budget, gstin, take } = setup({ burst: 1, reserve: 0 });
      await take("queued", 0, 1);
      expect(await take("queued", 1, 2)).not.toBe("taken");
      expect((await budget.level(gstin, at(1))).line.admitted).toBe(1);
    });

    it("says that nobody comes for the slots of the queue when one is free for minutes, or in ten of direct calls", async () => {
      const { budget, gstin, take } = setup();
      const isUntouched = async (ms: number) => (await budget.level(gstin, at(ms))).line.isUntouched;
      await take("queued", 0, 1);
      expect([await isUntouched(239_000), await isUntouched(240_000)]).toEqual([false, true]);
      await take("queued", 240_000, 2);
      for (let second = 241; second <= 489; second++) await many(2, () => take("direct", second * 1_000));
      expect(await isUntouched(489_000)).toBe(false);
      for (let second = 490; second <= 500; second++) await many(2, () => take("direct", second * 1_000));
      expect(await isUntouched(500_000)).toBe(true);
      await budget.holdUntil(gstin, at(3_600_000));
      expect(await isUntouched(500_000)).toBe(false);
    });

    it("is nothing where nothing is allowed", async () => {
      const { budget, gstin } = setup({ calls: 0 });
      expect(await budget.level(gstin, AT)).toMatchObject({ remaining: 0 });
    });
  });
}
