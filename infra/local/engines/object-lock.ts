import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "./aws-error.ts";
import type { ObjectLock } from "./object-files.ts";

const MODE = "x-amz-object-lock-mode";
const UNTIL = "x-amz-object-lock-retain-until-date";
const SHA256 = "x-amz-checksum-sha256";

/** Headers of a put that are understood; a legal hold is not. */
export const objectLockHeader = /^x-amz-object-lock-(mode|retain-until-date)$/;

/** The lock that a put asks for, and S3's refusals of one. A checksum that comes with the bytes must be theirs. */
export function lockAsked(
  headers: IncomingHttpHeaders,
  body: Buffer,
  { now, mayLock }: { readonly now: number; readonly mayLock: boolean },
): ObjectLock | undefined {
  expectChecksum(headers[SHA256], body);
  const [mode, until] = [headers[MODE], headers[UNTIL]];
  if (mode === undefined && until === undefined) return undefined;
  if (!mayLock) throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
  if (mode === undefined || until === undefined)
    throw new AwsError("InvalidArgument", `${MODE} and ${UNTIL} must both be supplied`);
  if (mode !== "COMPLIANCE" && mode !== "GOVERNANCE")
    throw new AwsError("InvalidArgument", "Unknown wormMode directive.");
  const at = Date.parse(String(until));
  if (!(at > now)) throw new AwsError("InvalidArgument", "The retain until date must be in the future!");
  if (!Object.keys(headers).some((name) => name === "content-md5" || /^x-amz-checksum-/.test(name)))
    throw new AwsError(
      "InvalidRequest",
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    );
  return { mode, until: new Date(at).toISOString() };
}

export function lockHeaders(lock: ObjectLock | undefined): Record<string, string> {
  return lock ? { [MODE]: lock.mode, [UNTIL]: lock.until } : {};
}

function expectChecksum(given: string | string[] | undefined, body: Buffer): void {
  if (given === undefined || given === createHash("sha256").update(body).digest("base64")) return;
  throw new AwsError("BadDigest", "The SHA256 you specified did not match the calculated checksum.");
}
