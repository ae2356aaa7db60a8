import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LADDER_SECONDS } from "../../../shared/webhook/ladder.ts";
import { nextWaitSeconds } from "../../../shared/webhook/next-wait.ts";

const NOW = new Date("2026-11-23T10:00:00.500Z");

function wait(attempts: number, retryAfter?: string, random = 0.5): number | undefined {
  return nextWaitSeconds(attempts, retryAfter === undefined ? {} : { retryAfter }, NOW, () => random);
}

describe("nextWaitSeconds", () => {
  it("climbs 1m, 5m, 30m, 1h, 6h, and is then at the top", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => wait(attempts))).toEqual([
      60,
      300,
      1_800,
      3_600,
      21_600,
      undefined,
      undefined,
    ]);
    expect(wait(6, "60")).toBeUndefined();
  });

  it("strays by a fifth at the most, in whole seconds", () => {
    expect(LADDER_SECONDS.map((_, step) => wait(step + 1, undefined, 0))).toEqual([48, 240, 1_440, 2_880, 17_280]);
    const last = 1 - Number.EPSILON;
    expect(LADDER_SECONDS.map((_, step) => wait(step + 1, undefined, last))).toEqual([72, 360, 2_160, 4_320, 25_920]);
  });

  it.each([
    ["90", 90],
    ["120", 120],
    ["121", 120],
    ["86400", 120],
    ["9".repeat(400), 120],
    ["Mon, 23 Nov 2026 10:01:30 GMT", 90],
    ["Mon, 23 Nov 2026 10:30:00 GMT", 120],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 120],
  ])("waits as Retry-After: %s asks, up to twice as long as it would", (retryAfter, seconds) => {
    expect(wait(1, retryAfter)).toBe(seconds);
  });

  it("never comes before what was asked for, however the dice fall", () => {
    expect(wait(1, "50", 0)).toBe(50);
    expect(wait(1, "50", 0.5)).toBe(60);
    expect(wait(1, "65", 0.99)).toBe(72);
  });

  it.each([
    "",
    "0",
    "1",
    "Mon, 23 Nov 2026 09:00:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Mon, 99 Nov 2026 10:01:30 GMT",
    "soon",
    "soon 2050",
    "-5",
    "+90",
    "90.5",
    "90s",
    "1e9",
    "0x5a",
    "٩٠",
    "90, 100",
    "2050-01-01",
    "Monday, 23-Nov-50 10:01:30 GMT",
    "Infinity",
    "NaN",
  ])("is not moved by Retry-After: %j", (retryAfter) => {
    expect(wait(1, retryAfter)).toBe(60);
  });

  it("is between four fifths of a step and two steps, and never a day, whatever comes back", () => {
    const retryAfter = fc.oneof(
      fc.string(),
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((at) => at.toUTCString()),
    );
    fc.assert(
      fc.property(
        fc.nat(4),
        retryAfter,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (step, asked, dice) => {
          const seconds = wait(step + 1, asked, dice) ?? Number.NaN;
          const own = LADDER_SECONDS[step] ?? Number.NaN;
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(own * 0.8);
          expect(seconds).toBeLessThanOrEqual(own * 2);
          expect(seconds).toBeLessThan(24 * 60 * 60);
        },
      ),
    );
  });
});
