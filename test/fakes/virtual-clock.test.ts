import { describe, expect, it } from "vitest";
import { virtualClock } from "./virtual-clock.ts";

describe("virtualClock", () => {
  it("wakes sleepers by their time, those of one time in the order in which they went to sleep", async () => {
    const clock = virtualClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonicMs()]);
    };
    await Promise.all([sleeper("slow", 500), sleeper("a", 100), sleeper("b", 100)]);
    expect(woken).toEqual([
      ["a", 100],
      ["b", 100],
      ["slow", 500],
    ]);
  });

  it("lets one that sleeps often and one that sleeps long see the same time", async () => {
    const clock = virtualClock();
    const seen: number[] = [];
    const often = async () => {
      for (let n = 0; n < 10; n++) await clock.sleep(100);
    };
    const long = async () => {
      await clock.sleep(350);
      seen.push(clock.monotonicMs());
    };
    await Promise.all([often(), long()]);
    expect([...seen, clock.monotonicMs()]).toEqual([350, 1000]);
  });

  it("moves both clocks when time passes, and only the wall clock when it is set", () => {
    const clock = virtualClock("2026-08-18T09:00:00.000Z");
    clock.advance(1_500);
    clock.jump(-500);
    expect([clock.now().toISOString(), clock.monotonicMs()]).toEqual(["2026-08-18T09:00:01.000Z", 1_500]);
  });
});
