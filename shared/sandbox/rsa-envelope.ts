import { constants, type KeyObject, privateDecrypt } from "node:crypto";

const SHORTEST_PADDING = 8;

/**
 * Opens RSA PKCS#1 v1.5, or says undefined when the text was not encrypted for this key.
 *
 * The padding is taken off here and not by OpenSSL. Node's answer to CVE-2023-46809 differs by version: older ones refuse
 * RSA_PKCS1_PADDING outright, and Node 24 answers a bad block with random bytes ("implicit rejection") that would then be
 * reported as a broken payload instead of a wrong key. The raw operation behaves alike everywhere. The padding oracle
 * that this guards against is no concern here: the key protects passwords that are published in accounts.ts.
 */
export function openRsa(privateKey: KeyObject, sealed: string): Buffer | undefined {
  try {
    const key = { key: privateKey, padding: constants.RSA_NO_PADDING };
    return withoutPadding(privateDecrypt(key, Buffer.from(sealed, "base64")));
  } catch {
    return undefined;
  }
}

/** `00 02 <at least 8 bytes, none zero> 00 <message>` */
function withoutPadding(block: Buffer): Buffer | undefined {
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 2 + SHORTEST_PADDING) return undefined;
  return block.subarray(end + 1);
}
