import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

const Counters = z.object({
  /** Of the whole local cloud: engines, functions, sandbox. */
  cpuMs: z.number(),
  calls: z.record(z.string(), z.object({ calls: z.number(), readUnits: z.number(), writeUnits: z.number() })),
});
const Report = z.object({
  type: z.literal("platform.report"),
  record: z.object({ metrics: z.object({ billedDurationMs: z.number(), memorySizeMB: z.number() }) }),
});

/** What each registration used of AWS: calls, units, milliseconds and bytes, on the average. */
export interface Usage {
  readonly cpuMs: number;
  readonly calls: Readonly<Record<string, { calls: number; readUnits: number; writeUnits: number }>>;
  readonly functions: Readonly<Record<string, FunctionUsage>>;
}

interface FunctionUsage {
  readonly invocations: number;
  readonly gbSeconds: number;
  readonly logBytes: number;
}

/** Where the counters are: the cloud's AWS endpoint, and its functions' logs where it has functions. */
export interface Counted {
  readonly awsUrl: string;
  readonly logFolder?: string;
}

const NO_CALLS = { calls: 0, readUnits: 0, writeUnits: 0 };
const NO_FUNCTION: FunctionUsage = { invocations: 0, gbSeconds: 0, logBytes: 0 };
/** What nobody's registration asks for: the government's side, and the sweeper, which comes every minute whatever happens. */
const NOT_OURS = /sandbox|^Query (?!.*storagewebhooks)|^sweep/;
/** Lambda's own lines about a call, platform.start and platform.report, are longer than the one that the local cloud writes. */
const PLATFORM_LOG_BYTES = 300;
const QUIET_MS = 700;

/** What `times` registrations used, each, all that they set off included. */
export async function usageOf(counted: Counted, times: number, work: () => Promise<unknown>): Promise<Usage> {
  const before = await countedNow(counted);
  await work();
  const after = await countedNow(counted);
  const each = (more: number, less = 0) => (more - less) / times;
  return {
    cpuMs: each(after.cpuMs, before.cpuMs),
    calls: perName(after.calls, (tally, name) => {
      const { calls, readUnits, writeUnits } = before.calls[name] ?? NO_CALLS;
      return {
        calls: each(tally.calls, calls),
        readUnits: each(tally.readUnits, readUnits),
        writeUnits: each(tally.writeUnits, writeUnits),
      };
    }),
    functions: perName(after.functions, (use, name) => {
      const { invocations, gbSeconds, logBytes } = before.functions[name] ?? NO_FUNCTION;
      return {
        invocations: each(use.invocations, invocations),
        gbSeconds: each(use.gbSeconds, gbSeconds),
        logBytes: each(use.logBytes, logBytes),
      };
    }),
  };
}

/** One of the numbers of all calls whose name fits, added up. */
export function sumOf(
  { calls }: Pick<Usage, "calls">,
  number: "calls" | "readUnits" | "writeUnits",
  name = /./,
): number {
  const fitting = Object.entries(calls).filter(([each]) => name.test(each));
  return fitting.reduce((sum, [, tally]) => sum + tally[number], 0);
}

function perName<Value, Result>(
  values: Readonly<Record<string, Value>>,
  of: (value: Value, name: string) => Result,
): Record<string, Result> {
  const ours = Object.entries(values).filter(([name]) => !NOT_OURS.test(name));
  return Object.fromEntries(ours.map(([name, value]) => [name, of(value, name)]));
}

/** The counters once nothing moves any more. */
async function countedNow({ awsUrl, logFolder }: Counted): Promise<Usage> {
  const read = async () => Counters.parse(await (await fetch(awsUrl)).json());
  let last = await read();
  for (;;) {
    await sleep(QUIET_MS);
    const counters = await read();
    if (JSON.stringify(counters.calls) === JSON.stringify(last.calls))
      return { ...counters, functions: logFolder === undefined ? {} : loggedIn(logFolder) };
    last = counters;
  }
}

/** By function, as the template names them: `einvoice-local-irpworkerfn5E2A1B9C.log` is the worker's. */
function loggedIn(logFolder: string): Usage["functions"] {
  const logs = readdirSync(logFolder).map((file) => [file.split("-")[2]?.replace(/fn[0-9A-F]{8}\.log$/, ""), file]);
  return Object.fromEntries(logs.map(([name, file = ""]) => [name, functionUsage(join(logFolder, file))]));
}

function functionUsage(file: string): FunctionUsage {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").filter((line) => line.includes('"platform.report"'));
  const reports = lines.map((line) => Report.parse(JSON.parse(line)).record.metrics);
  return {
    invocations: reports.length,
    gbSeconds: reports.reduce((sum, each) => sum + (each.billedDurationMs / 1000) * (each.memorySizeMB / 1024), 0),
    logBytes: Buffer.byteLength(text) + reports.length * PLATFORM_LOG_BYTES,
  };
}
