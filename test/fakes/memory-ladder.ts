import type { Climb, Ladder } from "../../shared/webhook/ladder.ts";

export interface MemoryLadder extends Ladder {
  /** What was started, in order. */
  readonly started: Climb[];
  /** Starts nothing while it is down. */
  down: boolean;
}

/** Starts each generation of a delivery once. What climbs is for the test to move on. */
export function memoryLadder(): MemoryLadder {
  const started: Climb[] = [];
  return {
    started,
    down: false,
    async start(climb) {
      if (this.down) throw new Error("the ladder cannot be reached");
      const isSame = (each: Climb) => each.deliveryId === climb.deliveryId && each.generation === climb.generation;
      if (started.some(isSame)) return "already";
      started.push(structuredClone(climb));
      return "started";
    },
  };
}
