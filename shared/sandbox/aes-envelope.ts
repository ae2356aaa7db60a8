import { createCipheriv, createDecipheriv } from "node:crypto";

/** AES-256-ECB with PKCS7 padding, as the portals have it: the same text under the same key is always the same cipher text. */
const CIPHER = "aes-256-ecb";

/** Encrypts under a key of 32 bytes; standard base64 on one line. */
export function sealAes(key: Uint8Array, plain: string | Uint8Array): string {
  const cipher = createCipheriv(CIPHER, key, null);
  return Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()]).toString("base64");
}

/** The plain bytes, or undefined when the cipher text was not made under this key. */
export function openAes(key: Uint8Array, sealed: string): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, null);
  try {
    return Buffer.concat([decipher.update(sealed, "base64"), decipher.final()]);
  } catch {
    return undefined;
  }
}
