import { Problem } from "./problem.ts";

/** How long a caller waits for the outcome when it does not say, and at the most: API Gateway gives up after 30 s. */
const DEFAULT_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 25;

export interface Preference {
  /** `respond-async`: the caller does not wait, and the request goes the queued way. */
  readonly respondAsync: boolean;
  readonly waitMs: number;
  /** What was honoured, for `Preference-Applied`. */
  readonly applied: string | undefined;
}

/** Reads RFC 7240 `Prefer`. Unknown preferences are ignored, as the RFC asks; a malformed wait is `malformed_header`. */
export function readPrefer(header: string | undefined): Preference {
  const preferences = (header ?? "").split(",").map((each) => each.trim().toLowerCase());
  if (preferences.some(isNamed("respond-async"))) return { respondAsync: true, waitMs: 0, applied: "respond-async" };
  const wait = preferences.find(isNamed("wait"));
  if (wait === undefined) return { respondAsync: false, waitMs: DEFAULT_WAIT_SECONDS * 1000, applied: undefined };
  const [, digits] = /^wait\s*=\s*"?(\d+)"?\s*(?:;|$)/.exec(wait) ?? [];
  if (digits === undefined) throw new Problem("malformed_header", "write Prefer: wait=N, with N in whole seconds");
  const seconds = Math.min(Number(digits), LONGEST_WAIT_SECONDS);
  return { respondAsync: false, waitMs: seconds * 1000, applied: `wait=${seconds}` };
}

/** A preference may carry a value and parameters: `name = value; parameter`. */
function isNamed(name: string): (preference: string) => boolean {
  return (preference) => preference.split(/[\s=;]/, 1)[0] === name;
}
