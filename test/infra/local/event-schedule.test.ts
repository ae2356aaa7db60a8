import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rule } from "../../../infra/local/engines/event-rules.ts";
import { rateMs, ruleClock } from "../../../infra/local/engines/event-schedule.ts";

const minute = 60_000;
const aRule = (changes: Partial<Rule> = {}): Rule => ({
  name: "sweep",
  bus: "default",
  arn: "arn:aws:events:ap-south-1:000000000000:rule/sweep",
  schedule: "rate(1 minute)",
  enabled: true,
  targets: [],
  ...changes,
});

describe("a rate", () => {
  it("is in minutes, hours or days", () => {
    expect(["rate(1 minute)", "rate(5 minutes)", "rate(2 hours)", "rate(1 day)"].map(rateMs)).toEqual([
      minute,
      5 * minute,
      120 * minute,
      24 * 60 * minute,
    ]);
  });

  it.each(["rate(1 minutes)", "rate(2 hour)", "rate(0 minutes)", "rate(30 days)", "cron(0 2 * * ? *)", "5 minutes"])(
    "is not %s",
    (expression) => {
      expect(() => rateMs(expression)).toThrow(/ScheduleExpression/);
    },
  );
});

describe("the clock of rules", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("fires each rule every period, the first time after one", () => {
    const fired: string[] = [];
    const clock = ruleClock(({ name }: Rule) => fired.push(name));
    clock.follow([aRule(), aRule({ name: "archive", arn: "archive", schedule: "rate(2 minutes)" })]);
    vi.advanceTimersByTime(minute - 1);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1 + minute);
    expect(fired.toSorted()).toEqual(["archive", "sweep", "sweep"]);
  });

  it("keeps the rhythm of a rule that stays, and stops one that is disabled or gone", () => {
    const fired: string[] = [];
    const clock = ruleClock(({ name }: Rule) => fired.push(name));
    clock.follow([aRule()]);
    vi.advanceTimersByTime(minute / 2);
    clock.follow([aRule()]);
    vi.advanceTimersByTime(minute / 2);
    expect(fired).toEqual(["sweep"]);
    clock.follow([aRule({ enabled: false })]);
    vi.advanceTimersByTime(10 * minute);
    expect(fired).toEqual(["sweep"]);
    clock.follow([aRule()]);
    clock.stop();
    vi.advanceTimersByTime(10 * minute);
    expect(fired).toEqual(["sweep"]);
  });
});
