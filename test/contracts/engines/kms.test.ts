import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  type DecryptCommandInput,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
let kms: KMSClient;

beforeAll(() => {
  kms = new KMSClient(engine.config());
});

const PLAIN = new Uint8Array([0, 255, 7, 128]);
const CONTEXT = { purpose: "test", tenant: "a" };

async function newKey(Description?: string) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description }));
  return { KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}
async function encrypted(KeyId: string, EncryptionContext?: Record<string, string>) {
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: PLAIN, EncryptionContext }));
  return CiphertextBlob ?? new Uint8Array();
}
const decrypt = (input: DecryptCommandInput) => kms.send(new DecryptCommand(input));

describe("keys", () => {
  it("are found by id, ARN and alias", async () => {
    const { KeyId, Arn } = await newKey("for tests");
    const AliasName = `alias/${fresh("key")}`;
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    for (const id of [KeyId, Arn, AliasName]) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      expect(KeyMetadata).toMatchObject({ KeyId, Arn, Description: "for tests", Enabled: true, KeyState: "Enabled" });
    }
  });

  it("have aliases that are given once", async () => {
    const AliasName = `alias/${fresh("key")}`;
    const { KeyId } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    const again = kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: (await newKey()).KeyId }));
    await expect(again).rejects.toMatchObject({ name: "AlreadyExistsException" });
  });

  it.each(["00000000-0000-4000-8000-000000000000", `alias/${fresh("missing")}`])(
    "that are not there: %s",
    async (KeyId) => {
      const NumberOfBytes = 32;
      for (const command of [new DescribeKeyCommand({ KeyId }), new GenerateDataKeyCommand({ KeyId, NumberOfBytes })])
        await expect(kms.send(command as never)).rejects.toMatchObject({ name: "NotFoundException" });
    },
  );
});

describe("Encrypt and Decrypt", () => {
  it("give back the bytes, and the key that has them", async () => {
    const { KeyId, Arn } = await newKey();
    const CiphertextBlob = await encrypted(KeyId);
    for (const id of [undefined, KeyId, Arn]) {
      const found = await decrypt({ CiphertextBlob, ...(id ? { KeyId: id } : {}) });
      expect([...(found.Plaintext ?? [])]).toEqual([...PLAIN]);
      expect(found.KeyId).toBe(Arn);
    }
  });

  it("never give the same ciphertext, nor the plaintext in it", async () => {
    const { KeyId } = await newKey();
    const [one, other] = [await encrypted(KeyId), await encrypted(KeyId)];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
    expect(Buffer.from(one).includes(Buffer.from(PLAIN))).toBe(false);
  });

  it("want the same context, in any order", async () => {
    const CiphertextBlob = await encrypted((await newKey()).KeyId, CONTEXT);
    const { Plaintext } = await decrypt({ CiphertextBlob, EncryptionContext: { tenant: "a", purpose: "test" } });
    expect([...(Plaintext ?? [])]).toEqual([...PLAIN]);
    for (const EncryptionContext of [{}, { purpose: "test" }, { ...CONTEXT, tenant: "b" }, { ...CONTEXT, more: "c" }])
      await expect(decrypt({ CiphertextBlob, EncryptionContext })).rejects.toMatchObject({
        name: "InvalidCiphertextException",
      });
    await expect(decrypt({ CiphertextBlob })).rejects.toMatchObject({ name: "InvalidCiphertextException" });
  });

  it("refuse what was changed, and what is no ciphertext", async () => {
    const blob = await encrypted((await newKey()).KeyId);
    const changed = blob.map((byte, i) => (i === blob.length - 1 ? byte ^ 1 : byte));
    for (const CiphertextBlob of [changed, blob.slice(0, -1), new Uint8Array([1, 2, 3])])
      await expect(decrypt({ CiphertextBlob })).rejects.toMatchObject({ name: "InvalidCiphertextException" });
  });

  it("refuse another key than the one that encrypted", async () => {
    const CiphertextBlob = await encrypted((await newKey()).KeyId);
    const { KeyId } = await newKey();
    await expect(decrypt({ CiphertextBlob, KeyId })).rejects.toMatchObject({ name: "IncorrectKeyException" });
  });

  it("take 4096 bytes and no more", async () => {
    const { KeyId } = await newKey();
    await kms.send(new EncryptCommand({ KeyId, Plaintext: new Uint8Array(4096) }));
    const tooLong = kms.send(new EncryptCommand({ KeyId, Plaintext: new Uint8Array(4097) }));
    await expect(tooLong).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("GenerateDataKey", () => {
  it.each([
    [{ KeySpec: "AES_256" }, 32],
    [{ KeySpec: "AES_128" }, 16],
    [{ NumberOfBytes: 64 }, 64],
  ] as const)("of %j gives a key of %i bytes, in the clear and wrapped", async (size, bytes) => {
    const { KeyId, Arn } = await newKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, ...size, EncryptionContext: CONTEXT }));
    expect(made.KeyId).toBe(Arn);
    expect(made.Plaintext).toHaveLength(bytes);
    const { Plaintext } = await decrypt({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: CONTEXT });
    expect(Plaintext).toEqual(made.Plaintext);
  });

  it("gives another key each time", async () => {
    const { KeyId } = await newKey();
    const make = () => kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    expect((await make()).Plaintext).not.toEqual((await make()).Plaintext);
  });

  it.each([{}, { KeySpec: "AES_256", NumberOfBytes: 32 }, { NumberOfBytes: 1025 }] as const)(
    "refuses the size %j",
    async (size) => {
      const { KeyId } = await newKey();
      const made = kms.send(new GenerateDataKeyCommand({ KeyId, ...size }));
      await expect(made).rejects.toMatchObject({ name: "ValidationException" });
    },
  );
});
