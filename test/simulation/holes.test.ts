import { describe, expect, it } from "vitest";
import { holes } from "./holes.ts";
import { simulate } from "./run.ts";
import { sabotages } from "./sabotage.ts";
import { settingOf } from "./scenarios.ts";

describe("holes that a simpler protocol has", () => {
  describe.each(holes)("$story.name", ({ story, without, noticedBy, ends, takenUp }) => {
    it("is not one here", async () => {
      const run = await simulate(settingOf(story));
      expect(run.violations).toEqual([]);
      expect(run.ends).toEqual(ends);
      if (takenUp !== undefined) expect(run.counts.raised).toBe(takenUp);
    });

    if (!without) return;
    it(`is one without ${without}, and is seen: ${noticedBy}`, async () => {
      const run = await simulate(settingOf(story), sabotages[without]());
      expect(run.violations.map(({ invariant }) => invariant)).toContain(noticedBy);
    });
  });
});
