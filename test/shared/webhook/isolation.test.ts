import { describe, expect, it } from "vitest";
import { stages } from "../../../infra/config.ts";
import { aCrowd } from "./a-crowd.ts";

const HANGS = { failure: "timeout", latencyMs: 15_000 } as const;
const SLOW = { status: 200, latencyMs: 14_000 } as const;

/** Rates at which the workers need the lane, and at which there are plenty of them. */
const TIGHT = { workers: 10, eventsPerSecond: 5, seconds: 180 };
const LIVE = { workers: stages.live.workers.deliveries, eventsPerSecond: 20, seconds: 60 };

describe("while one endpoint in ten hangs, the healthy ones' p99 stays within 1.2 times what it was", () => {
  it.each([
    ["few workers, since what fails goes past their queue", TIGHT, HANGS],
    ["the live stage's workers", LIVE, HANGS],
    ["the live stage's workers, when the slow ones succeed in the end and so stay in the queue", LIVE, SLOW],
  ])("with %s", async (_, load, badly) => {
    const before = await aCrowd(load);
    const meanwhile = await aCrowd({ ...load, badly });
    expect(meanwhile.p99).toBeLessThanOrEqual(1.2 * before.p99);
  });

  it("but not with few workers and without the lane", async () => {
    const before = await aCrowd(TIGHT);
    const meanwhile = await aCrowd({ ...TIGHT, badly: HANGS, hasLane: false });
    expect(meanwhile.p99).toBeGreaterThan(5 * before.p99);
  });
});
