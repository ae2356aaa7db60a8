import { LADDER_SECONDS } from "./ladder.ts";
import type { Received } from "./receiver.ts";

/** Endpoints that failed together are not to be called again in the same second. */
const JITTER = 0.2;

/**
 * Seconds until the next attempt after `attempts` failed ones; undefined when the ladder is climbed. A `Retry-After` (RFC 9110
 * 10.2.3, seconds or a date) is never come before, unless it asks for more than twice the ladder's own wait.
 */
export function nextWaitSeconds(
  attempts: number,
  { retryAfter }: Pick<Received, "retryAfter">,
  now: Date,
  random: () => number,
): number | undefined {
  const step = LADDER_SECONDS[attempts - 1];
  if (step === undefined) return undefined;
  const own = Math.round(step * (1 + JITTER * (2 * random() - 1)));
  return Math.max(own, Math.min(secondsOf(retryAfter, now), 2 * step));
}

/** Of the three dates of RFC 9110 the one that servers send; what is neither that nor a number asks for nothing. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function secondsOf(retryAfter = "", now: Date): number {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const at = HTTP_DATE.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.ceil((at - now.getTime()) / 1000);
}
