import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
const Bucket = fresh("bucket");
let s3: S3Client;

beforeAll(async () => {
  s3 = new S3Client({ ...engine.config(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const put = (Key: string, Body: string | Buffer, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const { Body, ...answer } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await Body?.transformToString() };
};

it("gives back what was put, with its tag and its time", async () => {
  const Key = fresh("key");
  const { ETag } = await put(Key, "स्वागत");
  const found = await get(Key);
  expect(found).toMatchObject({ text: "स्वागत", ETag, ContentLength: 18 });
  expect(Math.abs(Date.now() - (found.LastModified?.getTime() ?? 0))).toBeLessThan(3_600_000);
});

it("keeps megabytes, and nothing at all", async () => {
  const Key = fresh("key");
  const large = randomBytes(5_000_000);
  await put(Key, large);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(Buffer.compare((await Body?.transformToByteArray()) ?? new Uint8Array(), large)).toBe(0);
  await put(Key, Buffer.alloc(0));
  expect(await get(Key)).toMatchObject({ text: "", ContentLength: 0 });
});

it("says how large an object is without giving it", async () => {
  const Key = fresh("key");
  const { ETag } = await put(Key, "12345");
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 5, ETag });
  const missing = s3.send(new HeadObjectCommand({ Bucket, Key: fresh("key") }));
  await expect(missing).rejects.toMatchObject({ name: "NotFound" });
});

it("replaces an object, unless it is to be put only if absent", async () => {
  const Key = fresh("key");
  await put(Key, "one", { IfNoneMatch: "*" });
  await expect(put(Key, "two", { IfNoneMatch: "*" })).rejects.toMatchObject({
    name: "PreconditionFailed",
    $metadata: { httpStatusCode: 412 },
  });
  expect(await get(Key)).toMatchObject({ text: "one" });
  await put(Key, "three");
  expect(await get(Key)).toMatchObject({ text: "three" });
});

it("lets one of many at the same time put what is absent", async () => {
  const Key = fresh("key");
  const puts = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => put(Key, `of ${i}`, { IfNoneMatch: "*" })),
  );
  const winners = puts.flatMap(({ status }, i) => (status === "fulfilled" ? [`of ${i}`] : []));
  expect(winners).toEqual([(await get(Key)).text]);
});

it("takes any characters for a key", async () => {
  const base = fresh("key");
  const keys = ["a/b", "a", "a/", "../x", "..", "a b+c%2F?&=#", "é/ü", "(!'*~)"].map((key) => `${base}${key}`);
  for (const key of [...keys, ".", ".."]) await put(key, key);
  for (const key of [...keys, ".", ".."]) expect((await get(key)).text).toBe(key);
});

it("refuses a key and a bucket that are not there", async () => {
  await expect(get(fresh("key"))).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
  const elsewhere = { Bucket: fresh("nowhere") };
  await expect(get("key", elsewhere)).rejects.toMatchObject({ name: "NoSuchBucket" });
  await expect(put("key", "x", elsewhere)).rejects.toMatchObject({ name: "NoSuchBucket" });
  await expect(s3.send(new HeadBucketCommand(elsewhere))).rejects.toMatchObject({ name: "NotFound" });
  expect((await s3.send(new HeadBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(200);
});

describe("Object Lock", () => {
  const Locking = fresh("locking");
  const until = new Date("2099-12-31T18:30:00Z");
  const lock = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: until } as const;
  const putIn = (bucket: string, more: object) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: fresh("key"), Body: "x", ...more }));

  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: Locking, ObjectLockEnabledForBucket: true }));
  });

  it("is kept with the object and told with it", async () => {
    const Key = fresh("key");
    await putIn(Locking, { Key, ...lock });
    const kept = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: until };
    expect(await s3.send(new HeadObjectCommand({ Bucket: Locking, Key }))).toMatchObject(kept);
    expect(await s3.send(new GetObjectCommand({ Bucket: Locking, Key }))).toMatchObject(kept);
    const again = putIn(Locking, { Key, ...lock, IfNoneMatch: "*" });
    await expect(again).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  const local = it.skipIf(!engine.isLocal);

  local.each([
    ["in a bucket that has none", () => putIn(Bucket, lock), "InvalidRequest"],
    ["without a time", () => putIn(Locking, { ObjectLockMode: "GOVERNANCE" }), "InvalidArgument"],
    ["without a mode", () => putIn(Locking, { ObjectLockRetainUntilDate: until }), "InvalidArgument"],
    ["of an unknown mode", () => putIn(Locking, { ...lock, ObjectLockMode: "X" }), "InvalidArgument"],
    [
      "until a time that is over",
      () => putIn(Locking, { ...lock, ObjectLockRetainUntilDate: new Date(0) }),
      "InvalidArgument",
    ],
    ["of bytes with another checksum", () => putIn(Locking, { ...lock, ChecksumSHA256: "AAAA" }), "BadDigest"],
  ])("is refused %s", async (_, request, name) => {
    await expect(request()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  local("is refused without a checksum of the bytes", async () => {
    const key = fresh("key");
    const answer = await fetch(`${engine.config().endpoint}/${Locking}/${key}`, {
      method: "PUT",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=local/20260818/ap-south-1/s3/aws4_request, Signature=x",
        "x-amz-object-lock-mode": "GOVERNANCE",
        "x-amz-object-lock-retain-until-date": until.toISOString(),
      },
      body: "x",
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("x-amz-checksum-")]);
  });

  local("stands: where AWS would keep another version beside a locked one, nothing is done", async () => {
    const Key = fresh("key");
    await putIn(Locking, { Key, ...lock });
    const refused = { name: "NotImplemented" };
    await expect(putIn(Locking, { Key, Body: "y" })).rejects.toMatchObject(refused);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: Locking, Key }));
    expect(await Body?.transformToString()).toBe("x");
  });
});

describe("the local engine", () => {
  const local = it.skipIf(!engine.isLocal);

  local("names what it does not emulate instead of doing half of it", async () => {
    const Key = fresh("key");
    const refused = { name: "NotImplemented", $metadata: { httpStatusCode: 501 } };
    for (const more of [
      { Metadata: { a: "b" } },
      { Tagging: "a=b" },
      { ObjectLockLegalHoldStatus: "ON" },
      { IfNoneMatch: '"tag"' },
      { IfMatch: '"tag"' },
      { ACL: "private" },
    ])
      await expect(put(Key, "x", more), JSON.stringify(more)).rejects.toMatchObject(refused);
    await expect(get(Key)).rejects.toMatchObject({ name: "NoSuchKey" });
    await put(Key, "x");
    for (const more of [{ Range: "bytes=0-1" }, { VersionId: "1" }, { IfNoneMatch: "*" }])
      await expect(get(Key, more), JSON.stringify(more)).rejects.toMatchObject(refused);
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(refused);
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toMatchObject(refused);
  });

  local("refuses bytes that are not those that were signed", async () => {
    const { endpoint } = engine.config();
    const headers = {
      authorization: "AWS4-HMAC-SHA256 Credential=local/20260818/ap-south-1/s3/aws4_request, Signature=x",
      "x-amz-content-sha256": "0".repeat(64),
    };
    const answer = await fetch(`${endpoint}/${Bucket}/spoiled`, { method: "PUT", headers, body: "x" });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("<Code>XAmzContentSHA256Mismatch</Code>");
    await expect(get("spoiled")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  local("refuses the names that S3 does not give to buckets, and a key that no file can be named by", async () => {
    for (const bad of ["..", "A", "ab", ".writing", "a_b_c"])
      await expect(s3.send(new CreateBucketCommand({ Bucket: bad })), bad).rejects.toThrow();
    await expect(put("k".repeat(300), "x")).rejects.toMatchObject({ name: "KeyTooLongError" });
    const again = s3.send(new CreateBucketCommand({ Bucket }));
    await expect(again).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
  });
});
