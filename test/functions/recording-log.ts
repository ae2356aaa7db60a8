import { inspect } from "node:util";
import type { Log } from "../../functions/pipeline/log.ts";

/** A log that keeps every word it is told, down to the members and causes of errors. */
export function recordingLog() {
  const lines: string[] = [];
  const keep =
    (name: string) =>
    (...words: unknown[]) => {
      lines.push(`${name} ${inspect(words, { depth: null, showHidden: true, maxStringLength: null })}`);
    };
  const log: Log = {
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    appendKeys: keep("appendKeys"),
    resetKeys: keep("resetKeys"),
    addContext: keep("addContext"),
  };
  return { log, lines, text: () => lines.join("\n") };
}
