import { isSignedBy } from "./openssl.ts";
import type { PublishedKey } from "./portal-client.ts";
import { Claims, JwtHeader } from "./shapes.ts";

/** A JWT taken apart. `data` keeps the order of its members, which a schema's copy of it would not. */
export function openJwt(jwt: string) {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const claims = Claims.parse(parsed(payload));
  return {
    header: JwtHeader.parse(parsed(header)),
    claims,
    data: JSON.parse(claims.data) as Readonly<Record<string, unknown>>,
    signatureBytes: Buffer.from(signature, "base64url").length,
  };
}

/** The published key that the signature is of, by the word of openssl and not of the header. */
export function signerOf(jwt: string, keys: readonly PublishedKey[]): PublishedKey | undefined {
  return keys.find(({ pem }) => isSignedBy(pem, jwt));
}

function parsed(segment: string): unknown {
  return JSON.parse(Buffer.from(segment, "base64url").toString());
}
