import { createHash, createHmac } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { s3Blobs } from "../../shared/aws/s3-blobs.ts";
import { s3Objects } from "../../shared/aws/s3-objects.ts";
import { fresh } from "../fakes/a-request.ts";
import { blobsContract } from "./blobs.contract.ts";
import { engineUnderTest, fresh as named } from "./engines/engine-under-test.ts";

const engine = engineUnderTest();
const bucket = named("blobs");
const BYTES = Buffer.from("bytes");

beforeAll(async () => {
  const s3 = new S3Client({ ...engine.config(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

/** Blobs whose calls go where `answer` says, or else to the engine, with the calls and the pauses that they made. */
function setup({
  answer = (_nth: number): Response | Error | undefined => undefined,
  endpoint = engine.config().endpoint,
} = {}) {
  const calls: { url: string; headers: Headers }[] = [];
  const pauses: number[] = [];
  const objects = s3Objects({
    aws: dynamo(new DynamoDBClient(engine.config())).config,
    bucket,
    ...(endpoint && { endpoint }),
    async fetch(url, init) {
      const nth = calls.push({ url: String(url), headers: new Headers(init?.headers) }) - 1;
      const given = answer(nth);
      if (given instanceof Error) throw given;
      return given ?? fetch(url, init);
    },
    sleep: async (ms) => pauses.push(ms),
  });
  return { ...s3Blobs(objects), calls, pauses };
}

const refusal = (status: number, code: string) =>
  new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><StringToSign>secret</StringToSign></Error>`, {
    status,
  });

describe("s3Blobs", () => {
  blobsContract(setup);

  it("calls a bucket at its own address, where no other is given", async () => {
    const { put, get, calls } = setup({ endpoint: "", answer: () => new Response(BYTES) });
    await put("PAY/a.b/c", BYTES);
    await get("PAY/a.b/c");
    const url = `https://${bucket}.s3.ap-south-1.amazonaws.com/PAY/a.b/c`;
    expect(calls.map((call) => call.url)).toEqual([url, url]);
  });

  it("signs method, address, headers and bytes with the credentials of the function", async () => {
    const { put, get, calls } = setup();
    for (const key of [`PAY/${fresh()}`, `PAY/${fresh()} (x)+~*!'é`]) {
      await put(key, BYTES);
      await get(key);
    }
    expect(calls).toHaveLength(4);
    for (const [i, { url, headers }] of calls.entries()) {
      const [method, body] = i % 2 === 0 ? ["PUT", BYTES] : ["GET", ""];
      expect(headers.get("x-amz-content-sha256")).toBe(hash(body ?? ""));
      expect(headers.get("authorization")).toBe(authorization(method ?? "", new URL(url), headers));
    }
  });

  it.each([
    ["a connection that fails", () => new TypeError("fetch failed")],
    ["503", () => refusal(503, "SlowDown")],
    ["500", () => refusal(500, "InternalError")],
    ["429", () => refusal(429, "TooManyRequests")],
    ["409, two puts at the same time", () => refusal(409, "ConditionalRequestConflict")],
  ])("tries again after %s, a little later each time", async (_, failure) => {
    const key = `PAY/${fresh()}`;
    const { put, get, pauses } = setup({ answer: (nth) => (nth < 2 ? failure() : undefined) });
    await put(key, BYTES);
    expect(pauses).toEqual([100, 200]);
    expect(Buffer.from(await get(key))).toEqual(BYTES);
  });

  it("gives up after the third try, with the last failure", async () => {
    const failures = [new TypeError("fetch failed"), refusal(500, "InternalError"), refusal(503, "SlowDown")];
    const { get, calls } = setup({ answer: (nth) => failures[nth] });
    await expect(get("PAY/x")).rejects.toThrow("S3 answered GET PAY/x with 503 SlowDown");
    expect(calls).toHaveLength(3);
  });

  it.each([
    ["put", 403, "AccessDenied"],
    ["get", 403, "AccessDenied"],
    ["get", 404, "NoSuchKey"],
    ["put", 404, "NoSuchBucket"],
    ["get", 206, ""],
  ] as const)(
    "a %s that is answered %i is not tried again, and says no more than the code",
    async (name, status, code) => {
      const blobs = setup({ answer: () => refusal(status, code) });
      const failure: Error = await blobs[name]("PAY/x", BYTES).then(
        () => new Error("no failure"),
        (error: Error) => error,
      );
      expect(failure.message).toBe(`S3 answered ${name.toUpperCase()} PAY/x with ${status} ${code}`.trim());
      expect(String(failure.stack)).not.toContain("secret");
      expect(blobs.calls).toHaveLength(1);
    },
  );

  it("tries again when the answer breaks off", async () => {
    const key = `PAY/${fresh()}`;
    const broken = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(BYTES);
            controller.error(new TypeError("terminated"));
          },
        }),
      );
    const { put, get } = setup({ answer: (nth) => (nth === 1 ? broken() : undefined) });
    await put(key, BYTES);
    expect(Buffer.from(await get(key))).toEqual(BYTES);
  });
});

/**
 * What S3 wants to see, computed here from its published recipe (Signature Version 4, header-based, for S3: the path escaped
 * once, all but letters, digits and four signs).
 */
function authorization(method: string, { host, pathname }: URL, given: Headers): string {
  const { accessKeyId, secretAccessKey } = engine.config().credentials;
  const headers = new Map([...given].filter(([name]) => name.startsWith("x-amz-") || name === "if-none-match"));
  headers.set("host", host);
  const names = [...headers.keys()].sort();
  const lines = names.map((name) => `${name}:${headers.get(name)}\n`).join("");
  const time = given.get("x-amz-date") ?? "";
  const scope = [time.slice(0, 8), "ap-south-1", "s3", "aws4_request"];
  const canonical = [
    method,
    pathname.split("/").map(uriEncoded).join("/"),
    "",
    lines,
    names.join(";"),
    given.get("x-amz-content-sha256"),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\n");
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const signed = `SignedHeaders=${names.join(";")}, Signature=${hmac(key, toSign).toString("hex")}`;
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, ${signed}`;
}

function uriEncoded(segment: string): string {
  const bytes = [...Buffer.from(decodeURIComponent(segment))];
  const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return bytes
    .map((byte) => (/[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte)))
    .join("");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hash(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}
