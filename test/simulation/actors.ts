import { flows } from "../../shared/budget/flow.ts";
import { findRejected, startFanOut, startSweeper } from "./background.ts";
import { startCaller } from "./callers.ts";
import { startDeliveries } from "./delivery-workers.ts";
import { startOwners } from "./owners.ts";
import { startWorkers } from "./workers.ts";
import { START_MS, type World } from "./world.ts";

/** When it is looked for rejected documents for the last time. */
export function lastSearchMs(calmFromMs: number): number {
  return calmFromMs + 60 * 60 * 1000;
}

/** Starts everything that happens, and gives a way to ask how many callers still have something to send. */
export function startAll(world: World): () => number {
  startWorkers(world);
  startSweeper(world);
  startFanOut(world);
  startDeliveries(world);
  startOwners(world);
  for (const { atMs, subject, forMs } of world.setting.circuits) {
    const openUntil = new Date(START_MS + atMs + forMs);
    world.scheduler.after(atMs, () => void world.circuits.open(subject, { openUntil, reason: "others' calls fail" }));
  }
  const { others, cancelsAtMs, rejectsAtMs, billsElsewhere } = world.setting.government;
  for (const { atMs, at, content: name } of others)
    world.scheduler.after(atMs, () => world.government.registerForAnother(at, name));
  for (const atMs of cancelsAtMs) world.scheduler.after(atMs, () => world.government.changes.cancelForAnother());
  for (const atMs of rejectsAtMs) {
    world.scheduler.after(atMs, () => world.government.changes.reject());
    for (const ms of [atMs + 3_000, atMs + 600_000, lastSearchMs(world.setting.calmFromMs)])
      world.scheduler.after(ms, () => findRejected(world));
  }
  for (const { atMs, is } of billsElsewhere)
    world.scheduler.after(atMs, () => world.government.changes.billsForAnother(is));
  let callersLeft = world.setting.callers.length;
  const gone = () => {
    callersLeft--;
  };
  for (const caller of world.setting.callers) void startCaller(world, caller).then(gone);
  for (const flow of flows) world.on.message(flow);
  return () => callersLeft;
}
