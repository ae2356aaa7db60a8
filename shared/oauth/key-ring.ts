import { type CryptoKey, calculateJwkThumbprint, exportJWK, type JSONWebKeySet, type JWK } from "jose";
import * as z from "zod";

/** A private signing key with its `kid` (RFC 7638 thumbprint), as the secret holds it. */
export const SigningKey = z.object({ v: z.literal(1), kid: z.string(), privateJwk: z.record(z.string(), z.unknown()) });
export type SigningKey = z.infer<typeof SigningKey>;

/** Public keys, as published at /.well-known/jwks.json. */
export const PublishedKeys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });

/** The keys of our access tokens. The private one is readable by the token function alone. */
export interface KeyRing {
  /** The key to sign with now; undefined before the first was made. */
  signing(): Promise<SigningKey | undefined>;
  published(): Promise<JSONWebKeySet>;
  /** Publishes the public half first: a key must be known before its first token is seen. */
  put(key: SigningKey, published: JSONWebKeySet): Promise<void>;
}

/** Makes an extractable RSA-2048 pair for RS256. */
export type NewKeyPair = () => Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }>;

async function newSigningKey(newKeyPair: NewKeyPair): Promise<{ key: SigningKey; publicJwk: JWK }> {
  const { privateKey, publicKey } = await newKeyPair();
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    key: { v: 1, kid, privateJwk: { ...(await exportJWK(privateKey)) } },
    publicJwk: { ...publicJwk, kid, alg: "RS256", use: "sig" },
  };
}

/** Makes the first key of a stage. Does nothing when there is one, so that every deploy may call it. */
export async function ensureSigningKey(keys: KeyRing, newKeyPair: NewKeyPair): Promise<"made" | "present"> {
  const current = await keys.signing();
  if (current) return "present";
  const { key, publicJwk } = await newSigningKey(newKeyPair);
  const { keys: published } = await keys.published();
  await keys.put(key, { keys: [...published, publicJwk] });
  return "made";
}
