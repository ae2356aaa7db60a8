import { createHash } from "node:crypto";
import type { Archive } from "../audit/archive.ts";
import type { S3Objects } from "./s3-objects.ts";

/** Who may undo a lock before its time: nobody, or whoever has a right of its own for that (s3:BypassGovernanceRetention). */
export const lockModes = ["COMPLIANCE", "GOVERNANCE"] as const;
export type LockMode = (typeof lockModes)[number];

/** Objects of a bucket with Object Lock, each locked as it is put. */
export function s3Archive(objects: S3Objects, mode: LockMode): Archive {
  return {
    put(key, bytes, keptUntil) {
      return objects.putIfAbsent(key, bytes, {
        "x-amz-object-lock-mode": mode,
        "x-amz-object-lock-retain-until-date": keptUntil.toISOString(),
        // S3 locks nothing whose bytes were not vouched for ("Content-MD5 OR x-amz-checksum- HTTP header is required").
        "x-amz-checksum-sha256": createHash("sha256").update(bytes).digest("base64"),
      });
    },
    get: (key) => objects.find(key),
  };
}
