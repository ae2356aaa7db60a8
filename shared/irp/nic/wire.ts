import { NEVER_CONNECTED, NO_ANSWER, TOO_MANY } from "../evidence.ts";
import {
  type CallKind,
  callUrl,
  extraHeaders,
  isEwayBillSystem,
  type Upstream,
  type UpstreamSecret,
} from "../portals.ts";

export interface WireRequest {
  readonly kind: CallKind;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sends one call to a portal and returns the parsed JSON. Throws NotSent when it certainly did not reach the portal, anything else is unknown. */
export type Send = (portal: string, request: WireRequest) => Promise<unknown>;

/** The call certainly did not reach the portal. */
export class NotSent extends Error {
  override readonly name = "NotSent";
  /** What the gateway that turned it away asked for (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, retryAfterMs?: number) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What the portals themselves send is below 3 MB (2 MB of request, signed); more is not theirs. */
const MOST_BYTES = 8 * 1024 * 1024;

/** No gateway's word stops anybody for longer. */
const LONGEST_RETRY_AFTER_MS = 60 * 60 * 1000;

/** A GSP refused our credentials or our address before it asked a portal (irp-protocol 10.5). */
const TURNED_AWAY = new Set([401, 403]);

export interface WireDeps {
  readonly upstream: Omit<Upstream, "protocol">;
  readonly fetch: typeof fetch;
  readonly credentials: () => Promise<Omit<UpstreamSecret, "keys">>;
}

export function nicWire(deps: WireDeps): Send {
  return async (portal, request) => {
    const { url, headers, body } = await prepared(deps, portal, request);
    const response = await deps
      .fetch(url, {
        method: request.method,
        headers,
        redirect: "manual",
        signal: AbortSignal.timeout(deps.upstream.timeoutsMs[request.kind]),
        ...(body === undefined ? {} : { body }),
      })
      .catch((error: unknown) => {
        const code = networkCode(error);
        if (NEVER_CONNECTED.has(code)) throw new NotSent(code);
        // The message stays here: of a header that cannot be sent it tells the value, and headers hold secrets.
        throw new Error(`${NO_ANSWER}: ${code || nameOf(error)}`);
      });
    if (!response.ok) return turnedAway(response);
    return parsed(await textOf(response));
  };
}

/** Everything that can fail before the first byte leaves. */
async function prepared(
  { upstream, credentials }: WireDeps,
  portal: string,
  { path, headers, body }: WireRequest,
): Promise<{ readonly url: string; readonly headers: Headers; readonly body: string | undefined }> {
  const secret = await credentials().catch((error: unknown) => {
    throw new NotSent(`credentials could not be read: ${nameOf(error)}`);
  });
  try {
    return {
      url: callUrl(upstream, portal, path),
      headers: merged([...extraHeaders(upstream, secret, portal), ownHeaders(upstream, secret, path), headers]),
      body: body === undefined ? undefined : JSON.stringify(body),
    };
  } catch (error) {
    throw new NotSent(error instanceof RangeError ? error.message : "a header cannot be sent");
  }
}

function ownHeaders(
  { addsCredentials = false }: WireDeps["upstream"],
  { clientId, clientSecret }: Omit<UpstreamSecret, "keys">,
  path: string,
): Record<string, string> {
  const json = { "content-type": "application/json" };
  if (addsCredentials) return json;
  if (clientId === undefined || clientSecret === undefined) throw new RangeError("no client id is configured");
  // The e-way bill system writes them otherwise, and of names with `_` and `-` servers know one.
  if (isEwayBillSystem(path)) return { ...json, "client-id": clientId, "client-secret": clientSecret };
  return { ...json, client_id: clientId, client_secret: clientSecret };
}

/** A later one replaces an earlier one, however it is written: configuration cannot change what the protocol says. */
function merged(parts: readonly Readonly<Record<string, string>>[]): Headers {
  const headers = new Headers();
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) headers.set(name, value);
  return headers;
}

async function turnedAway(response: Response): Promise<never> {
  await response.body?.cancel().catch(() => undefined);
  if (response.status === 429) throw new NotSent(TOO_MANY, retryAfterMs(response.headers));
  if (TURNED_AWAY.has(response.status)) throw new NotSent(`HTTP ${response.status}`);
  throw new Error(`${NO_ANSWER}: HTTP ${response.status}`);
}

/** Seconds, or a time, which is then measured by the clock of the server that said it. */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : (httpTime(value) - httpTime(headers.get("date") ?? "")) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds * 1000, 0), LONGEST_RETRY_AFTER_MS);
}

/** Date.parse takes almost anything for a date, `-5` too. */
function httpTime(value: string): number {
  return value.endsWith("GMT") ? Date.parse(value) : Number.NaN;
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) break;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    throw new Error(`${NO_ANSWER}: ${networkCode(error) || nameOf(error)}`);
  }
  if (bytes > MOST_BYTES) throw new Error(`${NO_ANSWER}: more than ${MOST_BYTES} bytes`);
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${NO_ANSWER}: no JSON`);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown failure";
}

function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
