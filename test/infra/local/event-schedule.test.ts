import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rule } from "../../../infra/local/engines/event-rules.ts";
import { parseSchedule, ruleClock } from "../../../infra/local/engines/event-schedule.ts";

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

describe("a schedule", () => {
  it("is a rate in minutes, hours or days", () => {
    expect(["rate(1 minute)", "rate(5 minutes)", "rate(2 hours)", "rate(1 day)"].map(parseSchedule)).toEqual(
      [minute, 5 * minute, 120 * minute, 24 * 60 * minute].map((everyMs) => ({ everyMs })),
    );
  });

  it("is a time of the day in UTC", () => {
    expect(["cron(0 22 * * ? *)", "cron(5 0 * * ? *)", "cron(59 23 * * ? *)"].map(parseSchedule)).toEqual(
      [22 * 60 * minute, 5 * minute, 24 * 60 * minute - minute].map((dailyAtMs) => ({ dailyAtMs })),
    );
  });

  it.each([
    ...["rate(1 minutes)", "rate(2 hour)", "rate(0 minutes)", "rate(30 days)", "5 minutes", "cron(0 2 * * * *)"],
    ...["cron(60 2 * * ? *)", "cron(0 24 * * ? *)", "cron(0 2 1 * ? *)", "cron(0/5 2 * * ? *)", "cron(0 2 ? * 2 *)"],
  ])("is not %s", (expression) => {
    expect(() => parseSchedule(expression)).toThrow(/ScheduleExpression/);
  });
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
    const clock = ruleClock(({ name }: Rule) => fired.push(name), Date.now);
    clock.follow([aRule(), aRule({ name: "archive", arn: "archive", schedule: "rate(2 minutes)" })]);
    vi.advanceTimersByTime(minute - 1);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1 + minute);
    expect(fired.toSorted()).toEqual(["archive", "sweep", "sweep"]);
  });

  it("fires a daily rule at its time of every day, once, however it is followed meanwhile", () => {
    vi.setSystemTime("2026-08-18T09:00:00Z");
    const fired: string[] = [];
    const clock = ruleClock(() => fired.push(new Date().toISOString()), Date.now);
    const rule = aRule({ schedule: "cron(0 22 * * ? *)" });
    clock.follow([rule]);
    vi.advanceTimersByTime(13 * 60 * minute - 1);
    clock.follow([rule]);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1 + 2 * 24 * 60 * minute);
    expect(fired).toEqual(["2026-08-18T22:00:00.000Z", "2026-08-19T22:00:00.000Z", "2026-08-20T22:00:00.000Z"]);
    clock.follow([]);
    vi.advanceTimersByTime(3 * 24 * 60 * minute);
    expect(fired).toHaveLength(3);
  });

  it("fires a daily rule once though its timer was early or very late", () => {
    vi.setSystemTime("2026-08-18T21:59:00Z");
    const fired: string[] = [];
    const clock = ruleClock(() => fired.push(new Date().toISOString()), Date.now);
    clock.follow([aRule({ schedule: "cron(0 22 * * ? *)" })]);
    vi.setSystemTime("2026-08-18T21:58:59.990Z");
    vi.advanceTimersByTime(minute + 20);
    expect(fired).toEqual(["2026-08-18T21:59:59.990Z"]);

    vi.setSystemTime("2026-08-20T07:00:00Z");
    vi.advanceTimersByTime(24 * 60 * minute + 20);
    expect(fired).toHaveLength(2);
    clock.stop();
  });

  it("keeps the rhythm of a rule that stays, and stops one that is disabled or gone", () => {
    const fired: string[] = [];
    const clock = ruleClock(({ name }: Rule) => fired.push(name), Date.now);
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
