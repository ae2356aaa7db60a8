import { sweep } from "../../../shared/request/sweep.ts";
import { gstinOf } from "./documents.ts";
import type { LoadPlan } from "./plan.ts";
import { startTraffic } from "./traffic.ts";
import type { LoadViolation, LoadWatch } from "./watch.ts";
import { startWorkers } from "./workers.ts";
import { type LoadSabotage, type LoadWorld, newLoadWorld, policyChange } from "./world.ts";

export interface LoadRun {
  readonly violations: readonly LoadViolation[];
  readonly figures: LoadFigures;
}

export interface LoadFigures extends Readonly<LoadWatch["totals"]> {
  readonly crashes: number;
  readonly virtualMs: number;
  /** In ms, of quiet GSTINs alone: of a direct call until its answer, of a queued one until its outcome. */
  readonly directLatency: Percentiles;
  readonly queuedLatency: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

const MINUTE_MS = 60_000;
const LOOK_MS = 5_000;

/** One load from its beginning until everything has ended, or should have. `progress` is told the share that is done. */
export async function simulateLoad(
  plan: LoadPlan,
  sabotage: LoadSabotage = {},
  progress: (share: number) => void = () => {},
): Promise<LoadRun> {
  const world = newLoadWorld(plan, sabotage);
  const { scheduler, watch } = world;
  const busy = Array.from({ length: plan.busy }, (_, n) => gstinOf(n));
  const quiet = Array.from({ length: plan.quiet }, (_, n) => gstinOf(plan.busy + n));
  for (const gstin of busy) watch.add(gstin, true);
  for (const gstin of quiet) watch.add(gstin, false);
  startWorkers(world);
  startSweeper(world);
  for (const { atMs, policy } of plan.changes) scheduler.after(atMs, () => policyChange(world, busy, policy));
  const callersLeft = startTraffic(world, busy, quiet);
  const isOver = () => watch.backlogLeft() === 0 && scheduler.nowMs() >= plan.lastsMs;
  while (!(isOver() && callersLeft() === 0 && watch.isAtRest()) && scheduler.nowMs() < plan.mostMs) {
    await scheduler.runUntil(scheduler.nowMs() + LOOK_MS);
    if (scheduler.nowMs() % MINUTE_MS === 0) progress(doneOf(world));
  }
  watch.atRest();
  return { violations: watch.violations, figures: figuresOf(world) };
}

/** Each minute; a round that fails is made up for by the next one. */
function startSweeper(world: LoadWorld): void {
  const { scheduler, stores, watch, sabotage } = world;
  const tick = () => {
    const instance = world.instance("sweeper");
    const deps = {
      requests: instance.port("requests", stores.requests),
      events: instance.port("events", stores.events),
      queue: instance.port("queue", world.queue),
      budget: instance.port("budget", world.budgetFor(instance)),
      bus: instance.port("bus", world.bus),
      now: instance.now,
    };
    scheduler.woken();
    sweep(sabotage.sweep?.(deps) ?? deps).catch(() => undefined);
    watch.look();
    scheduler.after(MINUTE_MS, tick);
  };
  scheduler.after(MINUTE_MS, tick);
}

function doneOf({ plan, scheduler, watch }: LoadWorld): number {
  const documents = plan.busy * plan.backlog;
  return documents > 0 ? 1 - watch.backlogLeft() / documents : scheduler.nowMs() / plan.lastsMs;
}

function figuresOf({ watch, scheduler, crashes }: LoadWorld): LoadFigures {
  return {
    ...watch.totals,
    crashes: crashes(),
    virtualMs: scheduler.nowMs(),
    directLatency: percentiles(watch.latencies.direct),
    queuedLatency: percentiles(watch.latencies.queued),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
