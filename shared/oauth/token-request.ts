import { TokenError } from "./token-error.ts";

/** A client_credentials request with the client's own credentials. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

/** Ours are shorter; no store could hold a key of any length. */
const LONGEST_CLIENT_ID = 255;

/**
 * Reads RFC 6749 section 4.4.2 with client authentication by Basic or by body (section 2.3.1), never both.
 * Throws a TokenError.
 */
export function readTokenRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  refuseRepeats(form);
  const { clientId, clientSecret } = credentials(form, authorization);
  if (clientId.length > LONGEST_CLIENT_ID) throw new TokenError("invalid_client", "client id and secret do not match");
  const grant = form.get("grant_type");
  if (!grant) throw new TokenError("invalid_request", "grant_type is missing");
  if (grant !== "client_credentials") {
    throw new TokenError("unsupported_grant_type", "the only grant is client_credentials");
  }
  return { clientId, clientSecret, scope: form.get("scope") || undefined };
}

function refuseRepeats(form: URLSearchParams): void {
  const names = [...form.keys()];
  if (new Set(names).size < names.length) throw new TokenError("invalid_request", "a parameter was sent twice");
}

function credentials(form: URLSearchParams, authorization: string | undefined) {
  const inBody = form.has("client_id") || form.has("client_secret");
  if (authorization === undefined) return bodyCredentials(form);
  if (inBody) throw new TokenError("invalid_request", "send the client's credentials by header or by body, not both");
  return basicCredentials(authorization);
}

function bodyCredentials(form: URLSearchParams) {
  const clientId = form.get("client_id");
  const clientSecret = form.get("client_secret");
  if (!clientId || !clientSecret) throw new TokenError("invalid_client", "client_id and client_secret are missing");
  return { clientId, clientSecret };
}

/** Both halves are form-urlencoded before base64 (RFC 6749 section 2.3.1), which most clients get wrong for `+` and `%`. */
function basicCredentials(authorization: string) {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization) ?? [];
  const decoded = Buffer.from(encoded ?? "", "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 1) throw new TokenError("invalid_client", "the Authorization header is not Basic credentials");
  return { clientId: formDecoded(decoded.slice(0, colon)), clientSecret: formDecoded(decoded.slice(colon + 1)) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new TokenError("invalid_client", "the Basic credentials are not form-urlencoded");
  }
}
