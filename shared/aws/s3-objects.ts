import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";

export interface S3ObjectsDeps {
  /** Of any client that the function has: who signs, and in which region. */
  readonly aws: Pick<DynamoDBDocumentClient["config"], "credentials" | "region" | "sha256">;
  readonly bucket: string;
  /** The server that has the bucket, if AWS does not. */
  readonly endpoint?: string | undefined;
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<unknown>;
}

interface Call {
  readonly method: "PUT" | "GET";
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Objects of one bucket. Both throw when S3 does not answer, or refuses for any other reason. */
export interface S3Objects {
  /** Never replaces what is there. */
  putIfAbsent(key: string, body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<"written" | "exists">;
  /** Undefined where nothing is. */
  find(key: string): Promise<Buffer | undefined>;
}

const TRIES = 3;
const PAUSE_MS = 100;
/** A claim lasts 10 s and its payload is put within it. 2 MB take a tenth of a second. */
const TIMEOUT_MS = 3_000;
/** Too many at once, two puts of one key at the same time, and whatever is S3's own fault. */
const PASSING: ReadonlySet<number> = new Set([409, 429, 500, 502, 503, 504]);
/** The key is there already, so its bytes are. */
const EXISTS = 412;

/** With the credentials and the region of a client that the function has anyway. */
export function s3At(db: DynamoDBDocumentClient, bucket: string, endpoint: string | undefined): S3Objects {
  return s3Objects({ aws: db.config, bucket, endpoint, fetch, sleep: setTimeout });
}

/**
 * Objects of one bucket, by two calls that the SDK's own signer signs: its S3 client would make each function that keeps
 * text larger by a third, for what one invoice in thousands needs.
 */
export function s3Objects({ aws, bucket, endpoint, fetch, sleep }: S3ObjectsDeps): S3Objects {
  const { credentials, region, sha256 } = aws;
  const signer = new SignatureV4({ service: "s3", credentials, region, sha256, uriEscapePath: false });

  async function send({ method, key, headers = {}, body }: Call): Promise<Response> {
    const host = endpoint ? `${endpoint}/${bucket}` : `https://${bucket}.s3.${await region()}.amazonaws.com`;
    const url = new URL(`${host}/${key.split("/").map(escaped).join("/")}`);
    const { hostname, protocol, pathname: path } = url;
    const named = { ...headers, host: url.host, "x-amz-content-sha256": hashOf(body ?? "") };
    const { host: _, ...signed } = (await signer.sign({ method, hostname, protocol, path, headers: named })).headers;
    return fetch(url, { method, headers: signed, ...(body && { body }), signal: AbortSignal.timeout(TIMEOUT_MS) });
  }

  /** The whole answer: it is read within the time that a try has. Throws when the last try got none, or a passing fault. */
  async function call(wanted: Call, triesLeft = TRIES - 1): Promise<{ status: number; bytes: Buffer }> {
    try {
      const answer = await send(wanted);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (!PASSING.has(answer.status)) return { status: answer.status, bytes };
      throw refusal(wanted, answer.status, bytes);
    } catch (error) {
      if (triesLeft === 0) throw error;
      await sleep(PAUSE_MS * 2 ** (TRIES - 1 - triesLeft));
      return call(wanted, triesLeft - 1);
    }
  }

  return {
    async putIfAbsent(key, body, headers = {}) {
      const wanted = { method: "PUT", key, headers: { ...headers, "if-none-match": "*" }, body } as const;
      const { status, bytes } = await call(wanted);
      if (status === EXISTS) return "exists";
      if (status !== 200) throw refusal(wanted, status, bytes);
      return "written";
    },

    async find(key) {
      const wanted = { method: "GET", key } as const;
      const { status, bytes } = await call(wanted);
      if (status === 200) return bytes;
      if (status === 404 && codeOf(bytes) === "NoSuchKey") return undefined;
      throw refusal(wanted, status, bytes);
    },
  };
}

/** S3 says what it holds against a call in a short XML; the rest of it may repeat what was signed. */
function refusal({ method, key }: Call, status: number, bytes: Buffer): Error {
  return new Error(`S3 answered ${method} ${key} with ${status} ${codeOf(bytes)}`.trim());
}

function codeOf(bytes: Buffer): string {
  const [, code = ""] = /<Code>(\w{1,64})<\/Code>/.exec(bytes.toString("latin1", 0, 1_000)) ?? [];
  return code;
}

/** As S3 counts a path when it checks a signature (RFC 3986). */
function escaped(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hashOf(body: Uint8Array | string): string {
  return createHash("sha256").update(body).digest("hex");
}
