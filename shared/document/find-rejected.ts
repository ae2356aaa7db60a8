import type { GstinList, Irp } from "../irp/irp.ts";
import { endOfDayInIndia, toDocumentDate } from "../ist.ts";
import { type MarkDeps, markRejected } from "./mark-rejected.ts";

export interface FindRejectedDeps extends MarkDeps {
  readonly users: GstinList;
  readonly irp: Pick<Irp, "rejected">;
  /** Names of every portal: each is asked, and answers for its own documents. */
  readonly portals: readonly string[];
  /** How long a portal may take to answer. */
  readonly callTimeoutMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of each failure as it comes. Nobody else is held up by it, and the next round tries again. */
  readonly onFailure: (failure: RoundFailure) => void;
}

export interface RoundFailure {
  readonly gstin: string;
  readonly portal: string;
  /** Why the portal did not answer. */
  readonly reason?: string;
  /** What a store or the bus threw. */
  readonly error?: unknown;
  /** The document that could not be marked. */
  readonly irn?: string;
}

/** What a round came to. */
export interface Round {
  /** GSTINs that were asked for, and the days of each. */
  readonly gstins: number;
  readonly days: number;
  /** Documents that are rejected since this round. */
  readonly marked: number;
  /** Documents on which somebody worked: the next round marks them. */
  readonly busy: number;
  /** GSTINs of which something failed. */
  readonly failed: number;
  /** GSTINs whose turn did not come. */
  readonly left: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Besides today. A portal lists an IRN under the day on which it gave it out, whenever the registry rejects it. */
const DAYS_BACK = 3;
const AT_ONCE = 10;
/** What was begun in time may go on for this long after. */
export const GRACE_MS = 60_000;
/** For one GSTIN, waiting for slots of its budget included. */
const PATIENCE_MS = 120_000;

/**
 * Asks every portal, for every GSTIN that has an API user, which IRNs of the last days the registry rejected since, and marks
 * those that are ours. Two rounds at once, or one after a crash, do no harm. Begins no GSTIN after `until`. Throws only when
 * the GSTINs cannot be listed.
 */
export async function findRejected(deps: FindRejectedDeps, until: Date): Promise<Round> {
  const began = deps.now();
  const days = lastDays(began);
  const gstins = inTurn(await listed(deps.users), began);
  const waiting = gstins.values();
  const sum = { gstins: 0, marked: 0, busy: 0, failed: 0 };

  async function workOff(): Promise<void> {
    while (deps.now() < until) {
      const { value: gstin } = waiting.next();
      if (gstin === undefined) return;
      sum.gstins += 1;
      const found = await askFor(deps, gstin, days, until);
      sum.marked += found.marked;
      sum.busy += found.busy;
      sum.failed += found.isWhole ? 0 : 1;
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return { ...sum, days: days.length, left: gstins.length - sum.gstins };
}

function lastDays(now: Date): string[] {
  return Array.from({ length: DAYS_BACK + 1 }, (_, back) => toDocumentDate(new Date(now.getTime() - back * DAY_MS)));
}

async function listed({ gstins }: GstinList): Promise<string[]> {
  const found: string[] = [];
  for await (const gstin of gstins()) found.push(gstin);
  return found;
}

/**
 * Each day begins at another place. As many as there are days to look back: where time runs out, a round that gets through
 * its part of them still leaves nobody out for longer than that.
 */
function inTurn(gstins: readonly string[], now: Date): string[] {
  const day = Math.floor(endOfDayInIndia(now).getTime() / DAY_MS);
  const start = Math.floor((gstins.length * (day % DAYS_BACK)) / DAYS_BACK);
  const sorted = gstins.toSorted();
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

interface Found {
  marked: number;
  busy: number;
  isWhole: boolean;
}

async function askFor(deps: FindRejectedDeps, gstin: string, days: readonly string[], until: Date): Promise<Found> {
  const found: Found = { marked: 0, busy: 0, isWhole: true };
  const end = Math.min(until.getTime() + GRACE_MS, deps.now().getTime() + PATIENCE_MS);

  function failed(failure: Omit<RoundFailure, "gstin">): void {
    found.isWhole = false;
    deps.onFailure({ gstin, ...failure });
  }

  for (const portal of deps.portals) {
    for (const day of days) {
      const answer = await ask(deps, { gstin, portal, day, end }).catch((error: unknown) => ({ error }));
      if (!("irns" in answer)) {
        failed({ portal, ...answer });
        break;
      }
      for (const irn of answer.irns) {
        const outcome = await markRejected(deps, { irn, gstin, portal }).catch((error: unknown) =>
          failed({ portal, irn, error }),
        );
        if (outcome === "marked" || outcome === "busy") found[outcome] += 1;
      }
    }
  }
  return found;
}

interface Asking {
  readonly gstin: string;
  readonly portal: string;
  readonly day: string;
  /** Nothing is sent whose answer could come after this time. */
  readonly end: number;
}

/** A slot that is promised in time is waited for: a day that nobody asks for has no rejections. */
async function ask(
  deps: FindRejectedDeps,
  { gstin, portal, day, end }: Asking,
): Promise<{ readonly irns: readonly string[] } | { readonly reason: string }> {
  const latest = end - deps.callTimeoutMs;
  const mayStillSend = () => deps.now().getTime() <= latest;
  for (;;) {
    const answer = await deps.irp.rejected({ gstin, portal, mayStillSend }, day);
    if (answer.is === "ok") return { irns: answer.value };
    if (answer.is === "refused") return { reason: `refused: ${answer.errors.map(({ code }) => code).join(", ")}` };
    const now = deps.now().getTime();
    const retryAt = answer.is === "not-sent" && !answer.needsUser ? answer.retryAt?.getTime() : undefined;
    if (retryAt === undefined || Math.max(retryAt, now) > latest) return { reason: answer.reason };
    await deps.sleep(Math.max(1, retryAt - now));
  }
}
