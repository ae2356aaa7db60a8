import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AwsError } from "./aws-error.ts";
import { keyLocks } from "./key-locks.ts";

export interface StoredObject {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
}

/** No bucket is named so. Files are written here and then moved, so that a crash never leaves half of one in a bucket. */
const writing = ".writing";
/** What file systems allow a name; keys may be longer. */
const longestName = 255;

/** Buckets as folders and objects as files in them, each named by its key. One process at a time has the folder. */
export function objectFiles(folder: string) {
  const locked = keyLocks();
  const bucketFolder = (bucket: string) => join(folder, bucket);
  const fileOf = (bucket: string, key: string) => join(bucketFolder(bucket), fileName(key));

  const exists = async (path: string) => (await ifThere(() => stat(path))) !== undefined;

  return {
    /** Removes what a crash left half-written. */
    async open() {
      await rm(join(folder, writing), { recursive: true, force: true });
      await mkdir(join(folder, writing), { recursive: true });
    },

    hasBucket: (bucket: string) => exists(bucketFolder(bucket)),

    async createBucket(bucket: string) {
      await mkdir(bucketFolder(bucket), { recursive: true });
    },

    /** Replaces what the key has, unless that is to stand: of many at the same time one writes then. */
    async put(bucket: string, key: string, bytes: Buffer, { ifAbsent }: { ifAbsent: boolean }) {
      const [file, draft] = [fileOf(bucket, key), join(folder, writing, randomUUID())];
      return locked([file], async () => {
        if (ifAbsent && (await exists(file))) return "exists";
        await writeFile(draft, bytes);
        await rename(draft, file);
        return "written";
      });
    },

    async get(bucket: string, key: string): Promise<StoredObject | undefined> {
      const file = fileOf(bucket, key);
      return ifThere(async () => ({ bytes: await readFile(file), modifiedAt: (await stat(file)).mtime }));
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
