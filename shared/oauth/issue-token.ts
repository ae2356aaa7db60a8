import { type CryptoKey, importJWK, SignJWT } from "jose";
import type { Scope } from "../api/scope.ts";
import { type ClientStore, holdsSecret } from "./client.ts";
import type { KeyRing } from "./key-ring.ts";
import { TokenError } from "./token-error.ts";
import type { TokenRequest } from "./token-request.ts";

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
}

export interface IssueTokenDeps {
  readonly clients: ClientStore;
  readonly keys: Pick<KeyRing, "signing">;
  readonly issuer: string;
  readonly now: () => Date;
  readonly newId: () => string;
}

export const TOKEN_LIFE_SECONDS = 15 * 60;

/** Grants client_credentials as an RFC 9068 `at+jwt` bound to the client's GSTIN. Throws a TokenError. */
export async function issueToken(deps: IssueTokenDeps, request: TokenRequest): Promise<TokenAnswer> {
  const client = await deps.clients.find(request.clientId);
  if (!holdsSecret(client, request.clientSecret)) {
    throw new TokenError("invalid_client", "client id and secret do not match");
  }
  const scope = grantedScope(client.scopes, request.scope);
  const issuedAt = Math.floor(deps.now().getTime() / 1000);
  const { kid, key } = await signingKey(deps.keys);

  const access_token = await new SignJWT({ client_id: client.clientId, gstin: client.gstin, scope })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid })
    .setIssuer(deps.issuer)
    .setAudience(deps.issuer)
    .setSubject(client.clientId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_LIFE_SECONDS)
    .setJti(deps.newId())
    .sign(key);
  return { access_token, token_type: "Bearer", expires_in: TOKEN_LIFE_SECONDS, scope };
}

function grantedScope(allowed: readonly Scope[], asked: string | undefined): string {
  if (asked === undefined) return allowed.join(" ");
  const wanted = [...new Set(asked.split(" "))];
  if (wanted.every((scope) => allowed.some((each) => each === scope))) return wanted.join(" ");
  throw new TokenError("invalid_scope", `this client may ask for: ${allowed.join(" ")}`);
}

async function signingKey(keys: Pick<KeyRing, "signing">): Promise<{ kid: string; key: CryptoKey }> {
  const current = await keys.signing();
  if (!current) throw new Error("no signing key: the deployment did not finish");
  const key = await importJWK(current.privateJwk, "RS256");
  if (key instanceof Uint8Array) throw new Error("the signing key is not an RSA key");
  return { kid: current.kid, key };
}
