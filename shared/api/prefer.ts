import { Problem } from "./problem.ts";

/** How long a caller waits for the outcome when it does not say, and at the most: API Gateway gives up after 30 s. */
const DEFAULT_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 25;

export interface Preference {
  /** `respond-async`: the caller does not wait, and the request goes the queued way. */
  readonly respondAsync: boolean;
  readonly waitMs: number;
  /** `handling=lenient`: what only our rules hold against a document is left to the portal. */
  readonly lenient: boolean;
  /** What was honoured, for `Preference-Applied`. */
  readonly applied: string | undefined;
}

/** Reads RFC 7240 `Prefer`. Unknown preferences are ignored, as the RFC asks; a malformed wait is `malformed_header`. */
export function readPrefer(header: string | undefined): Preference {
  const preferences = (header ?? "").split(",").map((each) => each.trim().toLowerCase());
  const respondAsync = preferences.some(isNamed("respond-async"));
  const waitSeconds = respondAsync ? undefined : readWait(preferences.find(isNamed("wait")));
  const lenient = preferences.some((each) => /^handling\s*=\s*"?lenient"?\s*(?:;|$)/.test(each));
  const applied = [
    ...(respondAsync ? ["respond-async"] : []),
    ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`]),
    ...(lenient ? ["handling=lenient"] : []),
  ];
  const waitMs = respondAsync ? 0 : (waitSeconds ?? DEFAULT_WAIT_SECONDS) * 1000;
  return { respondAsync, waitMs, lenient, applied: applied.join(", ") || undefined };
}

function readWait(wait: string | undefined): number | undefined {
  if (wait === undefined) return undefined;
  const [, digits] = /^wait\s*=\s*"?(\d+)"?\s*(?:;|$)/.exec(wait) ?? [];
  if (digits === undefined) throw new Problem("malformed_header", "write Prefer: wait=N, with N in whole seconds");
  return Math.min(Number(digits), LONGEST_WAIT_SECONDS);
}

/** A preference may carry a value and parameters: `name = value; parameter`. */
function isNamed(name: string): (preference: string) => boolean {
  return (preference) => preference.split(/[\s=;]/, 1)[0] === name;
}
