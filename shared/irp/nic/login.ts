import * as z from "zod";
import { portalTimeToDate } from "../../ist.ts";
import { isCredentialRefusal } from "../codes.ts";
import type { IrpError, IrpUser } from "../irp.ts";
import type { PortalKeys } from "../portal-keys.ts";
import type { Session } from "../session-store.ts";
import { decrypt, encryptLogin } from "./crypto.ts";
import { Envelope } from "./envelope.ts";
import type { Send } from "./wire.ts";

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

/** One login at one portal (irp-protocol 3), with a key of its own. Throws LoginRefused when the portal says no, any other Error when it says nothing that can be used. */
export async function login(deps: LoginDeps, { portal, gstin, user, force }: LoginRequest): Promise<Session> {
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
    path: "/eivital/v1.04/auth",
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
