import type { Log } from "../../functions/pipeline/log.ts";

/** A log that says nothing. */
export function silentLog(): Log {
  const silent = () => {};
  return { info: silent, warn: silent, error: silent, appendKeys: silent, resetKeys: silent, addContext: silent };
}
