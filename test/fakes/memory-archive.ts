import type { Archive } from "../../shared/audit/archive.ts";

interface Kept {
  readonly bytes: Uint8Array;
  readonly keptUntil: Date;
}

/** `objects` is for looking, and for spoiling what is kept. */
export function memoryArchive(): Archive & { readonly objects: Map<string, Kept> } {
  const objects = new Map<string, Kept>();
  return {
    objects,
    async put(key, bytes, keptUntil) {
      if (objects.has(key)) return "exists";
      objects.set(key, { bytes: new Uint8Array(bytes), keptUntil });
      return "written";
    },
    async get(key) {
      return objects.get(key)?.bytes;
    },
  };
}
