import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { type LockMode, lockModes, s3Archive } from "../../shared/aws/s3-archive.ts";
import { s3At } from "../../shared/aws/s3-objects.ts";
import { fresh } from "../fakes/a-request.ts";
import { archiveContract, KEPT_UNTIL } from "./archive.contract.ts";
import { engineUnderTest, fresh as named } from "./engines/engine-under-test.ts";

const engine = engineUnderTest();
const [locking, plain] = [named("archive"), named("plain")];
let s3: S3Client;

beforeAll(async () => {
  s3 = new S3Client({ ...engine.config(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: locking, ObjectLockEnabledForBucket: true }));
  await s3.send(new CreateBucketCommand({ Bucket: plain }));
});

function archive({ bucket = locking, mode = "GOVERNANCE" as LockMode } = {}) {
  const { endpoint } = engine.config();
  return s3Archive(s3At(dynamo(new DynamoDBClient(engine.config())), bucket, endpoint), mode);
}

describe("s3Archive", () => {
  archiveContract(archive);

  it.each(lockModes)("locks what it puts, until then, in mode %s", async (mode) => {
    const Key = `AUDIT/${fresh()}`;
    await archive({ mode }).put(Key, Buffer.from("bytes"), KEPT_UNTIL);
    const { ObjectLockMode, ObjectLockRetainUntilDate } = await s3.send(
      new HeadObjectCommand({ Bucket: locking, Key }),
    );
    expect([ObjectLockMode, ObjectLockRetainUntilDate]).toEqual([mode, KEPT_UNTIL]);
  });

  // Other servers than AWS lock in any bucket, and until any time.
  const strict = it.skipIf(!engine.isLocal);

  strict("throws where nothing can be locked, and puts nothing", async () => {
    const [key, bytes] = [`AUDIT/${fresh()}`, Buffer.from("bytes")];
    await expect(archive({ bucket: plain }).put(key, bytes, KEPT_UNTIL)).rejects.toThrow("400 InvalidRequest");
    await expect(archive().put(key, bytes, new Date(0))).rejects.toThrow("400 InvalidArgument");
    await expect(archive({ bucket: named("nowhere") }).get(key)).rejects.toThrow("404 NoSuchBucket");
    expect(await archive({ bucket: plain }).get(key)).toBeUndefined();
    expect(await archive().get(key)).toBeUndefined();
  });
});
