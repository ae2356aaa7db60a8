import { createHash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsError } from "./aws-error.ts";
import type { EngineOptions } from "./engine.ts";
import { objectFiles, type StoredObject } from "./object-files.ts";
import { lockAsked, lockHeaders, objectLockHeader } from "./object-lock.ts";

/** S3 is spoken to in plain HTTP: the path names bucket and key, the body is the object. */
export interface RestRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface S3Engine {
  /** Call it once the data folder is ours. */
  open(): Promise<void>;
  /** Refusals are answers in S3's XML. Throws on a fault of the engine. */
  serve(request: RestRequest): Promise<RestAnswer>;
  /** Which operation a request asks for, on which bucket, in one line. */
  nameOf(request: Pick<RestRequest, "method" | "url">): string;
  /** Makes the bucket if it is not there yet. One that `mayLock` takes objects with a lock. */
  createBucket(name: string, options?: { readonly mayLock?: boolean }): Promise<void>;
  close(): Promise<void>;
}

interface ObjectCall {
  readonly bucket: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
type Answer = Partial<RestAnswer>;

/** What a request may say without anything that is done differently for it. */
const harmless =
  /^x-amz-(date|content-sha256|security-token|user-agent|sdk-.*|checksum-.*|expected-bucket-owner|server-side-encryption)$/;
const lockingBucket = "x-amz-bucket-object-lock-enabled";
const behaving = new Set(["range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]);

/**
 * S3: buckets, and objects that are put whole, if absent or not, locked or not, and got. Keeps their bytes and locks alone.
 * Versions, metadata, lists, deletion, multipart uploads, lifecycles and policies are not emulated: where S3 would make another
 * version beside a locked one, this refuses. A lock is not looked at again once it is over, and default retention not known.
 */
export function s3Engine({ dataDir, now }: Pick<EngineOptions, "dataDir" | "now">): S3Engine {
  const folder = dataDir === undefined ? join(tmpdir(), `s3-${randomUUID()}`) : join(dataDir, "s3");
  const files = objectFiles(folder);

  async function createBucket(name: string, options: { readonly mayLock?: boolean } = {}): Promise<void> {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
      throw new AwsError("InvalidBucketName", `The specified bucket is not valid: ${name}`);
    await files.createBucket(name, options);
  }

  async function found({ bucket, key }: ObjectCall): Promise<StoredObject> {
    const object = await files.get(bucket, key);
    if (object) return object;
    throw new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404 });
  }

  const operations: Readonly<Record<string, (call: ObjectCall) => Promise<Answer>>> = {
    async CreateBucket({ bucket, headers }) {
      if (await files.hasBucket(bucket))
        throw new AwsError("BucketAlreadyOwnedByYou", "You already own this bucket.", { status: 409 });
      await createBucket(bucket, { mayLock: headers[lockingBucket] === "true" });
      return { headers: { location: `/${bucket}` } };
    },

    async HeadBucket() {
      return {};
    },

    async PutObject({ bucket, key, headers, body }) {
      const condition = headers["if-none-match"];
      if (condition !== undefined && condition !== "*") throw notEmulated("the header if-none-match with a tag");
      expectHash(body, headers["x-amz-content-sha256"]);
      const lock = lockAsked(headers, body, { now: now(), mayLock: await files.mayLock(bucket) });
      const put = await files.put(bucket, key, body, { ifAbsent: condition === "*", lock });
      if (put === "locked") throw notEmulated("another version beside a locked one");
      if (put === "exists")
        throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
          status: 412,
        });
      return { headers: { etag: tagOf(body) } };
    },

    async GetObject(call) {
      const object = await found(call);
      return { headers: described(object), body: object.bytes };
    },

    async HeadObject(call) {
      const object = await found(call);
      return { headers: { ...described(object), "content-length": String(object.bytes.length) } };
    },
  };

  async function answer({ method, url, headers, body }: RestRequest): Promise<Answer> {
    const { bucket, path, parameters } = target(url);
    const name = operationName(method, path);
    const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!run || parameters.length > 0) throw notEmulated([name, ...parameters].join(" with "));
    expectNothingElse(name, headers);
    if (name !== "CreateBucket" && !(await files.hasBucket(bucket)))
      throw new AwsError("NoSuchBucket", "The specified bucket does not exist", { status: 404 });
    return run({ bucket, key: decoded(path), headers, body });
  }

  return {
    open: files.open,
    createBucket,
    nameOf({ method, url }) {
      const { bucket, path } = target(url);
      return `${operationName(method, path)} ${bucket}`;
    },

    async serve(request) {
      const { status = 200, headers = {}, body = Buffer.alloc(0) } = await answer(request).catch(refused);
      return { status, headers, body };
    },

    async close() {
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function target(url: string) {
  // As it came: a URL would resolve dots, which are characters of a key like others.
  const [pathname = "", query = ""] = url.split("?");
  const [, bucket = "", ...rest] = pathname.split("/");
  // The SDK names its operation here, for whoever reads along.
  const parameters = [...new URLSearchParams(query).keys()].filter((name) => name !== "x-id");
  return { bucket, path: rest.join("/"), parameters };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}

/** `PUT /bucket/key` is PutObject, `HEAD /bucket` is HeadBucket. */
function operationName(method: string, path: string): string {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  if (path !== "") return `${verb}Object`;
  return method === "PUT" ? "CreateBucket" : `${verb}Bucket`;
}

/** Metadata, locks and ranges that were dropped in silence would be missed much later. */
function expectNothingElse(operation: string, headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) {
    const isKnown = name.startsWith("x-amz-") ? harmless.test(name) : !behaving.has(name);
    const isPuts = operation === "PutObject" && (name === "if-none-match" || objectLockHeader.test(name));
    const isBuckets = operation === "CreateBucket" && name === lockingBucket;
    if (!isKnown && !isPuts && !isBuckets) throw notEmulated(`the header ${name}`);
  }
  if (headers["content-encoding"]?.includes("aws-chunked")) throw notEmulated("a body in chunks");
}

function expectHash(body: Buffer, hash: string | string[] | undefined): void {
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) return;
  if (createHash("sha256").update(body).digest("hex") === hash) return;
  throw new AwsError(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match the body.",
  );
}

function described({ bytes, modifiedAt, lock }: StoredObject): Record<string, string> {
  const type = { "content-type": "binary/octet-stream", "accept-ranges": "none", ...lockHeaders(lock) };
  return { ...type, etag: tagOf(bytes), "last-modified": modifiedAt.toUTCString() };
}

function tagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

function notEmulated(what: string): AwsError {
  return new AwsError("NotImplemented", `S3: ${what} is not emulated locally`, { status: 501 });
}

function refused(error: unknown): Answer {
  if (!(error instanceof AwsError)) throw error;
  const { type, message, status } = error;
  const text = message.replace(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${type}</Code><Message>${text}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body: Buffer.from(body) };
}
