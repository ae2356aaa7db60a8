import { describe, expect, it } from "vitest";
import { waitForOutcome } from "../../../shared/request/wait.ts";
import { AT, aRequest, at, REGISTERED } from "../../fakes/a-request.ts";
import { memoryRequestStore } from "../../fakes/memory-request-store.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

async function setup() {
  const clock = virtualClock();
  const requests = memoryRequestStore();
  const { rid, owner, ...request } = aRequest();
  await requests.claim({ ...request, rid, owner }, AT);
  await requests.accept(rid, owner, at(60_000));
  let looks = 0;
  const counted = {
    find(id: string) {
      looks += 1;
      return requests.find(id);
    },
  };
  const wait = (ms: number, id = rid) =>
    waitForOutcome({ requests: counted, now: clock.now, sleep: clock.sleep }, id, ms);
  return { clock, requests, rid, wait, looks: () => looks };
}

describe("waitForOutcome", () => {
  it("returns the outcome soon after it is there", async () => {
    const { clock, requests, rid, wait } = await setup();
    const waiting = wait(10_000);
    await clock.sleep(3_000);
    await requests.finish(rid, REGISTERED, at(1));

    expect(await waiting).toEqual(REGISTERED);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(3_400);
  });

  it("looks within a twentieth of a second the first time", async () => {
    const { clock, requests, rid, wait } = await setup();
    await requests.finish(rid, REGISTERED, at(1));
    await wait(10_000);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(50);
  });

  it("gives up when the time is over, not before and not later", async () => {
    const { clock, wait } = await setup();
    expect(await wait(10_000)).toBeUndefined();
    expect(clock.monotonicMs()).toBe(10_000);
  });

  it("looks once more at the very end", async () => {
    const { clock, requests, rid, wait } = await setup();
    const waiting = wait(1_000);
    await clock.sleep(999);
    await requests.finish(rid, REGISTERED, at(1));
    expect(await waiting).toEqual(REGISTERED);
  });

  it("does not look at all when nobody wants to wait", async () => {
    const { clock, wait, looks } = await setup();
    expect(await wait(0)).toBeUndefined();
    expect([looks(), clock.monotonicMs()]).toEqual([0, 0]);
  });

  it("does not read the store more than about forty times in ten seconds", async () => {
    const { wait, looks } = await setup();
    await wait(10_000);
    expect(looks()).toBeLessThanOrEqual(40);
  });

  it("finds no outcome under the rid of an earlier life of the key", async () => {
    const { requests, rid, wait } = await setup();
    await requests.finish(rid, REGISTERED, at(1));
    expect(await wait(1_000, `${rid.split(".")[0]}.earlier`)).toBeUndefined();
  });
});
