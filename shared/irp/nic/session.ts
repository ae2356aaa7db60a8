import * as z from "zod";
import { portalTimeToDate } from "../../ist.ts";
import type { IrpError, IrpUserStore } from "../irp.ts";
import type { PortalKeys } from "../portal-keys.ts";
import { decrypt, encryptLogin } from "./crypto.ts";
import { Envelope } from "./envelope.ts";
import type { Send } from "./wire.ts";

/** A token and the key that belongs to it: replaced as one, and a call in flight keeps its own pair. */
export interface Session {
  readonly userName: string;
  readonly authToken: string;
  readonly sek: Buffer;
  readonly expiresAt: Date;
}

export interface SessionDeps {
  readonly send: Send;
  readonly users: Pick<IrpUserStore, "find">;
  readonly keys: Pick<PortalKeys, "encryption">;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** The login was refused: asking again will not help before somebody changes something. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  readonly errors: readonly IrpError[];
  readonly retryAt: Date | undefined;

  constructor(reason: string, errors: readonly IrpError[] = [], retryAt?: Date) {
    super(reason);
    this.errors = errors;
    this.retryAt = retryAt;
  }
}

const LoginData = z.looseObject({
  AuthToken: z.string().regex(/^[\x21-\x7e]+$/),
  Sek: z.string(),
  TokenExpiry: z.string(),
  UserName: z.string(),
});

/** Inside its last ten minutes the portal hands out a new token; half-way there nobody waits for one. */
const REFRESH_MS = 5 * 60 * 1000;
const SEK_BYTES = 32;
/** One instance serves any number of GSTINs in its life; the oldest session makes room. */
const MOST_SESSIONS = 1000;

/** One session per GSTIN, valid at every portal; simultaneous callers share one login. */
export function sessions(deps: SessionDeps) {
  const open = new Map<string, Promise<Session>>();

  function start(portal: string, gstin: string, renew: boolean): Promise<Session> {
    const session = login(deps, portal, gstin, renew);
    open.delete(gstin);
    open.set(gstin, session);
    const [oldest] = open.keys();
    if (open.size > MOST_SESSIONS && oldest !== undefined) open.delete(oldest);
    session.catch(() => {
      if (open.get(gstin) === session) open.delete(gstin);
    });
    return session;
  }

  return {
    async get(portal: string, gstin: string): Promise<Session> {
      const kept = open.get(gstin);
      const current = await kept;
      if (current && current.expiresAt.getTime() - deps.now().getTime() > REFRESH_MS) return current;
      // Whoever came first has put another login there by now.
      const replacing = open.get(gstin);
      return replacing && replacing !== kept ? replacing : start(portal, gstin, current !== undefined);
    },
    /** Forgets a token that the portal rejected, unless it was replaced meanwhile. */
    async drop(gstin: string, rejected: Session): Promise<void> {
      const kept = open.get(gstin);
      const session = await kept?.catch(() => undefined);
      if (session === rejected && open.get(gstin) === kept) open.delete(gstin);
    },
  };
}

async function login(deps: SessionDeps, portal: string, gstin: string, renew: boolean): Promise<Session> {
  const user = await deps.users.find(gstin);
  if (!user) throw new LoginRefused("no portal user is stored for this GSTIN");
  const appKey = deps.randomBytes(32);
  const credentials = {
    UserName: user.userName,
    Password: user.password,
    AppKey: appKey.toString("base64"),
    ForceRefreshAccessToken: renew,
  };
  const Data = encryptLogin(await deps.keys.encryption(), credentials);
  const answer = await deps.send(portal, {
    kind: "login",
    method: "POST",
    path: "/eivital/v1.04/auth",
    headers: { Gstin: gstin },
    body: { Data },
  });
  const envelope = Envelope.parse(answer);
  if (envelope.Status === 0)
    throw new LoginRefused(
      `login refused: ${envelope.ErrorDetails.map(({ code }) => code).join(", ")}`,
      envelope.ErrorDetails,
    );
  const { AuthToken, Sek, TokenExpiry } = LoginData.parse(envelope.Data);
  const sek = decrypt(appKey, Sek);
  if (sek.length !== SEK_BYTES) throw new Error("the portal's session key is not 32 bytes");
  return {
    userName: user.userName,
    authToken: AuthToken,
    sek,
    expiresAt: portalTimeToDate(TokenExpiry),
  };
}
