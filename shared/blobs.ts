/** What bytes are of, the first part of their key: access is granted by it, and objects expire by it. */
export type BlobKind = "PAY" | "RESP" | "SANDBOX";

/** Bytes beyond what a table holds. A key never changes its bytes: whoever puts them names them by their content. */
export interface Blobs {
  /** Resolves once they can be read. Whoever comes second under a key has put nothing, and need not know. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Throws when nothing is there: a key is told to others only after its bytes were put. */
  get(key: string): Promise<Uint8Array>;
}
