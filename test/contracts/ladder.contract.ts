import { describe, expect, it } from "vitest";
import type { Climb, Ladder } from "../../shared/webhook/ladder.ts";
import { fresh } from "../fakes/a-request.ts";

/** Starts each generation of a delivery once. */
export function ladderContract(name: string, makeLadder: () => Ladder): void {
  const aClimb = (changes: Partial<Climb> = {}): Climb => ({
    v: 1,
    gstin: "27AAAZA0001A1ZM",
    deliveryId: `dlv_${fresh()}`,
    generation: 1,
    attempts: 1,
    waitSeconds: 60,
    ...changes,
  });

  describe(name, () => {
    it("starts what was not started", async () => {
      expect(await makeLadder().start(aClimb())).toBe("started");
    });

    it("starts a generation once, also when its wait is said to be another, and the next one besides", async () => {
      const ladder = makeLadder();
      const climb = aClimb();
      await ladder.start(climb);
      expect(await ladder.start({ ...climb, waitSeconds: 1 })).toBe("already");
      expect(await ladder.start({ ...climb, generation: 2 })).toBe("started");
    });

    it("starts other deliveries besides", async () => {
      const ladder = makeLadder();
      await ladder.start(aClimb());
      expect(await ladder.start(aClimb())).toBe("started");
    });
  });
}
