import { lookup as systemLookup } from "node:dns/promises";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { type Reach, urlFaults } from "../webhook/endpoint-url.ts";
import type { Received, Receiver } from "../webhook/receiver.ts";
import { BlockedAddress, ConnectionLost, failureOf } from "./failure.ts";
import { guardedLookup, type Resolve } from "./guarded-lookup.ts";

export interface GuardedReceiverDeps {
  readonly reach: Reach;
  /** The system's resolver where none is given. */
  readonly resolve?: Resolve;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** For the whole attempt, milliseconds. */
  readonly timeoutMs?: number;
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
}

/** In all, from the look-up of the name to the end of the answer. */
const TIMEOUT_MS = 15_000;
/** For one of several addresses. Node's own 250 ms give up an ocean away, and on a server whose other address leads nowhere. */
const CONNECT_MS = 3_000;
/** The status decides; what follows is for people, and is read for so long and no further. */
const READ_MS = 1_000;
const MOST_BYTES = 16 * 1024;
const SHOWN_CHARACTERS = 200;
const HEADERS = {
  "content-type": "application/json",
  "user-agent": "einvoice-webhooks/1",
  "accept-encoding": "identity",
};

/**
 * Posts to servers that customers name. Addresses are checked when they are connected to, and what was checked is what is
 * connected to: a name that leads elsewhere the next moment gains nothing. No redirect is followed and no connection kept.
 */
export function guardedReceiver({
  reach,
  resolve = (host) => systemLookup(host, { all: true }),
  monotonicMs,
  timeoutMs = TIMEOUT_MS,
  ca,
}: GuardedReceiverDeps): Receiver {
  const lookup = guardedLookup(reach, resolve);

  async function send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<IncomingMessage> {
    // An address in the URL itself is never looked up.
    if (urlFaults(url, reach).length > 0) throw new BlockedAddress();
    return answerOf(url, body, {
      method: "POST",
      // Its length, and no chunks: some servers read nothing else.
      headers: { ...HEADERS, ...headers, "content-length": Buffer.byteLength(body) },
      agent: false,
      lookup,
      autoSelectFamilyAttemptTimeout: CONNECT_MS,
      signal: AbortSignal.timeout(timeoutMs),
      ...(ca && { ca }),
    });
  }

  return {
    async post(url, headers, body) {
      const began = monotonicMs();
      try {
        const response = await send(url, headers, body);
        const latencyMs = monotonicMs() - began;
        return { ...received(response, await headOf(response)), latencyMs };
      } catch (error) {
        return { failure: failureOf(error), latencyMs: monotonicMs() - began };
      }
    },
  };
}

/** How long a socket tries one of several addresses, which Node knows and its types do not. */
type Options = RequestOptions & { readonly autoSelectFamilyAttemptTimeout: number };

function answerOf(url: string, body: string, options: Options): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { protocol } = new URL(url);
    const request = (protocol === "https:" ? tlsRequest : plainRequest)(url, options, resolve);
    request.on("error", reject);
    // An answer that changes the protocol ends the request without an error.
    request.on("close", () => reject(new ConnectionLost()));
    request.end(body);
  });
}

/** The first bytes of an answer, as far as they come in time. The connection ends with them. */
function headOf(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = () => {
      response.destroy();
      resolve(Buffer.concat(chunks).subarray(0, MOST_BYTES));
    };
    AbortSignal.timeout(READ_MS).addEventListener("abort", done);
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_BYTES) done();
    });
    response.on("end", done);
    response.on("error", done);
  });
}

function received({ statusCode = 0, headers }: IncomingMessage, head: Buffer): Omit<Received, "latencyMs"> {
  const retryAfter = headers["retry-after"];
  const isSuccess = statusCode >= 200 && statusCode < 300;
  // Nobody asked for a coding, and nothing is decoded.
  const answer = headers["content-encoding"] === undefined ? shown(head) : "";
  return {
    status: statusCode,
    ...(isSuccess ? {} : { failure: "status" as const }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(answer !== "" && { answer }),
  };
}

/** What a person may be shown of it: no control characters. */
function shown(bytes: Buffer): string {
  return bytes
    .toString("utf8")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, SHOWN_CHARACTERS)
    .toWellFormed();
}
