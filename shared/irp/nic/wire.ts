import type { CallKind, Upstream } from "../portals.ts";
import { portalUrl } from "../portals.ts";

export interface WireRequest {
  readonly kind: CallKind;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sends one call to a portal and returns the parsed JSON. Throws NotSent when no byte left, anything else is unknown. */
export type Send = (portal: string, request: WireRequest) => Promise<unknown>;

/** The call certainly did not reach the portal. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

/** The connection was never made, so nothing was sent. A reset or a time-out later says nothing of the kind. */
const BEFORE_THE_FIRST_BYTE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
]);

export interface WireDeps {
  readonly upstream: Upstream;
  readonly fetch: typeof fetch;
  readonly credentials: () => Promise<{ clientId: string; clientSecret: string }>;
}

export function nicWire({ upstream, fetch, credentials }: WireDeps): Send {
  return async (portal, { kind, method, path, headers, body }) => {
    const { clientId, clientSecret } = await credentials();
    const response = await fetch(`${portalUrl(upstream, portal)}${path}`, {
      method,
      headers: { "content-type": "application/json", client_id: clientId, client_secret: clientSecret, ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(upstream.timeoutsMs[kind]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const code = networkCode(error);
      if (BEFORE_THE_FIRST_BYTE.has(code)) throw new NotSent(code);
      // The message stays here: of a header that cannot be sent it tells the value, and headers hold secrets.
      throw new Error(`no answer: ${code || nameOf(error)}`);
    });
    if (response.status === 429) throw new NotSent("HTTP 429");
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown failure";
}

function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
