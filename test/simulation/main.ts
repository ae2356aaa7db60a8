import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { allStories } from "./change-stories.ts";
import { addCounts, type Counts, missing, noCounts } from "./counts.ts";
import { crashPoints, withCrashes } from "./crash-points.ts";
import { type LoadTask, performLoad, runLoads } from "./load/main.ts";
import { type Run, simulate } from "./run.ts";
import type { Story } from "./scenarios.ts";
import { scheduleOf } from "./schedules.ts";

/** A part of the work, small enough that the processors end together. */
type Task =
  | { readonly is: "schedules"; readonly from: number; readonly n: number }
  | { readonly is: "crashes"; readonly story: number; readonly pairs: boolean };

interface Done {
  readonly counts: Counts;
  readonly points: number;
  /** How to see each violation again. */
  readonly failures: readonly { readonly replay: string; readonly words: string }[];
}

const CHUNK = 100;
const LONGEST_LINE = 180;

const usage = `npm run simulate -- [--runs 10000] [--seed 1] [--no-pairs]
npm run simulate -- --replay SEED
npm run simulate -- --story NAME [--crash 12:die-before,40:die-after]
npm run simulate -- --load [--backlog 10000]
`;

if (isMainThread) process.exitCode = await main();
else parentPort?.on("message", (task: Task | LoadTask) => void answer(task));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      "no-pairs": { type: "boolean", default: false },
      replay: { type: "string" },
      story: { type: "string" },
      crash: { type: "string", default: "" },
      load: { type: "boolean", default: false },
      backlog: { type: "string", default: "10000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return say(usage, 0);
  if (values.load) return (await runLoads(new URL(import.meta.url), Number(values.backlog), say)) ? 0 : 1;
  if (values.replay !== undefined) return told(await simulate(scheduleOf(Number(values.replay)), {}, true));
  if (values.story !== undefined) return toldStory(values.story, values.crash);
  return all(Number(values.runs), Number(values.seed), !values["no-pairs"]);
}

async function all(runs: number, seed: number, pairs: boolean): Promise<number> {
  const startedAt = performance.now();
  const crashes = allStories.map((_, story) => ({ is: "crashes", story, pairs }) as const);
  const schedules = Array.from({ length: Math.ceil(runs / CHUNK) }, (_, i) => {
    const from = seed + i * CHUNK;
    return { is: "schedules", from, n: Math.min(CHUNK, seed + runs - from) } as const;
  });
  const done = await inParallel([...crashes, ...schedules]);
  const seconds = (performance.now() - startedAt) / 1000;
  const counts = done.reduce((sum, each) => addCounts(sum, each.counts), noCounts());
  const points = done.reduce((sum, each) => sum + each.points, 0);
  const failures = done.flatMap((each) => each.failures);

  const rows = { schedules: runs, crashPoints: points, ...counts, violations: failures.length };
  for (const [name, count] of Object.entries(rows)) say(`${name.padEnd(16)} ${count}\n`);
  say(`${((runs + points) / seconds).toFixed(0)} runs a second, ${seconds.toFixed(0)} s\n`);
  for (const { replay, words } of failures.slice(0, 20)) say(`VIOLATION ${words}\n  npm run simulate -- ${replay}\n`);
  const untried = missing(counts);
  if (untried.length > 0) say(`never happened, so not tested: ${untried.join(", ")}\n`);
  return failures.length > 0 || untried.length > 0 ? 1 : 0;
}

/** One thread per processor, each asked for the next task when it has done one. */
async function inParallel(tasks: readonly Task[]): Promise<Done[]> {
  const left = [...tasks];
  const done: Done[] = [];
  const threads = Array.from({ length: Math.min(availableParallelism(), tasks.length) }, async () => {
    const worker = new Worker(new URL(import.meta.url));
    for (let task = left.shift(); task; task = left.shift()) {
      done.push(await answerOf(worker, task));
      say(`\r${done.length} of ${tasks.length} parts${done.length === tasks.length ? "\n" : ""}`);
    }
    await worker.terminate();
  });
  await Promise.all(threads);
  return done;
}

async function answerOf(worker: Worker, task: Task): Promise<Done> {
  worker.postMessage(task);
  const [done] = await once(worker, "message");
  return done;
}

async function answer(task: Task | LoadTask): Promise<void> {
  if (!parentPort) return;
  if (task.is === "load") await performLoad(task, parentPort);
  else parentPort.postMessage(await perform(task));
}

async function perform(task: Task): Promise<Done> {
  return task.is === "schedules" ? schedulesFrom(task.from, task.n) : crashesIn(allStories[task.story], task.pairs);
}

async function schedulesFrom(from: number, n: number): Promise<Done> {
  const counts = noCounts();
  const failures: Done["failures"][number][] = [];
  for (let seed = from; seed < from + n; seed++) {
    const run = await simulate(scheduleOf(seed));
    addCounts(counts, run.counts);
    if (run.violations.length > 0) failures.push({ replay: `--replay ${seed}`, words: wordsOf(run) });
  }
  return { counts, points: 0, failures };
}

async function crashesIn(story: Story | undefined, pairs: boolean): Promise<Done> {
  if (!story) throw new RangeError("no such story");
  const { counts, points, failures } = await crashPoints(story, { pairs: pairs && !story.isLong });
  const replays = failures.map(({ crashes, run }) => {
    const crash = [...crashes].map(([step, death]) => `${step}:${death}`).join(",");
    return { replay: `--story "${story.name}" --crash ${crash}`, words: wordsOf(run) };
  });
  return { counts, points, failures: replays };
}

function toldStory(name: string, crash: string): Promise<number> {
  const story = allStories.find((each) => each.name === name);
  if (!story) throw new RangeError(`the stories are: ${allStories.map((each) => each.name).join("; ")}`);
  const crashes = crash.split(",").filter(Boolean).map(crashOf);
  return withCrashes(story, new Map(crashes), {}, true).then(told);
}

function crashOf(text: string): [number, "die-before" | "die-after"] {
  const [step, death] = text.split(":");
  return [Number(step), death === "die-after" ? "die-after" : "die-before"];
}

/** The run, step by step. */
function told({ lines, ends, violations }: Run): number {
  for (const line of lines) say(`${line.slice(0, LONGEST_LINE)}\n`);
  say(`ended: ${ends.join(", ")}\n`);
  return violations.length > 0 ? 1 : 0;
}

function wordsOf({ violations: [first] }: Run): string {
  return first ? `${first.invariant} at ${first.atMs} ms: ${first.detail}` : "";
}

function say(text: string, code = 0): number {
  process.stdout.write(text);
  return code;
}
