import * as z from "zod";
import { portalTimeToDate } from "../../ist.ts";
import { isCredentialRefusal } from "../codes.ts";
import type { Answer, IrpError, IrpUser, WireCall } from "../irp.ts";
import type { PortalKeys } from "../portal-keys.ts";
import type { Session } from "../session-store.ts";
import { decrypt, encryptLogin } from "./crypto.ts";
import { Envelope } from "./envelope.ts";
import { NotSent, type Send } from "./wire.ts";

/** There is no session for now, and a login would not help before `retryAt`, if that is known. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  /** The portal's own words. None where it was not asked this time: what was counted once is not told again. */
  readonly errors: readonly IrpError[];
  readonly retryAt: Date | undefined;
  /** The user is missing or refused, now or the last time. Otherwise time alone may help. */
  readonly needsUser: boolean;

  constructor(reason: string, why: Partial<Pick<LoginRefused, "errors" | "retryAt" | "needsUser">> = {}) {
    super(reason);
    this.errors = why.errors ?? [];
    this.retryAt = why.retryAt;
    this.needsUser = why.needsUser ?? this.errors.some(({ code }) => isCredentialRefusal(code));
  }
}

export interface LoginDeps {
  readonly send: Send;
  readonly keys: Pick<PortalKeys, "encryption">;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: () => Date;
  /** Told of every call that was on the wire, for the record. Returns at once. */
  readonly seen: (call: WireCall) => void;
}

interface LoginRequest {
  readonly portal: string;
  readonly gstin: string;
  readonly user: IrpUser;
  /** Asks for a new token. Portals do as they are asked in a token's last ten minutes, and answer the old one before. */
  readonly force: boolean;
}

const LoginData = z.looseObject({
  AuthToken: z.string().regex(/^[\x21-\x7e]+$/),
  Sek: z.string(),
  TokenExpiry: z.string(),
  UserName: z.string(),
});

const SEK_BYTES = 32;
const PATH = "/eivital/v1.04/auth";

/** One login at one portal (irp-protocol 3), with a key of its own. Throws LoginRefused when the portal says no, any other Error when it says nothing that can be used. */
export async function login(deps: LoginDeps, request: LoginRequest): Promise<Session> {
  const startedAt = deps.now().getTime();
  const see = (answer: Answer<unknown>) => {
    const { portal, gstin } = request;
    deps.seen({ portal, gstin, method: "POST", path: PATH, answer, tookMs: deps.now().getTime() - startedAt });
  };
  try {
    const session = await tryLogin(deps, request);
    see({ is: "ok", value: undefined });
    return session;
  } catch (error) {
    see(answerOf(error));
    throw error;
  }
}

/** Whatever else is thrown may quote what was sent or answered: its name alone is told. */
function answerOf(error: unknown): Answer<never> {
  if (error instanceof LoginRefused) return { is: "refused", errors: error.errors };
  if (error instanceof NotSent) return { is: "not-sent", errors: [], reason: error.message };
  return { is: "unknown", errors: [], reason: error instanceof Error ? error.name : "unknown failure" };
}

async function tryLogin(deps: LoginDeps, { portal, gstin, user, force }: LoginRequest): Promise<Session> {
  const { userName, password } = user;
  const appKey = deps.randomBytes(32);
  const Data = encryptLogin(await deps.keys.encryption(), {
    UserName: userName,
    Password: password,
    AppKey: appKey.toString("base64"),
    ForceRefreshAccessToken: force,
  });
  const answer = await deps.send(portal, {
    kind: "login",
    method: "POST",
    path: PATH,
    headers: { Gstin: gstin },
    body: { Data },
  });
  const envelope = Envelope.parse(answer);
  if (envelope.Status === 0) throw refused(envelope.ErrorDetails);
  const { AuthToken, Sek, TokenExpiry } = LoginData.parse(envelope.Data);
  const sek = decrypt(appKey, Sek);
  if (sek.length !== SEK_BYTES) throw new Error("the portal's session key is not 32 bytes");
  return { userName, authToken: AuthToken, sek, expiresAt: portalTimeToDate(TokenExpiry) };
}

function refused(errors: readonly IrpError[]): LoginRefused {
  const codes = errors.map(({ code }) => code).join(", ");
  return new LoginRefused(`login refused: ${codes || "without a code"}`, { errors });
}
