import type { IrpUserStore, StoredIrpUser } from "../irp.ts";
import type { Session, SessionOwner, SessionStore, SharedSession } from "../session-store.ts";
import { type LoginDeps, LoginRefused, login } from "./login.ts";
import { failed, isUsable, nextLoginAt, nextStep, type Step, succeeded, turnOf } from "./login-turn.ts";

export interface SharedSessionDeps extends LoginDeps {
  readonly users: Pick<IrpUserStore, "find">;
  readonly sessionStore: SessionStore;
  /** What the portals belong to: a token of one environment is nothing in another. */
  readonly environment: string;
  /** Whose client we are, and a name for the client's credentials that changes with them and tells nothing of them. */
  readonly client: () => Promise<{ readonly clientId: string; readonly version: string }>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly newId: () => string;
}

/** A login lasts some hundred milliseconds: look early, then less and less often. */
const FIRST_LOOK_MS = 100;
const SLOWEST_LOOK_MS = 400;

/** For one call: who asks, as whom, and where. */
interface Asking {
  readonly portal: string;
  readonly owner: SessionOwner;
  readonly user: StoredIrpUser;
  readonly credentials: string;
}

/**
 * The session that all workers share, from the store, or by a login that nobody else makes at the same time. Throws
 * LoginRefused when there is none for now; any other Error when store, vault or portal failed.
 */
export async function sharedSession(deps: SharedSessionDeps, portal: string, gstin: string): Promise<Session> {
  const asking = await whoAsks(deps, portal, gstin);
  const { owner } = asking;
  let shared = await deps.sessionStore.find(owner);
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.5, SLOWEST_LOOK_MS)) {
    const step = nextStep(shared, { ...asking, now: deps.now() });
    if (step.is === "use") return step.session;
    if (step.is === "refused") throw new LoginRefused(step.reason, step);
    const next =
      step.is === "log-in" ? await takeTurn(deps, asking, shared, step) : await lookAgain(deps, owner, pauseMs);
    if ("authToken" in next) return next;
    shared = next;
  }
}

async function whoAsks(deps: SharedSessionDeps, portal: string, gstin: string): Promise<Asking> {
  const user = await deps.users.find(gstin);
  if (!user) throw new LoginRefused("no portal user is stored for this GSTIN", { needsUser: true });
  const { clientId, version } = await deps.client();
  const owner = { environment: deps.environment, clientId, gstin, userName: user.userName };
  return { portal, owner, user, credentials: `${user.version} ${version}` };
}

/** Removes the token for all workers, unless it was replaced. */
export async function dropShared(
  deps: SharedSessionDeps,
  gstin: string,
  { userName, authToken }: Session,
): Promise<"dropped" | "replaced"> {
  const { clientId } = await deps.client();
  return deps.sessionStore.drop({ environment: deps.environment, clientId, gstin, userName }, authToken);
}

async function lookAgain(deps: SharedSessionDeps, owner: SessionOwner, pauseMs: number): Promise<SharedSession> {
  await deps.sleep(pauseMs);
  return deps.sessionStore.find(owner);
}

/** A session, or what stands because another worker was quicker. */
async function takeTurn(
  deps: SharedSessionDeps,
  { portal, owner, user }: Asking,
  shared: SharedSession,
  { logins, force }: Extract<Step, { is: "log-in" }>,
): Promise<Session | SharedSession> {
  // They may have to be fetched, which is no part of the time that a turn lasts.
  await deps.keys.encryption();
  const turn = turnOf(deps.newId(), deps.now());
  const begun = await deps.sessionStore.beginLogin(owner, shared.revision, { turn, logins });
  if (begun !== "begun") return begun;

  let session: Session;
  try {
    session = await login(deps, { portal, gstin: owner.gstin, user, force });
  } catch (error) {
    const after = failed(logins, portal, error, deps.now());
    await deps.sessionStore.failLogin(owner, turn.worker, after);
    if (shared.session && isUsable(shared.session, deps.now())) return shared.session;
    throw error instanceof LoginRefused
      ? new LoginRefused(error.message, { ...error, retryAt: nextLoginAt(after, portal, deps.now()) })
      : error;
  }
  return deps.sessionStore.put(owner, session, succeeded(logins, portal, session, deps.now()));
}
