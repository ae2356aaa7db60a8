import { describe, expect, it } from "vitest";
import { newPace } from "../../../shared/request/pace.ts";

/** Lets outcomes come after these times, looked for as the pace says; the share that each of the looks finds. */
function observe(pace: ReturnType<typeof newPace>, durationsMs: readonly number[]): number[] {
  const found = [0, 0, 0];
  for (const duration of durationsMs) {
    const looks = pace.looks();
    const look = looks.findIndex((lookMs) => lookMs >= duration);
    for (let i = look < 0 ? 3 : look; i < 3; i++) found[i] = (found[i] ?? 0) + 1;
    pace.learn(look < 0 ? duration * 1.2 : (looks[look] ?? 0));
  }
  return found.map((count) => count / durationsMs.length);
}

/** As even as can be, in an order that says nothing: 0, 1/2, 1/4, 3/4, 1/8, … */
function spread(count: number, fromMs: number, toMs: number): number[] {
  return Array.from({ length: count }, (_, n) => {
    const bits = n.toString(2).split("").reverse().join("");
    return fromMs + (toMs - fromMs) * (Number.parseInt(bits, 2) / 2 ** bits.length);
  });
}

describe("pace", () => {
  it.each([
    ["a portal next door", 20, 45],
    ["a portal that takes its time", 300, 900],
    ["a portal that is slow", 900, 2_000],
  ])("looks when a half, five in six and nearly all outcomes of %s are there", (_, fromMs, toMs) => {
    const pace = newPace();
    observe(pace, spread(600, fromMs, toMs));
    const [half = 0, most = 0, all = 0] = observe(pace, spread(1024, fromMs, toMs));

    expect(half).toBeGreaterThan(0.4);
    expect(half).toBeLessThan(0.6);
    expect(most).toBeGreaterThan(0.75);
    expect(all).toBeGreaterThan(0.94);
  });

  it("keeps its looks in order and within bounds, whatever happens", () => {
    const pace = newPace();
    for (const duration of [1, 1e6, 5, 5, 5, 1e6, 1e6, 0.1]) {
      for (let n = 0; n < 200; n++) pace.learn(duration);
      const looks = pace.looks();
      expect([...looks].sort((one, other) => one - other)).toEqual(looks);
      expect(looks.every((lookMs) => lookMs >= 10 && lookMs <= 3_000)).toBe(true);
    }
  });

  it("is back at its times soon after a slow spell", () => {
    const pace = newPace();
    observe(pace, spread(600, 900, 2_000));
    observe(pace, spread(120, 20, 45));
    expect(pace.looks()[2]).toBeLessThan(120);
  });

  it("forgets a single slow outcome at once", () => {
    const pace = newPace();
    const [before = 0] = pace.looks();
    pace.learn(30_000);
    expect(pace.looks()[0]).toBeLessThan(before * 1.06);
  });
});
