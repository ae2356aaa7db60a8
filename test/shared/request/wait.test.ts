import { describe, expect, it } from "vitest";
import { newPace } from "../../../shared/request/pace.ts";
import { waitForOutcome } from "../../../shared/request/wait.ts";
import { AT, aRequest, at, REGISTERED } from "../../fakes/a-request.ts";
import { memoryStores } from "../../fakes/memory-stores.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

async function setup({ mayWaitOn = true, pace = newPace() } = {}) {
  const clock = virtualClock();
  const { requests, outcomes } = memoryStores();
  const { rid, owner, irn, ...request } = aRequest();
  await requests.claim({ ...request, rid, owner, irn }, AT);
  await requests.accept(rid, owner, at(60_000));
  let looks = 0;
  let asked = 0;
  const deps = {
    ...{ pace, now: clock.now, sleep: clock.sleep },
    outcomes: {
      look(of: { rid: string; irn: string }) {
        looks += 1;
        return outcomes.look(of);
      },
    },
    async mayWaitOn() {
      asked += 1;
      return mayWaitOn;
    },
  };
  const wait = async (ms: number, id = rid) => (await waitForOutcome(deps, { rid: id, irn }, ms))?.outcome;
  const finishAfter = async (ms: number) => {
    await clock.sleep(ms);
    await requests.finish(rid, REGISTERED, AT);
  };
  return { clock, requests, rid, wait, finishAfter, looks: () => looks, asked: () => asked };
}

describe("waitForOutcome", () => {
  it.each([5, 39, 41, 90, 150, 700, 3_000, 9_000])(
    "returns an outcome that comes after %i ms before twice that time",
    async (ms) => {
      const { clock, wait, finishAfter } = await setup();
      const waiting = wait(10_000);
      await finishAfter(ms);
      expect(await waiting).toEqual(REGISTERED);
      expect(clock.monotonicMs()).toBeLessThanOrEqual(Math.max(40, ms * 2));
    },
  );

  it("has three looks for what comes as fast as ever", async () => {
    const { wait, finishAfter, looks } = await setup();
    const waiting = wait(10_000);
    await finishAfter(85);
    await waiting;
    expect(looks()).toBe(3);
  });

  it("looks when outcomes have come before", async () => {
    const pace = newPace();
    for (let n = 0; n < 100; n++) pace.learn(500);
    const { clock, wait, finishAfter, looks } = await setup({ pace });
    const waiting = wait(10_000);
    await finishAfter(300);
    await waiting;
    expect(looks()).toBe(1);
    expect(clock.monotonicMs()).toBeGreaterThan(400);
  });

  it("teaches the pace by what it finds", async () => {
    const pace = newPace();
    const [before = 0] = pace.looks();
    const { wait, finishAfter } = await setup({ pace });
    const waiting = wait(10_000);
    await finishAfter(600);
    await waiting;
    expect(pace.looks()[0]).toBeGreaterThan(before);
  });

  it("gives up when the time is over, not before and not later", async () => {
    const { clock, wait } = await setup();
    expect(await wait(10_000)).toBeUndefined();
    expect(clock.monotonicMs()).toBe(10_000);
  });

  it("looks once more at the very end", async () => {
    const { wait, finishAfter } = await setup();
    const waiting = wait(1_000);
    await finishAfter(999);
    expect(await waiting).toEqual(REGISTERED);
  });

  it("does not look at all when nobody wants to wait", async () => {
    const { clock, wait, looks } = await setup();
    expect(await wait(0)).toBeUndefined();
    expect([looks(), clock.monotonicMs()]).toEqual([0, 0]);
  });

  it("does not read the store more than twenty times in ten seconds", async () => {
    const { wait, looks } = await setup();
    await wait(10_000);
    expect(looks()).toBeLessThanOrEqual(20);
  });

  it("asks once whether it may wait long, and never for a short wait", async () => {
    const long = await setup();
    await long.wait(10_000);
    expect(long.asked()).toBe(1);
    const short = await setup();
    await short.wait(900);
    expect(short.asked()).toBe(0);
  });

  it("stops after a second or so when too many wait already", async () => {
    const { clock, wait } = await setup({ mayWaitOn: false });
    expect(await wait(10_000)).toBeUndefined();
    expect(clock.monotonicMs()).toBeLessThan(1_500);
  });

  it("finds no outcome under the rid of an earlier life of the key", async () => {
    const { requests, rid, wait } = await setup();
    await requests.finish(rid, REGISTERED, AT);
    expect(await wait(1_000, `${rid.split(".")[0]}.earlier`)).toBeUndefined();
  });
});
