import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWSHeaderParameters,
} from "jose";
import * as z from "zod";
import type { UpstreamSecret } from "./portals.ts";

const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string(), use: z.enum(["enc", "sig"]).optional() })) });

/** The portals' public keys: one encrypts logins, the others verify what portals sign. They are two families. */
export interface PortalKeys {
  encryption(): Promise<JWK>;
  verification(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
}

/** Keys as configured; those given by address are fetched once and kept until a signature names one that is not there. */
export function portalKeys(
  source: () => Promise<UpstreamSecret["keys"]>,
  fetchJson: (url: string) => Promise<unknown>,
): PortalKeys {
  let kept: Promise<JWK[]> | undefined;

  async function read(): Promise<JWK[]> {
    const keys = await source();
    return Jwks.parse("jwksUri" in keys ? await fetchJson(keys.jwksUri) : keys).keys as JWK[];
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

  async function find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const keys = (await load()).filter((each) => each.use !== "enc");
    return createLocalJWKSet({ keys })(header, token);
  }

  return {
    async encryption() {
      const key = (await load()).find((each) => each.use === "enc");
      if (!key) throw new Error("no encryption key is configured for the portals");
      return key;
    },
    async verification(header, token) {
      return find(header, token).catch((error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        kept = undefined;
        return find(header, token);
      });
    },
  };
}
