import { flows } from "../../shared/budget/flow.ts";
import { startFanOut, startSweeper } from "./background.ts";
import { startCaller } from "./callers.ts";
import { startWorkers } from "./workers.ts";
import { START_MS, type World } from "./world.ts";

/** What the cancelling of documents leaves: nothing else of it matters here. */
function cancel({ stores: { rows }, government }: World): void {
  for (const [irn, document] of rows.documents) {
    if (document.status !== "ACT") continue;
    rows.documents.set(irn, { ...document, status: "CNL", seq: document.seq + 1 });
    government.cancel(irn);
  }
}

/** Starts everything that happens, and gives a way to ask how many callers still have something to send. */
export function startAll(world: World): () => number {
  startWorkers(world);
  startSweeper(world);
  startFanOut(world);
  for (const { atMs, subject, forMs } of world.setting.circuits) {
    const openUntil = new Date(START_MS + atMs + forMs);
    world.scheduler.after(atMs, () => void world.circuits.open(subject, { openUntil, reason: "others' calls fail" }));
  }
  const { others, cancelsAtMs } = world.setting.government;
  for (const { atMs, at, content: name } of others)
    world.scheduler.after(atMs, () => world.government.registerForAnother(at, name));
  for (const atMs of cancelsAtMs) world.scheduler.after(atMs, () => world.government.cancel());
  for (const atMs of world.setting.cancelsAtMs) world.scheduler.after(atMs, () => cancel(world));
  let callersLeft = world.setting.callers.length;
  const gone = () => {
    callersLeft--;
  };
  for (const caller of world.setting.callers) void startCaller(world, caller).then(gone);
  for (const flow of flows) world.on.message(flow);
  return () => callersLeft;
}
