import type { Session } from "../session-store.ts";
import { isFresh, isUsable } from "./login-turn.ts";
import { dropShared, type SharedSessionDeps, sharedSession } from "./shared-session.ts";

export type { Session } from "../session-store.ts";
export { LoginRefused } from "./login.ts";

export type SessionDeps = SharedSessionDeps;

interface Kept {
  readonly session: Session;
  /** When to look for a newer one, if it is about to end. */
  readonly lookAgainAt: number;
}

/** Where a new token could not be had, the old one is used meanwhile. */
const LOOK_AGAIN_MS = 30 * 1000;
/** One instance serves any number of GSTINs in its life; the oldest session makes room. */
const MOST_SESSIONS = 1000;

/** One session per GSTIN, valid at every portal and shared with all workers; this instance keeps it in memory. */
export function sessions(deps: SessionDeps) {
  const kept = new Map<string, Kept>();
  const looking = new Map<string, Promise<Session>>();

  function keep(gstin: string, session: Session): void {
    kept.delete(gstin);
    kept.set(gstin, { session, lookAgainAt: deps.now().getTime() + LOOK_AGAIN_MS });
    const [oldest] = kept.keys();
    if (kept.size > MOST_SESSIONS && oldest !== undefined) kept.delete(oldest);
  }

  function forget(gstin: string, { authToken }: Session): void {
    if (kept.get(gstin)?.session.authToken === authToken) kept.delete(gstin);
  }

  /** One look for all callers of the moment. What fails while there is a usable session fails nobody. */
  function look(portal: string, gstin: string, old: Session | undefined): Promise<Session> {
    const found = sharedSession(deps, portal, gstin)
      .catch((error: unknown) => {
        if (old && isUsable(old, deps.now())) return old;
        throw error;
      })
      .then((session) => {
        if (looking.get(gstin) === found) keep(gstin, session);
        return session;
      })
      .finally(() => {
        if (looking.get(gstin) === found) looking.delete(gstin);
      });
    looking.set(gstin, found);
    return found;
  }

  return {
    /** Throws LoginRefused when there is none for now, any other Error when store, vault or portal failed. */
    async get(portal: string, gstin: string): Promise<Session> {
      const now = deps.now();
      const { session, lookAgainAt = 0 } = kept.get(gstin) ?? {};
      if (session && isFresh(session, now)) return session;
      const underWay = looking.get(gstin);
      const canWait = session && isUsable(session, now) && (underWay || now.getTime() < lookAgainAt);
      return canWait ? session : (underWay ?? look(portal, gstin, session));
    },

    /** Forgets a token that the portal rejected, here and for all workers, unless it was replaced meanwhile. */
    async drop(gstin: string, rejected: Session): Promise<void> {
      forget(gstin, rejected);
      // What the portal answered is known. A store that fails now is met by the next look.
      const dropped = await dropShared(deps, gstin, rejected).catch(() => "failed" as const);
      // Whoever looked meanwhile may have found it once more.
      forget(gstin, rejected);
      if (dropped === "dropped") looking.delete(gstin);
    },
  };
}
