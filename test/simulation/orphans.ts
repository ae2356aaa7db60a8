import { call } from "./callers.ts";
import type { ChangeAsk } from "./change-calls.ts";
import { content, contentNames } from "./documents.ts";
import type { World } from "./world.ts";

const PATIENCE_MS = 30 * 60 * 1000;
const LOOK_MS = 60_000;

/**
 * A change may be left pending by a late copy of a write, when its request is over. It must not keep anybody waiting: where
 * one is left, a caller comes who wants something else of the document.
 */
export async function askAfterOrphans(world: World): Promise<void> {
  const { scheduler, stores, watch } = world;
  const left = [...stores.rows.documents.values()].filter(({ pending }) => pending?.op === "change");
  for (const { irn, bills = [] } of left) {
    const isActive = bills.some(({ status }) => status === "ACT");
    const change: ChangeAsk = { op: isActive ? "cancel_ewb" : "make_ewb", words: "one" };
    const name = contentNames.find((each) => content(each).irn === irn) ?? "first";
    void call(world, { content: name, change, key: "after all", flow: "queued", waitMs: 0, isTooLate: false });
  }
  if (left.length === 0) return;
  const untilMs = scheduler.nowMs() + PATIENCE_MS;
  do await scheduler.runUntil(scheduler.nowMs() + LOOK_MS);
  while (!watch.isAtRest() && scheduler.nowMs() < untilMs);
  watch.allEnded();
}
