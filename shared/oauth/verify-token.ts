import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import * as z from "zod";
import { Problem } from "../api/problem.ts";
import type { Scope } from "../api/scope.ts";
import { TOKEN_LIFE_SECONDS } from "./issue-token.ts";

/** Who calls, as the token says it. */
export interface Caller {
  readonly clientId: string;
  readonly gstin: string;
  readonly scopes: readonly string[];
}

export interface VerifyTokenDeps {
  /** The published keys; `fresh` asks for them anew, past any cache. */
  readonly publishedKeys: (fresh: boolean) => Promise<JSONWebKeySet>;
  readonly issuer: string;
  readonly now: () => Date;
}

const Claims = z.object({ client_id: z.string(), gstin: z.string(), scope: z.string(), jti: z.string() });
const CLOCK_TOLERANCE_SECONDS = 2;

/**
 * Verifies the Authorization header against RFC 9068 (type, issuer, audience, expiry; RS256 only). Throws a Problem: 401 with
 * `WWW-Authenticate` (RFC 6750).
 */
export async function verifyToken(deps: VerifyTokenDeps, authorization: string | undefined): Promise<Caller> {
  const token = bearer(authorization);
  const read = Claims.safeParse(await claims(deps, token));
  if (!read.success) throw invalidToken("token_invalid", "this is not a token of this API");
  const { client_id, gstin, scope: granted } = read.data;
  return { clientId: client_id, gstin, scopes: granted.split(" ") };
}

/** Throws a Problem, 403 with `WWW-Authenticate` (RFC 6750), when the token does not allow it. */
export function requireScope({ scopes }: Caller, scope: Scope): void {
  if (!scopes.includes(scope)) throw insufficientScope(scope);
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) {
    const headers = { "www-authenticate": "Bearer" };
    throw new Problem("token_missing", "send an access token: `Authorization: Bearer …`, from POST /oauth/token", {
      headers,
    });
  }
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization) ?? [];
  if (!token) throw invalidToken("token_invalid", "the Authorization header is not `Bearer` and a token");
  return token;
}

async function claims(deps: VerifyTokenDeps, token: string): Promise<unknown> {
  try {
    return await verifiedClaims(deps, token, false).catch((error: unknown) => {
      // A key that we have not seen may be younger than our copy of the published ones.
      if (error instanceof errors.JWKSNoMatchingKey) return verifiedClaims(deps, token, true);
      throw error;
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalidToken("token_expired", "ask POST /oauth/token for a new one");
    if (error instanceof errors.JOSEError) throw invalidToken("token_invalid", "this is not a token of this API");
    throw error;
  }
}

/** Without the keys nobody can be told apart, and nothing is accepted. */
function keysUnavailable(cause: unknown): never {
  const problem = new Problem("store_unavailable", "nothing was accepted; repeat the request", {
    headers: { "retry-after": "1" },
  });
  problem.cause = cause;
  throw problem;
}

async function verifiedClaims(deps: VerifyTokenDeps, token: string, fresh: boolean): Promise<unknown> {
  const keys = createLocalJWKSet(await deps.publishedKeys(fresh).catch(keysUnavailable));
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ["RS256"],
    typ: "at+jwt",
    issuer: deps.issuer,
    audience: deps.issuer,
    currentDate: deps.now(),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    // Not a second limit: without it jose takes a time of issue in the future.
    maxTokenAge: TOKEN_LIFE_SECONDS,
    requiredClaims: ["exp", "iat", "sub", "jti", "client_id", "gstin", "scope"],
  });
  return payload;
}

function invalidToken(code: "token_invalid" | "token_expired", detail: string): Problem {
  return new Problem(code, detail, { headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
}

function insufficientScope(scope: Scope): Problem {
  const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
  return new Problem("insufficient_scope", `this call needs the scope ${scope}`, {
    headers: { "www-authenticate": challenge },
  });
}
