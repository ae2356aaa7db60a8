import * as z from "zod";
import type { Provision } from "../provision.ts";

const Properties = z.object({ BucketName: z.string().optional(), ObjectLockEnabled: z.boolean().default(false) });

/** A bucket that is there already keeps its objects. Encryption, versions, lifecycles and access change nothing on one machine. */
export const bucket: Provision = async ({ endpoint, stackName }, { logicalId, properties }) => {
  const { ObjectLockEnabled, ...given } = Properties.parse(properties);
  const { BucketName = `${stackName}-${logicalId}`.toLowerCase() } = given;
  await endpoint.s3.createBucket(BucketName, { mayLock: ObjectLockEnabled });
  return { ref: BucketName, attributes: { Arn: `arn:aws:s3:::${BucketName}` } };
};
