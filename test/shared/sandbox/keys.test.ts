import { createHash, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { memorySandboxStore } from "../../fakes/memory-sandbox-store.ts";
import { jwks } from "./a-client.ts";
import { aSandbox, brokenStore } from "./a-sandbox.ts";

describe("the sandbox's keys", () => {
  it("are published: one to encrypt to, two to verify with", async () => {
    const keys = await jwks(aSandbox().send);

    expect(keys.map(({ kty, use, alg }) => [kty, use, alg])).toEqual([
      ["RSA", "enc", "RSA1_5"],
      ["RSA", "sig", "RS256"],
      ["RSA", "sig", "RS256"],
    ]);
    expect(new Set(keys.map(({ n }) => n)).size).toBe(3);
  });

  it("are published without their private parts", async () => {
    for (const key of await jwks(aSandbox().send)) {
      expect(Object.keys(key)).toEqual(["kty", "n", "e", "kid", "use", "alg"]);
    }
  });

  it("are named by the SHA-1 of their SubjectPublicKeyInfo", async () => {
    for (const { kid, ...key } of await jwks(aSandbox().send)) {
      const spki = createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "der" });
      expect(kid).toBe(createHash("sha1").update(spki).digest("hex").toUpperCase());
    }
  });

  it("are made once, however many ask", async () => {
    const { send, keysMade } = aSandbox();
    await Promise.all([jwks(send), jwks(send), jwks(send)]);
    await jwks(send);

    expect(keysMade()).toBe(3);
  });

  it("are the same in every instance, also when they make them at the same time", async () => {
    const store = memorySandboxStore();
    const [one, other] = await Promise.all([jwks(aSandbox({ store }).send), jwks(aSandbox({ store }).send)]);
    expect(other).toEqual(one);

    const late = aSandbox({ store });
    expect(await jwks(late.send)).toEqual(one);
    expect(late.keysMade()).toBe(0);
  });

  it("are asked for again after a failure", async () => {
    const kept = memorySandboxStore();
    let down = true;
    const store = { ...kept, findKey: (name: "auth") => (down ? brokenStore() : kept).findKey(name) };
    const { send } = aSandbox({ store });
    await expect(jwks(send)).rejects.toThrow();
    down = false;

    expect(await jwks(send)).toHaveLength(3);
  });
});
