import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type {
  CreateAliasRequest,
  CreateKeyRequest,
  DecryptRequest,
  DescribeKeyRequest,
  EncryptRequest,
  GenerateDataKeyRequest,
} from "@aws-sdk/client-kms";
import { AwsError, validationError } from "./aws-error.ts";
import { accountId, dispatcher, type Engine, type EngineOptions, type Operations } from "./engine.ts";
import { stateFile } from "./state-file.ts";

type Key = { id: string; arn: string; description: string; createdAt: number; secret: string };
type State = { keys: Key[]; aliases: Record<string, string> };
type Context = Record<string, string> | undefined;

/** On the wire bytes are base64 text. */
type Wire<Request, Bytes extends string> = Omit<Request, Bytes> & { [name in Bytes]?: string };

const dataKeyBytes = { AES_128: 16, AES_256: 32 };
const longestPlaintext = 4096;
const longestDataKey = 1024;
/** A blob is the key's id, iv, tag and ciphertext, as one that names its key without being asked. */
const idBytes = 36;
const ivBytes = 12;
const tagBytes = 16;

/** KMS: symmetric keys, data keys, aliases. Rotation, grants, key policies and deletion are not emulated. */
export function kmsEngine({ region, now, newId, dataDir }: EngineOptions): Engine {
  const file = stateFile<State>(dataDir, "kms", () => ({
    keys: [...keys.values()],
    aliases: Object.fromEntries(aliases),
  }));
  const kept = file.load();
  const keys: Map<string, Key> = new Map(kept?.keys.map((key) => [key.id, key]));
  const aliases: Map<string, string> = new Map(Object.entries(kept?.aliases ?? {}));

  /** By id, ARN, alias or the alias's ARN. */
  function find(keyId = ""): Key {
    const name = keyId.replace(/^arn:aws:kms:[^:]*:[^:]*:(key\/)?/, "");
    const key = keys.get(aliases.get(name) ?? name);
    if (key) return key;
    const what = name.startsWith("alias/") ? "Alias" : "Key";
    throw new AwsError("NotFoundException", `${what} '${keyId}' does not exist`);
  }

  function seal(key: Key, plain: Buffer, context: Context): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv("aes-256-gcm", Buffer.from(key.secret, "base64"), iv).setAAD(authenticated(context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.from(key.id), iv, cipher.getAuthTag(), sealed]).toString("base64");
  }

  function described({ id: KeyId, arn: Arn, description: Description, createdAt }: Key) {
    const kind = { KeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT", EncryptionAlgorithms: [algorithm] };
    const state = { Enabled: true, KeyState: "Enabled", KeyManager: "CUSTOMER", Origin: "AWS_KMS", MultiRegion: false };
    return { AWSAccountId: accountId, KeyId, Arn, Description, CreationDate: createdAt / 1000, ...kind, ...state };
  }

  const operations: Operations = {
    CreateKey({ Description = "", KeySpec = "SYMMETRIC_DEFAULT" }: CreateKeyRequest) {
      if (KeySpec !== "SYMMETRIC_DEFAULT") throw validationError(`keys of ${KeySpec} are not emulated locally`);
      const id = newId();
      const arn = `arn:aws:kms:${region}:${accountId}:key/${id}`;
      const secret = randomBytes(32).toString("base64");
      const key = { id, arn, description: Description, createdAt: now(), secret };
      keys.set(id, key);
      file.changed();
      return { KeyMetadata: described(key) };
    },

    DescribeKey({ KeyId }: DescribeKeyRequest) {
      return { KeyMetadata: described(find(KeyId)) };
    },

    CreateAlias({ AliasName = "", TargetKeyId }: CreateAliasRequest) {
      const { id } = find(TargetKeyId);
      if (!/^alias\/[\w/-]+$/.test(AliasName)) throw validationError(`${AliasName} is no name of an alias`);
      if (aliases.has(AliasName)) throw new AwsError("AlreadyExistsException", `Alias ${AliasName} already exists`);
      aliases.set(AliasName, id);
      file.changed();
      return {};
    },

    GenerateDataKey({ KeyId, KeySpec, NumberOfBytes, EncryptionContext }: GenerateDataKeyRequest) {
      const key = find(KeyId);
      if ((KeySpec === undefined) === (NumberOfBytes === undefined))
        throw validationError("Please specify either number of bytes or key spec.");
      const length = KeySpec ? dataKeyBytes[KeySpec] : (NumberOfBytes ?? 0);
      if (!(length >= 1 && length <= longestDataKey)) throw validationError("a data key has 1 to 1024 bytes");
      const plain = randomBytes(length);
      const CiphertextBlob = seal(key, plain, EncryptionContext);
      return { KeyId: key.arn, Plaintext: plain.toString("base64"), CiphertextBlob };
    },

    Encrypt({ KeyId, Plaintext = "", EncryptionContext }: Wire<EncryptRequest, "Plaintext">) {
      const key = find(KeyId);
      const plain = Buffer.from(Plaintext, "base64");
      if (plain.length < 1 || plain.length > longestPlaintext) throw validationError("a plaintext has 1 to 4096 bytes");
      return {
        KeyId: key.arn,
        CiphertextBlob: seal(key, plain, EncryptionContext),
        EncryptionAlgorithm: algorithm,
      };
    },

    Decrypt({ KeyId, CiphertextBlob = "", EncryptionContext }: Wire<DecryptRequest, "CiphertextBlob">) {
      const blob = Buffer.from(CiphertextBlob, "base64");
      const key = keys.get(blob.subarray(0, idBytes).toString());
      if (KeyId !== undefined && find(KeyId) !== key && key) {
        const message = "The key ID in the request does not identify a CMK that can perform this operation.";
        throw new AwsError("IncorrectKeyException", message);
      }
      const plain = key && unseal(key, blob.subarray(idBytes), EncryptionContext);
      if (!plain) throw new AwsError("InvalidCiphertextException", "");
      return { KeyId: key.arn, Plaintext: plain.toString("base64"), EncryptionAlgorithm: algorithm };
    },
  };

  return {
    call: dispatcher("kms", operations),
    async close() {
      file.close();
    },
  };
}

const algorithm = "SYMMETRIC_DEFAULT";

/** Undefined for what this key did not seal under this context. */
function unseal({ secret }: Key, sealed: Buffer, context: Context): Buffer | undefined {
  const start = ivBytes + tagBytes;
  if (sealed.length < start) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(secret, "base64"), sealed.subarray(0, ivBytes))
    .setAAD(authenticated(context))
    .setAuthTag(sealed.subarray(ivBytes, start));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(start)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** A context is a set of pairs: their order counts for nothing. */
function authenticated(context: Context = {}): Buffer {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
