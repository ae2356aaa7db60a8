import { generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint, type JWK, SignJWT } from "jose";

/** Access tokens made by hand with jose, so that nothing of the token function vouches for itself. */

export const ISSUER = "https://api.example.com";
export const GSTIN = "27AAAZA0001A1ZM";
export const CLIENT_ID = "test_client";
export const NOW = new Date("2026-08-18T09:00:00Z");
export const NOW_SECONDS = NOW.getTime() / 1000;

export interface RsaKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK & { readonly kty: string; readonly kid: string };
}

export async function anRsaKey(): Promise<RsaKey> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { kty = "RSA", ...members } = publicKey.export({ format: "jwk" });
  const kid = await calculateJwkThumbprint({ kty, ...members });
  const publicJwk = { kty, ...members, kid, alg: "RS256", use: "sig" };
  return { kid, privateJwk: { ...privateKey.export({ format: "jwk" }), kty }, publicJwk };
}

export const goodClaims = {
  iss: ISSUER,
  aud: ISSUER,
  sub: CLIENT_ID,
  client_id: CLIENT_ID,
  gstin: GSTIN,
  scope: "irn:write irn:read",
  iat: NOW_SECONDS - 60,
  exp: NOW_SECONDS + 840,
  jti: "0a1b2c3d",
};

interface Changes {
  /** Claims to replace; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A token as the API's own, but for the changes. */
export async function aToken({ kid, privateJwk }: RsaKey, { claims = {}, header = {} }: Changes = {}): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...goodClaims, ...claims }));
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid, ...header }).sign(privateJwk);
}

/** A token put together from its parts, for what no library would sign. */
export function aForgedToken(header: unknown, claims: unknown, signature = ""): string {
  const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${segment(header)}.${segment(claims)}.${signature}`;
}
