import { startAll } from "./actors.ts";
import { replayAll } from "./callers.ts";
import type { Counts } from "./counts.ts";
import type { Window } from "./government.ts";
import type { Violation, Watch } from "./invariants.ts";
import { newWorld, type Sabotage, type Setting } from "./world.ts";

const HOUR_MS = 60 * 60 * 1000;
/** How long everything may take to end once nothing goes wrong any more: the longest pauses there are, one after another. */
const DRAIN_MS = 6 * HOUR_MS;
/** After a day without portals absence may not be certain any more: then it takes the three days for which portals show a document. */
const LONG_DRAIN_MS = 3 * 24 * HOUR_MS + DRAIN_MS;
const LOOK_MS = 5_000;

export interface Run {
  readonly violations: readonly Violation[];
  readonly counts: Counts;
  /** How each accepted request ended, in the order of acceptance: the status of a registration, or the problem's code. */
  readonly ends: readonly string[];
  /** Steps until everything was at rest. */
  readonly steps: number;
  /** Of each of these steps, whether it may write. */
  readonly writes: readonly boolean[];
  readonly hash: string;
  readonly lines: readonly string[];
}

/** One run from its beginning until everything has ended, or should have. */
export async function simulate(setting: Setting, sabotage: Sabotage = {}, isRead = false): Promise<Run> {
  const world = newWorld(setting, sabotage, isRead);
  const { scheduler, watch, counts, trace } = world;
  const lastMs = lastOfAll(setting);
  const drainMs = setting.government.dead.some(isLong) ? LONG_DRAIN_MS : DRAIN_MS;
  const callersLeft = startAll(world);
  await scheduler.runUntil(lastMs);
  while (
    !(callersLeft() === 0 && watch.isAtRest()) &&
    scheduler.nowMs() < lastMs + drainMs &&
    scheduler.nextMs() < Infinity
  )
    await scheduler.runUntil(Math.max(scheduler.nowMs() + LOOK_MS, scheduler.nextMs()));
  const steps = world.steps();
  watch.atRest();
  await replayAll(world);
  counts.runs = 1;
  counts.steps = steps;
  return {
    violations: watch.violations,
    ends: endsOf(watch),
    counts,
    steps,
    writes: world.writes,
    hash: trace.hash(),
    lines: trace.lines,
  };
}

function isLong({ fromMs, toMs }: Window): boolean {
  return toMs - fromMs > 24 * HOUR_MS;
}

function endsOf({ accepted, ended }: Watch): string[] {
  return [...accepted.keys()].map((rid) => {
    const outcome = ended.get(rid)?.outcome;
    if (!outcome) return "open";
    return outcome.kind === "registered" ? String(outcome.status) : outcome.problem.code;
  });
}

/** When the last thing that was planned has begun. */
function lastOfAll({ callers, calmFromMs }: Setting): number {
  return Math.max(calmFromMs, ...callers.flatMap(({ atMs, repeatsAtMs }) => [atMs, ...repeatsAtMs]));
}
