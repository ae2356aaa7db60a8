import { randomBytes } from "node:crypto";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { beforeAll, describe, expect, it } from "vitest";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { virtualClock } from "../fakes/virtual-clock.ts";
import { engineUnderTest } from "./engines/engine-under-test.ts";
import { vaultContract } from "./vault.contract.ts";

const engine = engineUnderTest();
let kms: KMSClient;
let keyId: string;

beforeAll(async () => {
  kms = new KMSClient(engine.config());
  keyId = await newKey();
});

async function newKey(): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? "";
}

/** A vault of its own, as a new instance has one, and the names of the calls that it makes. */
function setup({ fails = (_nth: number): boolean => false, key = keyId } = {}) {
  const clock = virtualClock();
  const calls: string[] = [];
  const send = async (command: { constructor: { name: string } }) => {
    const nth = calls.push(command.constructor.name.replace("Command", "")) - 1;
    if (fails(nth)) throw new Error("KMS cannot be reached");
    return kms.send(command as never);
  };
  const vault = kmsVault({ kms: { send } as unknown as KMSClient, keyId: key, now: clock.now, randomBytes });
  return { ...vault, clock, calls };
}

describe("kmsVault", () => {
  const shared = { vault: undefined as ReturnType<typeof setup> | undefined };
  vaultContract(() => {
    shared.vault ??= setup();
    return shared.vault;
  });

  it("asks KMS once for any number of secrets that it seals and opens itself", async () => {
    const { seal, open, calls } = setup();
    const sealed = await Promise.all(Array.from({ length: 10 }, (_, i) => seal("c", `secret ${i}`)));
    expect(await Promise.all(sealed.map((text) => open("c", text)))).toContain("secret 9");
    expect(calls).toEqual(["GenerateDataKey"]);
  });

  it("opens what another instance sealed, and asks once for each of its keys", async () => {
    const [one, other] = [setup(), setup()];
    const sealed = [await one.seal("a", "1"), await one.seal("b", "2")] as const;
    expect(await Promise.all([other.open("a", sealed[0]), other.open("b", sealed[1])])).toEqual(["1", "2"]);
    await other.open("a", sealed[0]);
    expect(other.calls).toEqual(["Decrypt"]);
  });

  it("takes a new key after an hour, and opens what is older", async () => {
    const { seal, open, clock, calls } = setup();
    const old = await seal("c", "old");
    clock.advance(3_599_999);
    await seal("c", "s");
    expect(calls).toHaveLength(1);
    clock.advance(1);
    const [oldKey, newKey] = [old, await seal("c", "s")].map((text) => text.split(".")[1]);
    expect(newKey).not.toBe(oldKey);
    expect(calls).toEqual(["GenerateDataKey", "GenerateDataKey"]);
    expect(await open("c", old)).toBe("old");
    expect(calls).toHaveLength(2);
  });

  it("forgets the keys of others that it used longest ago", async () => {
    const { open, calls } = setup();
    const sealed = await Promise.all(Array.from({ length: 201 }, () => setup().seal("c", "s")));
    const [first = "", second = ""] = sealed;
    for (const text of [...sealed.slice(0, 200), first, sealed[200] ?? ""]) await open("c", text);
    expect(calls).toHaveLength(201);
    await open("c", first);
    expect(calls).toHaveLength(201);
    await open("c", second);
    expect(calls).toHaveLength(202);
  });

  it("asks again after a failure, for sealing and for opening", async () => {
    const { seal, open } = setup({ fails: (nth) => nth === 0 || nth === 2 });
    await expect(seal("c", "s")).rejects.toThrow("KMS cannot be reached");
    expect(await open("c", await seal("c", "s"))).toBe("s");
    const foreign = await setup().seal("c", "foreign");
    await expect(open("c", foreign)).rejects.toThrow("KMS cannot be reached");
    expect(await open("c", foreign)).toBe("foreign");
  });

  it("does not open what was sealed under another key of KMS", async () => {
    const sealed = await setup({ key: await newKey() }).seal("c", "s");
    await expect(setup().open("c", sealed)).rejects.toMatchObject({ name: "IncorrectKeyException" });
  });
});
