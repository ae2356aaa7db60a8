import { createCipheriv, createDecipheriv } from "node:crypto";
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import type { Vault } from "../vault.ts";

export interface KmsVaultDeps {
  readonly kms: KMSClient;
  /** The ARN of the key under which data keys are wrapped. */
  readonly keyId: string;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** A key for AES-256-GCM, in the clear and as KMS wrapped it (base64url). */
interface DataKey {
  readonly key: Buffer;
  readonly wrapped: string;
}

/** KMS shows the context in its own log, and unwraps under the same one only. */
const EncryptionContext = { purpose: "einvoice" };
const KEY_LIFE_MS = 60 * 60 * 1000;
/** Far below the 2^32 random ivs that one key of AES-GCM may see (NIST SP 800-38D, 8.3). */
const MOST_SEALS = 2 ** 20;
/** Keys of other instances that this one has unwrapped. */
const MOST_UNWRAPPED = 200;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals under a data key of its own, which serves for an hour, and asks KMS once for each key of another's it opens.
 * `v1.` wrapped key `.` iv, ciphertext and tag, both in base64url; the context is authenticated with them.
 */
export function kmsVault({ kms, keyId, now, randomBytes }: KmsVaultDeps): Vault {
  const unwrapped = new Map<string, Promise<Buffer>>();
  let current: { readonly dataKey: Promise<DataKey>; readonly until: number; seals: number } | undefined;

  async function newDataKey(): Promise<DataKey> {
    const { Plaintext, CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: "AES_256", EncryptionContext }),
    );
    if (!Plaintext || !CiphertextBlob) throw new Error("KMS gave no data key");
    const [key, wrapped] = [Buffer.from(Plaintext), Buffer.from(CiphertextBlob).toString("base64url")];
    remember(wrapped, Promise.resolve(key));
    return { key, wrapped };
  }

  function sealingKey(): Promise<DataKey> {
    const at = now().getTime();
    if (!current || current.until <= at || current.seals >= MOST_SEALS) {
      const next = { dataKey: newDataKey(), until: at + KEY_LIFE_MS, seals: 0 };
      next.dataKey.catch(() => {
        if (current === next) current = undefined;
      });
      current = next;
    }
    current.seals++;
    return current.dataKey;
  }

  async function unwrap(wrapped: string): Promise<Buffer> {
    const { Plaintext } = await kms.send(
      new DecryptCommand({ KeyId: keyId, CiphertextBlob: Buffer.from(wrapped, "base64url"), EncryptionContext }),
    );
    if (!Plaintext) throw new Error("KMS unwrapped nothing");
    return Buffer.from(Plaintext);
  }

  /** The one used last is forgotten last. */
  function remember(wrapped: string, key: Promise<Buffer>): Promise<Buffer> {
    unwrapped.delete(wrapped);
    unwrapped.set(wrapped, key);
    const [oldest] = unwrapped.keys();
    if (unwrapped.size > MOST_UNWRAPPED && oldest !== undefined) unwrapped.delete(oldest);
    return key;
  }

  function openingKey(wrapped: string): Promise<Buffer> {
    const known = unwrapped.get(wrapped);
    if (known) return remember(wrapped, known);
    const key = remember(wrapped, unwrap(wrapped));
    key.catch(() => {
      if (unwrapped.get(wrapped) === key) unwrapped.delete(wrapped);
    });
    return key;
  }

  return {
    async seal(context, secret) {
      const { key, wrapped } = await sealingKey();
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([iv, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${wrapped}.${sealed.toString("base64url")}`;
    },

    async open(context, text) {
      const [version, wrapped, body, ...rest] = text.split(".");
      const sealed = Buffer.from(body ?? "", "base64url");
      if (version !== "v1" || !wrapped || rest.length > 0 || sealed.length < IV_BYTES + TAG_BYTES)
        throw new Error("not a text that a vault sealed");
      const key = await openingKey(wrapped);
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      const plain = [decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(plain).toString("utf8");
    },
  };
}
