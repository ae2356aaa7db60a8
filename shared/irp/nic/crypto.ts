import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt } from "node:crypto";
import type { JWK } from "jose";

/**
 * RSA PKCS#1 v1.5 over the base64 text of the JSON: NIC encodes before it encrypts (irp-protocol 2.2). The text must fit
 * 245 bytes, which leaves 66 for user name and password. Throws a RangeError beyond that.
 */
export function encryptLogin(publicKey: JWK, login: unknown): string {
  const encoded = Buffer.from(JSON.stringify(login)).toString("base64");
  if (encoded.length > 244)
    throw new RangeError("user name and password are too long for the portal's key: 66 bytes in all");
  const key = createPublicKey({ key: publicKey, format: "jwk" });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(encoded, "ascii")).toString("base64");
}

/** AES-256-ECB with PKCS#7 padding, base64 out. The wire asks for ECB; nothing else here uses it. */
export function encrypt(key: Buffer, plain: string | Buffer): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

/** The reverse of `encrypt`. Throws on a wrong key or a broken text. */
export function decrypt(key: Buffer, cipherText: string): Buffer {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  return Buffer.concat([decipher.update(Buffer.from(cipherText, "base64")), decipher.final()]);
}
