import { createWriteStream, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Invoke, InvokeResult } from "./engines/invoke.ts";
import type { ThreadCall, ThreadData, ThreadResult } from "./function-thread.ts";
import { type StartTurn, startTurns } from "./start-turns.ts";

/** A function as the template has it, its environment resolved. */
export interface FunctionSpec extends ThreadData {
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Functions {
  /** Adds the function and starts its first thread, so that the first call finds it warm. */
  add(spec: FunctionSpec): void;
  /** Resolves once every function is loaded; rejects with the one that cannot be. */
  loaded(): Promise<void>;
  readonly invoke: Invoke;
  close(): Promise<void>;
}

/** As many instances as one function may have at once; further calls wait for a free one. */
const MOST_THREADS = 24;

/**
 * One more thread is started only for what has waited so long: a start is as much work itself, and a few threads that are
 * always at it are faster than many, of which each has to find its way back into the processor's caches.
 */
const PATIENCE_MS = 100;

/** Threads of one function compile the same bundle: with what the last one left they start in half the time. */
const { directory } = enableCompileCache();
const compileCache = directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };

interface Thread {
  run(event: string, deadline: number): Promise<InvokeResult>;
  end(): void;
}

/** Runs functions in worker threads, one call at a time in each, as Lambda does. Threads share nothing but AWS calls. */
export function functions(logFolder: string): Functions {
  const pools = new Map<string, ReturnType<typeof pool>>();
  const loading: Promise<void>[] = [];
  const inTurn = startTurns();
  mkdirSync(logFolder, { recursive: true });

  return {
    add(spec) {
      const added = pool(spec, join(logFolder, `${spec.name}.log`), inTurn);
      pools.set(spec.name, added);
      const warm = added.warm();
      // Whoever waits in loaded() hears of it; until then it is not unhandled.
      warm.catch(() => undefined);
      loading.push(warm);
    },
    async loaded() {
      await Promise.all(loading);
    },
    async invoke(arnOrName, event) {
      const name = arnOrName.split(":").at(-1) ?? arnOrName;
      const found = pools.get(name);
      if (!found) return failed("ResourceNotFoundException", `there is no function ${name}`);
      return found.invoke(event);
    },
    async close() {
      for (const each of pools.values()) each.close();
    },
  };
}

function pool(spec: FunctionSpec, logFile: string, inTurn: StartTurn) {
  const log = createWriteStream(logFile, { flags: "a" });
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: PromiseWithResolvers<Thread>[] = [];
  let starting = 0;

  async function started(): Promise<Thread> {
    const thread = await startThread(spec, log, (gone) => all.delete(gone));
    all.add(thread);
    return thread;
  }

  /** Starts one more thread, unless those who wait were served by others before its turn came. */
  async function grow(): Promise<void> {
    if (all.size + starting >= MOST_THREADS) return;
    starting += 1;
    try {
      await sleep(all.size > 0 ? PATIENCE_MS : 0);
      await inTurn(async () => waiting.length > 0 && giveBack(await started()));
    } catch (error) {
      waiting.shift()?.reject(error);
    } finally {
      starting -= 1;
    }
  }

  function free(): Promise<Thread> | Thread {
    const thread = idle.pop();
    if (thread) return thread;
    const next = Promise.withResolvers<Thread>();
    waiting.push(next);
    void grow();
    return next.promise;
  }

  function giveBack(thread: Thread): void {
    const next = waiting.shift();
    if (next) next.resolve(thread);
    else idle.push(thread);
  }

  async function invoke(event: unknown): Promise<InvokeResult> {
    const thread = await free();
    const began = performance.now();
    const result = await thread.run(JSON.stringify(event), Date.now() + spec.timeoutSeconds * 1000);
    log.write(report(spec, performance.now() - began, result));
    if (all.has(thread)) giveBack(thread);
    else if (waiting.length > 0) void grow();
    return result;
  }

  return {
    invoke: (event: unknown) => invoke(event).catch((error: Error) => failed("Runtime.ExitError", error.message)),
    async warm() {
      giveBack(await inTurn(started));
    },
    close() {
      for (const thread of all) thread.end();
      log.end();
    },
  };
}

/** The line that Lambda itself writes after each call (its JSON log format), as far as we know what it says. */
function report({ memoryMb }: FunctionSpec, durationMs: number, { ok }: InvokeResult): string {
  const metrics = { durationMs, billedDurationMs: Math.ceil(durationMs), memorySizeMB: memoryMb };
  const record = { status: ok ? "success" : "failure", metrics };
  return `${JSON.stringify({ time: new Date().toISOString(), type: "platform.report", record })}\n`;
}

/** Resolves when the function's module is loaded; rejects when it cannot be. */
function startThread(
  spec: FunctionSpec,
  log: NodeJS.WritableStream,
  onGone: (thread: Thread) => void,
): Promise<Thread> {
  const { environment, timeoutSeconds, ...workerData } = spec;
  const worker = new Worker(new URL("./function-thread.ts", import.meta.url), {
    workerData,
    env: { ...environment, ...compileCache },
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.on("data", (lines: Buffer) => log.write(lines));
  let settle: ((result: InvokeResult) => void) | undefined;
  let calls = 0;

  const gone = (errorMessage: string, errorType = "Runtime.ExitError") => {
    onGone(thread);
    settle?.(failed(errorType, errorMessage));
    void worker.terminate();
  };

  const thread: Thread = {
    run(event, deadline) {
      const call: ThreadCall = { id: ++calls, event, deadline };
      return new Promise<InvokeResult>((resolve) => {
        const timer = setTimeout(
          () => gone(`timed out after ${timeoutSeconds} s`, "Sandbox.Timedout"),
          deadline - Date.now(),
        );
        settle = (result) => {
          clearTimeout(timer);
          resolve(result);
        };
        worker.postMessage(call);
      });
    },
    end: () => void worker.terminate(),
  };

  return new Promise((resolve, reject) => {
    worker.on("error", (error) => {
      gone(error.message);
      reject(new Error(`${spec.name} cannot be loaded: ${error.message}`));
    });
    worker.on("exit", () => gone("the process exited"));
    worker.on("message", (message: "ready" | ThreadResult) => {
      if (message === "ready") resolve(thread);
      else settle?.(message.ok ? { ok: true, payload: JSON.parse(message.payload) } : message);
    });
  });
}

function failed(errorType: string, errorMessage: string): InvokeResult {
  return { ok: false, errorType, errorMessage };
}
