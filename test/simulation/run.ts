import { lastSearchMs, startAll } from "./actors.ts";
import { replayAll } from "./callers.ts";
import type { Counts } from "./counts.ts";
import type { Window } from "./government.ts";
import type { Violation, Watch } from "./invariants.ts";
import { askAfterOrphans } from "./orphans.ts";
import { newWorld, type Sabotage, type Setting } from "./world.ts";

const HOUR_MS = 60 * 60 * 1000;
/** How long everything may take to end once nothing goes wrong any more: the longest pauses there are, one after another. */
const DRAIN_MS = 6 * HOUR_MS;
/** Two ladders, each wait of which is doubled as a server asks, and what the sweeper waits for in between. */
const LADDER_DRAIN_MS = 48 * HOUR_MS;
/** After that an act is over, or its instance is dead. */
const ACT_MS = 2 * 60 * 1000;
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
  /** Of each of these steps, whether it may write, and when it began. */
  readonly writes: readonly boolean[];
  readonly times: readonly number[];
  readonly hash: string;
  readonly lines: readonly string[];
}

/** One run from its beginning until everything has ended, or should have. */
export async function simulate(setting: Setting, sabotage: Sabotage = {}, isRead = false): Promise<Run> {
  const world = newWorld(setting, sabotage, isRead);
  const { scheduler, watch, counts, trace } = world;
  const lastMs = lastOfAll(setting);
  const ladderMs = setting.webhooks.endpoints.length > 0 ? LADDER_DRAIN_MS : 0;
  const drainMs = ladderMs + (setting.government.dead.some(isLong) ? LONG_DRAIN_MS : DRAIN_MS);
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
  const ends = endsOf(watch);
  await replayAll(world);
  await askAfterOrphans(world);
  counts.runs = 1;
  counts.steps = steps;
  return {
    violations: watch.violations,
    ends,
    counts,
    steps,
    writes: world.writes,
    times: world.times,
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
    return outcome.kind === "problem" ? outcome.problem.code : String(outcome.status);
  });
}

/** When the last thing that was planned has begun. */
function lastOfAll({ callers, calmFromMs, government: { rejectsAtMs }, webhooks }: Setting): number {
  const searchedMs = rejectsAtMs.length > 0 ? lastSearchMs(calmFromMs) + LOOK_MS : 0;
  const heardMs = Math.max(webhooks.calmFromMs, ...webhooks.acts.map(({ atMs }) => atMs + ACT_MS));
  return Math.max(
    calmFromMs,
    searchedMs,
    heardMs,
    ...callers.flatMap(({ atMs, repeatsAtMs }) => [atMs, ...repeatsAtMs]),
  );
}
