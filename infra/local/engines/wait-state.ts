import { setTimeout as sleep } from "node:timers/promises";
import type { State } from "./state-machine-checks.ts";

export type Task = (input: unknown, signal: AbortSignal) => Promise<unknown>;

/** Timers take no more; AWS lets a task run for three years. */
export const longestSeconds = 2_147_483;
const longestWaitSeconds = 99_999_999;

/** The resource of tasks that are not functions. */
export const internalTask = "arn:aws:lambda:local:000000000000:function:state-machine";

/** The parameters let the package find the time, whichever of the four fields it is in; the input passes through. */
export function waitAsTask({ Seconds, SecondsPath, Timestamp, TimestampPath, ...state }: State): State {
  const at = {
    ...(Seconds === undefined ? {} : { seconds: Seconds }),
    ...(SecondsPath === undefined ? {} : { "seconds.$": SecondsPath }),
    ...(Timestamp === undefined ? {} : { timestamp: Timestamp }),
    ...(TimestampPath === undefined ? {} : { "timestamp.$": TimestampPath }),
  };
  return {
    ...state,
    Type: "Task",
    Resource: internalTask,
    Parameters: { ...at, "input.$": "$" },
    TimeoutSeconds: longestSeconds,
  };
}

/** Sleeps for the time its parameters give, divided by `speed`. */
export function wait({ now, speed }: { now: () => number; speed: number }): Task {
  return async (parameters, signal) => {
    const { seconds, timestamp, input } = parameters as { seconds?: unknown; timestamp?: unknown; input: unknown };
    const ms = timestamp === undefined ? secondsToMs(seconds) : timestampToMs(timestamp) - now();
    if (ms / speed > longestSeconds * 1000) throw named("States.Runtime", "the local engine waits at most 24 days");
    // Cut short when the execution is stopped, which ends it anyway.
    await sleep(Math.max(ms / speed, 0), undefined, { signal }).catch(() => {});
    return input;
  };
}

function secondsToMs(seconds: unknown): number {
  if (Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= longestWaitSeconds)
    return Number(seconds) * 1000;
  throw named("States.Runtime", `The wait time ${JSON.stringify(seconds)} is not a whole number of seconds`);
}

function timestampToMs(timestamp: unknown): number {
  const isTimestamp =
    typeof timestamp === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(timestamp);
  if (isTimestamp) return Date.parse(timestamp);
  throw named("States.Runtime", `The wait time ${JSON.stringify(timestamp)} is not a timestamp`);
}

/** Retry and Catch go by an error's name; its message becomes the Cause. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
