import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { keyLocks } from "./key-locks.ts";

export interface StoredObject {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
  readonly lock?: ObjectLock | undefined;
}

/** Until when nobody may delete it, and who may do so after all. */
const ObjectLock = z.object({ mode: z.enum(["COMPLIANCE", "GOVERNANCE"]), until: z.iso.datetime() });
export type ObjectLock = z.infer<typeof ObjectLock>;

/** No bucket is named so. Files are written here and then moved, so that a crash never leaves half of one in a bucket. */
const writing = ".writing";
/** Nor so. Locks are here, in a folder for each bucket that may have some. */
const locks = ".locks";
/** What file systems allow a name; keys may be longer. */
const longestName = 255;

interface PutOptions {
  readonly ifAbsent: boolean;
  readonly lock?: ObjectLock | undefined;
}

/** Buckets as folders and objects as files in them, each named by its key. One process at a time has the folder. */
export function objectFiles(folder: string) {
  const locked = keyLocks();
  const bucketFolder = (bucket: string) => join(folder, bucket);
  const fileOf = (bucket: string, key: string) => join(bucketFolder(bucket), fileName(key));

  const lockOf = (bucket: string, key: string) => join(folder, locks, bucket, fileName(key));

  async function replace(file: string, content: Buffer | string): Promise<void> {
    const draft = join(folder, writing, randomUUID());
    await writeFile(draft, content);
    await rename(draft, file);
  }

  const exists = async (path: string) => (await ifThere(() => stat(path))) !== undefined;

  return {
    /** Removes what a crash left half-written. */
    async open() {
      await rm(join(folder, writing), { recursive: true, force: true });
      await mkdir(join(folder, writing), { recursive: true });
    },

    hasBucket: (bucket: string) => exists(bucketFolder(bucket)),

    async createBucket(bucket: string, { mayLock = false } = {}) {
      await mkdir(bucketFolder(bucket), { recursive: true });
      if (mayLock) await mkdir(join(folder, locks, bucket), { recursive: true });
    },

    mayLock: (bucket: string) => exists(join(folder, locks, bucket)),

    /** Replaces what the key has, unless that is to stand, or is locked: of many at the same time one writes then. */
    async put(bucket: string, key: string, bytes: Buffer, { ifAbsent, lock }: PutOptions) {
      const [file, lockFile] = [fileOf(bucket, key), lockOf(bucket, key)];
      return locked([file], async () => {
        const isThere = await exists(file);
        if (isThere && ifAbsent) return "exists";
        if (isThere && (await exists(lockFile))) return "locked";
        // The lock first: after a crash it is on what is not there yet, which the next writer replaces.
        if (lock) await replace(lockFile, JSON.stringify(lock));
        else await rm(lockFile, { force: true });
        await replace(file, bytes);
        return "written";
      });
    },

    async get(bucket: string, key: string): Promise<StoredObject | undefined> {
      const file = fileOf(bucket, key);
      const lock = await ifThere(() => readFile(lockOf(bucket, key), "utf8"));
      return ifThere(async () => ({
        bytes: await readFile(file),
        modifiedAt: (await stat(file)).mtime,
        lock: lock === undefined ? undefined : ObjectLock.parse(JSON.parse(lock)),
      }));
    },
  };
}

/** The key in the characters of a URL, so that it can be read again from the name. A name of dots alone is a folder's. */
function fileName(key: string): string {
  const name = encodeURIComponent(key).replace(/^\./, "%2E");
  if (name.length <= longestName) return name;
  throw new AwsError("KeyTooLongError", `locally a key may not be longer than the name of a file: ${name}`);
}

async function ifThere<Found>(look: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
