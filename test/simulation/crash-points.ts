import { addCounts, type Counts, noCounts } from "./counts.ts";
import { type Run, simulate } from "./run.ts";
import { type Story, settingOf } from "./scenarios.ts";
import type { Sabotage } from "./world.ts";

export type Crashes = NonNullable<Story["crashes"]>;

/** What was found when instances died in a story at every step. */
export interface Crashed {
  readonly counts: Counts;
  readonly points: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly story: string;
  readonly crashes: Crashes;
  readonly run: Run;
}

/** A story in which the instance of each of these steps dies there. */
export function withCrashes(story: Story, crashes: Crashes, sabotage: Sabotage = {}, isRead = false): Promise<Run> {
  return simulate(settingOf({ ...story, crashes }), sabotage, isRead);
}

/**
 * The story, with the death of whoever makes step i, before or after its effect, for every i; and with `pairs` also with a
 * second death at every later step of that run. Of a step that only reads, both deaths leave the same: it counts once.
 */
export async function crashPoints(
  story: Story,
  { pairs = false, sabotage = () => ({}) }: { readonly pairs?: boolean; readonly sabotage?: () => Sabotage } = {},
): Promise<Crashed> {
  const counts = noCounts();
  const failures: Failure[] = [];
  let points = 0;

  async function attempt(crashes: Crashes): Promise<Run> {
    const run = await withCrashes(story, crashes, sabotage());
    addCounts(counts, run.counts);
    points++;
    if (run.violations.length > 0) failures.push({ story: story.name, crashes, run });
    return run;
  }

  const quiet = await attempt(new Map());
  const before = quiet.times.filter((ms) => ms < (story.crashesFromMs ?? 0)).length;
  for (const first of deathsIn(quiet, before)) {
    const run = await attempt(new Map([first]));
    for (const second of pairs ? deathsIn(run, first[0]) : []) await attempt(new Map([first, second]));
  }
  return { counts, points, failures };
}

/** Every way to die at a step after the nth. */
function deathsIn({ steps, writes }: Run, after: number): (readonly [number, "die-before" | "die-after"])[] {
  return Array.from({ length: steps - after }, (_, i) => after + i + 1).flatMap((n) =>
    writes[n - 1]
      ? ([
          [n, "die-before"],
          [n, "die-after"],
        ] as const)
      : ([[n, "die-before"]] as const),
  );
}
