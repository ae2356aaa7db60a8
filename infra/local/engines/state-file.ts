import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface StateFile<State> {
  /** What the last run left, if anything. */
  load(): State | undefined;
  /** Notes that the state changed; it is on disk within half a second, later only where writing it takes long. */
  changed(): void;
  /** Writes what is not yet on disk, and nothing after: the file may be the next run's by then. */
  close(): void;
}

const delayMs = 500;
/** The whole state is written each time: however large it is, this takes no more than a fiftieth of the time. */
const restAfterWrite = 50;

/** Keeps an engine's state as one JSON file. A file is replaced whole, so a crash leaves the old one or the new one. */
export function stateFile<State>(dataDir: string | undefined, name: string, snapshot: () => State): StateFile<State> {
  if (dataDir === undefined) return { load: () => undefined, changed() {}, close() {} };

  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, `${name}.json`);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let writingMs = 0;

  function flush() {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const began = performance.now();
    writeFileSync(`${path}.tmp`, JSON.stringify(snapshot()));
    renameSync(`${path}.tmp`, path);
    writingMs = performance.now() - began;
  }

  return {
    load: () => parse<State>(read(path)),
    changed() {
      if (!isClosed) timer ??= setTimeout(flush, Math.max(delayMs, restAfterWrite * writingMs)).unref();
    },
    close() {
      isClosed = true;
      flush();
    },
  };
}

function parse<State>(text: string | undefined): State | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as State);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
