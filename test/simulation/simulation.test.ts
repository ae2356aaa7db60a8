import { describe, expect, it } from "vitest";
import { allStories } from "./change-stories.ts";
import { addCounts, missing, noCounts } from "./counts.ts";
import { crashPoints } from "./crash-points.ts";
import { simulate } from "./run.ts";
import { scheduleOf } from "./schedules.ts";

const SEEDS = Array.from({ length: 150 }, (_, i) => i + 1);

describe("whoever dies, wherever", () => {
  it.each(allStories)("$name", async (story) => {
    const { failures, points, counts } = await crashPoints(story);
    expect(failures.map(({ crashes, run }) => [[...crashes], run.violations])).toEqual([]);
    // The first run is the one in which nobody dies.
    expect(counts.crashes).toBe(points - 1);
  });
});

describe("whatever the schedule", () => {
  it("everything stays true, and every kind of trouble is tried", async () => {
    const counts = noCounts();
    const broken: string[] = [];
    for (const seed of SEEDS) {
      const run = await simulate(scheduleOf(seed));
      addCounts(counts, run.counts);
      for (const { invariant } of run.violations) broken.push(`${invariant}: npm run simulate -- --replay ${seed}`);
    }
    expect(broken).toEqual([]);
    expect(missing(counts)).toEqual([]);
  }, 30_000);

  it("the same seed is the same run", async () => {
    const hashes = async () => {
      const found = [];
      for (const seed of SEEDS.slice(0, 20)) found.push((await simulate(scheduleOf(seed))).hash);
      return found;
    };
    const first = await hashes();
    expect(await hashes()).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });
});
