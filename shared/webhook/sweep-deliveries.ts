import { inSteps } from "../in-steps.ts";
import { OVERDUE_MS } from "./deliver.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import type { Ladder } from "./ladder.ts";

export interface SweepDeliveriesDeps {
  readonly deliveries: Pick<DeliveryStore, "due" | "raise">;
  readonly ladder: Ladder;
  readonly now: () => Date;
}

const MOST_PER_ROUND = 1_000;
/** Each generation that leads nowhere doubles the time that the next one gets, up to five hours. */
const MOST_DOUBLINGS = 6;
/** What became due within a minute is taken up in one round, and attempted over the next: in the places that it was given. */
const ROUND_MS = 60_000;

/** Takes up the deliveries that should have been attempted by now. What fails this time is due again at a later round. */
export async function sweepDeliveries(
  deps: SweepDeliveriesDeps,
): Promise<{ readonly takenUp: number; readonly failed: number }> {
  const due = await deps.deliveries.due(deps.now(), MOST_PER_ROUND);
  const { done, failed } = await inSteps(due, (delivery) => takeUp(deps, delivery));
  return { takenUp: done, failed };
}

/** Its message or its execution was lost, and the next generation goes on with it. The old one ends should it ever wake. */
async function takeUp({ deliveries, ladder, now }: SweepDeliveriesDeps, delivery: Delivery): Promise<void> {
  const { gstin, id: deliveryId, attempts, nextAt = 0 } = delivery;
  const nowMs = now().getTime();
  const patienceMs = OVERDUE_MS * 2 ** Math.min(delivery.generation, MOST_DOUBLINGS);
  if ((await deliveries.raise(delivery, new Date(nowMs + patienceMs))) === "lost") return;
  const generation = delivery.generation + 1;
  const waitSeconds = Math.max(0, Math.ceil((nextAt + ROUND_MS - nowMs) / 1000));
  await ladder.start({ v: 1, gstin, deliveryId, generation, attempts: attempts.length, waitSeconds });
}
