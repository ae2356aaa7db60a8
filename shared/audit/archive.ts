/** What is put here nobody changes or deletes before its time. */
export interface Archive {
  /** Locked until then. `exists`: the key has something already, which stays as it is. */
  put(key: string, bytes: Uint8Array, keptUntil: Date): Promise<"written" | "exists">;
  /** Undefined where nothing is. */
  get(key: string): Promise<Uint8Array | undefined>;
}
