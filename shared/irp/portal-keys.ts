import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { JWK } from "jose";
import * as z from "zod";
import { isCertificate, type PortalKey, type UpstreamSecret } from "./portals.ts";

const Jwks = z.object({
  keys: z.array(
    z.looseObject({
      kty: z.string(),
      use: z.enum(["enc", "sig"]).optional(),
      kid: z.string().optional(),
      alg: z.string().optional(),
    }),
  ),
});

/** What a signature says of the key that made it. Nothing else in its header is asked: it could bring a key of its own. */
export interface KeyHint {
  readonly kid?: string | undefined;
  readonly x5t?: string | undefined;
}

/** The portals' public keys: one encrypts logins, the others verify what portals sign. They are two families. */
export interface PortalKeys {
  encryption(): Promise<JWK>;
  /** The RSA key that a signature names; undefined when it is not known, or when it names none and there are several. */
  verification(hint: KeyHint): Promise<KeyObject | undefined>;
}

/** Keys as configured; those given by address are fetched once and kept until a signature names one that is not there. */
export function portalKeys(
  source: () => Promise<UpstreamSecret["keys"]>,
  fetchJson: (url: string) => Promise<unknown>,
): PortalKeys {
  let kept: Promise<JWK[]> | undefined;

  async function read(): Promise<JWK[]> {
    const keys = await source();
    return Jwks.parse("jwksUri" in keys ? await fetchJson(keys.jwksUri) : { keys: keys.keys.map(jwkOf) }).keys as JWK[];
  }

  function load(): Promise<JWK[]> {
    const loading = kept ?? read();
    kept = loading;
    // A failed fetch is not an answer to keep.
    loading.catch(() => {
      kept = undefined;
    });
    return loading;
  }

  return {
    async encryption() {
      const key = (await load()).find((each) => each.use === "enc");
      if (!key) throw new Error("no encryption key is configured for the portals");
      return key;
    },
    async verification(hint) {
      const known = chosen(await load(), hint);
      if (known) return keyObject(known);
      kept = undefined;
      const fetched = chosen(await load(), hint);
      return fetched && keyObject(fetched);
    },
  };
}

/** By `kid`, or by `x5t` where there is none: both are the thumbprint of one certificate (irp-protocol 6). */
function chosen(keys: readonly JWK[], { kid, x5t }: KeyHint): JWK | undefined {
  const verifying = keys.filter(({ kty, use, alg = "RS256" }) => kty === "RSA" && use !== "enc" && alg === "RS256");
  const wanted = kid ?? (x5t === undefined ? undefined : thumbprintOf(x5t));
  if (wanted !== undefined) return verifying.find((key) => key.kid === wanted);
  return verifying.length === 1 ? verifying[0] : undefined;
}

/** `x5t` (base64url of the SHA-1) → the portals' `kid` (its upper-case hex). */
function thumbprintOf(x5t: string): string {
  return Buffer.from(x5t, "base64url").toString("hex").toUpperCase();
}

function keyObject(key: JWK): KeyObject {
  return createPublicKey({ key, format: "jwk" });
}

/** A key as configured → JWK. A certificate's `kid` is its thumbprint, as in the portals' signatures. */
export function jwkOf(key: PortalKey): JWK {
  if (!("pem" in key) || typeof key.pem !== "string") return key as JWK;
  const { pem, kid, use } = key as Extract<PortalKey, { pem: string }>;
  const certificate = isCertificate(pem) ? new X509Certificate(pem) : undefined;
  const { kty = "", ...members } = (certificate?.publicKey ?? createPublicKey(pem)).export({ format: "jwk" });
  const name = kid ?? certificate?.fingerprint.replaceAll(":", "");
  return { ...members, kty, ...(name && { kid: name }), ...(use && { use }) };
}
