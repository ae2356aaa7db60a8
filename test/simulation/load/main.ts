import { type MessagePort, Worker } from "node:worker_threads";
import { bigPlans, type LoadPlan } from "./plan.ts";
import { type LoadFigures, type LoadRun, simulateLoad } from "./run.ts";

/** What the thread of a load tells: the share that is done, then everything. */
export type LoadNews = { readonly share: number } | { readonly run: LoadRun };
export type LoadTask = { readonly is: "load"; readonly plan: keyof typeof bigPlans; readonly backlog: number };

export async function performLoad({ plan, backlog }: LoadTask, port: Pick<MessagePort, "postMessage">): Promise<void> {
  const news = (told: LoadNews) => port.postMessage(told);
  news({ run: await simulateLoad({ ...bigPlans[plan], backlog }, {}, (share) => news({ share })) });
}

/** The big loads, one thread each: progress, then a table of figures. True when everything stayed true. */
export async function runLoads(entry: URL, backlog: number, say: (text: string) => void): Promise<boolean> {
  const startedAt = performance.now();
  const names = Object.keys(bigPlans) as (keyof typeof bigPlans)[];
  const shares = new Map<string, number>();
  const progress = (name: string, share: number) => {
    shares.set(name, share);
    say(`\r${[...shares].map(([each, done]) => `${each} ${(done * 100).toFixed(0)} %`).join("   ")}   `);
  };
  const runs = await Promise.all(
    names.map(async (name) => runOf(entry, { is: "load", plan: name, backlog }, (share) => progress(name, share))),
  );
  say("\n\n");
  for (const line of table(names.map((name, i) => [bigPlans[name], runs[i]] as const))) say(`${line}\n`);
  const seconds = (performance.now() - startedAt) / 1_000;
  say(`${seconds.toFixed(0)} s\n`);
  const violations = runs.flatMap((run) => run.violations);
  for (const { invariant, detail, atMs } of violations) say(`VIOLATION ${invariant} at ${atMs} ms: ${detail}\n`);
  return violations.length === 0;
}

function runOf(entry: URL, task: LoadTask, progress: (share: number) => void): Promise<LoadRun> {
  const thread = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: 6_000 } });
  return new Promise((resolve, reject) => {
    thread.on("error", reject);
    thread.on("message", (news: LoadNews) => {
      if ("share" in news) {
        progress(news.share);
        return;
      }
      resolve(news.run);
      void thread.terminate();
    });
    thread.postMessage(task);
  });
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const each = (count: number, of: number) => (count / of).toFixed(2);

/** What is told of each load. */
const figures: Readonly<Record<string, (figures: LoadFigures) => string>> = {
  "documents registered": ({ ended }) => String(ended),
  "of them direct": ({ direct }) => String(direct),
  "direct calls refused": ({ refusedDirect }) => String(refusedDirect),
  "virtual time": ({ virtualMs }) => seconds(virtualMs),
  "last backlog over after": ({ drainedMs }) => seconds(drainedMs),
  "use of the limit, least": ({ leastUse }) => (leastUse === Infinity ? "" : `${(leastUse * 100).toFixed(1)} %`),
  "calls beyond burst + rate x W": ({ mostBeyond }) => mostBeyond.toFixed(2),
  "messages of one GSTIN, most": ({ mostInQueue }) => String(mostInQueue),
  "sends per document": ({ sends, ended }) => each(sends, ended),
  "receives per document": ({ receives, ended }) => each(receives, ended),
  "receives of one, most": ({ mostReceives }) => String(mostReceives),
  "a queue stood still, longest": ({ longestStillMs }) => seconds(longestStillMs),
  "instances that died": ({ crashes }) => String(crashes),
  "quiet, direct: p50": ({ directLatency }) => seconds(directLatency.p50),
  "quiet, direct: p99": ({ directLatency }) => seconds(directLatency.p99),
  "quiet, queued: p50": ({ queuedLatency }) => seconds(queuedLatency.p50),
  "quiet, queued: p99": ({ queuedLatency }) => seconds(queuedLatency.p99),
};

function table(columns: readonly (readonly [LoadPlan, LoadRun | undefined])[]): string[] {
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(32) + cells.map((cell) => cell.padStart(14)).join("");
  const head = row(
    "",
    columns.map(([{ name }]) => name),
  );
  const rows = Object.entries(figures).map(([name, told]) =>
    row(
      name,
      columns.map(([, run]) => (run ? told(run.figures) : "")),
    ),
  );
  return [head, ...rows];
}
