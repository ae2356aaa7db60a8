import type { Logins, Session, SharedSession, Turn } from "../session-store.ts";
import { LoginRefused } from "./login.ts";

/** Inside its last ten minutes the portal hands out a new token; half-way there it is asked for. */
const REFRESH_MS = 5 * 60 * 1000;
/** With less left a call might reach the portal too late. */
const USABLE_MS = 10 * 1000;
/** A login lasts 8 s at most; whoever died in one is waited for no longer than this. */
const TURN_MS = 10 * 1000;
/** Between the clocks of two workers. */
const SKEW_MS = 2 * 1000;

/** Wrong credentials are tried three times in all, this far apart: nobody knows after how many a portal locks a user out. */
const REFUSED_PAUSE_MS = 5 * 60 * 1000;
const MOST_REFUSALS = 3;
/** Closed until the credentials change; whoever waits may ask then whether they have. */
const CLOSED_ASK_AGAIN_MS = 60 * 60 * 1000;
/** A portal that just failed is left alone; the other one may be asked. */
const FAILED_PAUSE_MS = 30 * 1000;
/** The e-way bill hosts answer five logins in fifteen minutes (irp-protocol 3). */
const WINDOW_MS = 15 * 60 * 1000;
const MOST_IN_WINDOW = 5;
/** How long after the first, second, … that failed the next may come: at another portal at once, and then ever later. */
const SPACING_MS = [0, 60_000, 120_000, 240_000];

/** What a worker does now about a session. */
export type Step =
  | { readonly is: "use"; readonly session: Session }
  /** Another is logging in. */
  | { readonly is: "wait" }
  | { readonly is: "refused"; readonly reason: string; readonly retryAt: Date; readonly needsUser: boolean }
  | { readonly is: "log-in"; readonly force: boolean; readonly logins: Logins };

export interface Asker {
  readonly portal: string;
  /** Names the credentials that a login would use, as `Logins.credentials` does. */
  readonly credentials: string;
  readonly now: Date;
}

/** Nothing to do about this session yet. */
export function isFresh({ expiresAt }: Session, now: Date): boolean {
  return expiresAt.getTime() - now.getTime() > REFRESH_MS;
}

export function isUsable({ expiresAt }: Session, now: Date): boolean {
  return expiresAt.getTime() - now.getTime() > USABLE_MS;
}

/** A session that can be used is used wherever a login may not be made now. */
export function nextStep({ session, logins, turn }: SharedSession, { portal, credentials, now }: Asker): Step {
  if (session && isFresh(session, now)) return { is: "use", session };
  const usable = session && isUsable(session, now) ? ({ is: "use", session } as const) : undefined;
  if (turn && turn.until + SKEW_MS >= now.getTime()) return usable ?? { is: "wait" };
  const known = withCredentials(logins, credentials);
  const retryAt = nextLoginAt(known, portal, now);
  if (retryAt > now)
    return usable ?? { is: "refused", reason: notYet(known), retryAt, needsUser: known.refusedAt.length > 0 };
  return { is: "log-in", force: session !== undefined, logins: begun(known, now) };
}

/** Others than those of the last login have failed nowhere yet. How many logins the portal has seen does not change by that. */
function withCredentials(logins: Logins | undefined, credentials: string): Logins {
  if (logins?.credentials === credentials) return logins;
  return { credentials, begunAt: logins?.begunAt ?? [], refusedAt: [], failedAt: {} };
}

function notYet({ reason = "there were too many logins" }: Logins): string {
  return `not logged in again yet: ${reason}`;
}

/** The first time at which these credentials may be tried at this portal. */
export function nextLoginAt({ begunAt, refusedAt, failedAt, reason }: Logins, portal: string, now: Date): Date {
  if (refusedAt.length >= MOST_REFUSALS) return new Date(now.getTime() + CLOSED_ASK_AGAIN_MS);
  const recent = begunAt.filter((at) => at > now.getTime() - WINDOW_MS);
  const hasFailed = reason !== undefined;
  return new Date(
    Math.max(
      after(refusedAt.at(-1), REFUSED_PAUSE_MS),
      after(failedAt[portal], FAILED_PAUSE_MS),
      hasFailed ? after(recent.at(-1), SPACING_MS[recent.length - 1] ?? 0) : 0,
      recent.length < MOST_IN_WINDOW ? 0 : after(recent.at(-MOST_IN_WINDOW), WINDOW_MS),
    ),
  );
}

function after(at: number | undefined, pauseMs: number): number {
  return at === undefined || pauseMs === 0 ? 0 : at + pauseMs + SKEW_MS;
}

function begun(logins: Logins, now: Date): Logins {
  return { ...logins, begunAt: [...logins.begunAt, now.getTime()].slice(-MOST_IN_WINDOW) };
}

export function turnOf(worker: string, now: Date): Turn {
  return { worker, until: now.getTime() + TURN_MS };
}

/** A session that is about to end as it comes is as good as none: without a pause every call would ask for a better one. */
export function succeeded(logins: Logins, portal: string, session: Session, now: Date): Logins {
  if (!isFresh(session, now)) return paused(logins, portal, "the portal's token was about to end", now);
  return { credentials: logins.credentials, begunAt: [], refusedAt: [], failedAt: {} };
}

export function failed(logins: Logins, portal: string, error: unknown, now: Date): Logins {
  // Another error's message may quote what came; a refusal's is made of codes.
  if (!(error instanceof LoginRefused)) return paused(logins, portal, "the last login failed", now);
  const noted = paused(logins, portal, error.message, now);
  return error.needsUser ? { ...noted, refusedAt: [...logins.refusedAt, now.getTime()] } : noted;
}

function paused(logins: Logins, portal: string, reason: string, now: Date): Logins {
  return { ...logins, failedAt: { ...logins.failedAt, [portal]: now.getTime() }, reason };
}
