import * as z from "zod";
import { DeliveryMessage } from "./delivery-queue.ts";

/**
 * The waits between attempts, in seconds: 1m, 5m, 30m, 1h, 6h. The first attempt is made at once; after the last one the
 * delivery is exhausted. Everything that retries reads this.
 */
export const LADDER_SECONDS = [60, 300, 1_800, 3_600, 21_600] as const;

/** A delivery on the ladder: which attempt comes next, and how long it waits first. */
export const Climb = DeliveryMessage.extend({ waitSeconds: z.int().min(0) });
export type Climb = z.infer<typeof Climb>;

/** Waits the ladder out in the background and has each attempt made. */
export interface Ladder {
  /** Once per delivery and generation: `already` when it runs, or ran. */
  start(climb: Climb): Promise<"started" | "already">;
}
