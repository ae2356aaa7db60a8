import type { Blobs } from "../../shared/blobs.ts";

/** `objects` is for looking, and for spoiling what is kept. */
export function memoryBlobs(): Blobs & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    async put(key, bytes) {
      if (!objects.has(key)) objects.set(key, new Uint8Array(bytes));
    },
    async get(key) {
      const bytes = objects.get(key);
      if (!bytes) throw new Error(`there is no ${key}`);
      return bytes;
    },
  };
}
