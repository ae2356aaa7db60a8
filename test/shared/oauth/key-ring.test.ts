import { calculateJwkThumbprint, generateKeyPair, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { ensureSigningKey, type KeyRing, PublishedKeys, SigningKey } from "../../../shared/oauth/key-ring.ts";

const newKeyPair = () => generateKeyPair("RS256", { extractable: true, modulusLength: 2048 });

function memoryKeyRing(published: Awaited<ReturnType<KeyRing["published"]>> = { keys: [] }) {
  const puts: Parameters<KeyRing["put"]>[] = [];
  const ring: KeyRing = {
    signing: async () => puts.at(-1)?.[0],
    published: async () => puts.at(-1)?.[1] ?? published,
    put: async (...put) => void puts.push(put),
  };
  return { ring, puts };
}

describe("ensureSigningKey", () => {
  it("makes one key, however often it is asked", async () => {
    const { ring, puts } = memoryKeyRing();

    expect(await ensureSigningKey(ring, newKeyPair)).toBe("made");
    expect(await ensureSigningKey(ring, newKeyPair)).toBe("present");
    expect(puts).toHaveLength(1);
  });

  it("names the key by its thumbprint and publishes no private member", async () => {
    const { ring, puts } = memoryKeyRing();
    await ensureSigningKey(ring, newKeyPair);
    const [key, published] = puts[0] ?? [];

    const [publicJwk] = PublishedKeys.parse(published).keys;
    expect(SigningKey.parse(key).kid).toBe(await calculateJwkThumbprint(publicJwk ?? {}));
    expect(publicJwk).toEqual({
      kty: "RSA",
      n: expect.any(String),
      e: "AQAB",
      kid: key?.kid,
      alg: "RS256",
      use: "sig",
    });
  });

  it("makes a key of 2048 bits that signs", async () => {
    const { ring, puts } = memoryKeyRing();
    await ensureSigningKey(ring, newKeyPair);

    const key = await importJWK(puts[0]?.[0].privateJwk ?? {}, "RS256");
    expect(key).toMatchObject({ type: "private", algorithm: { modulusLength: 2048 } });
  });

  it("keeps what is published already", async () => {
    const old = { kty: "RSA", kid: "old" };
    const { ring, puts } = memoryKeyRing({ keys: [old] });

    await ensureSigningKey(ring, newKeyPair);

    expect(puts[0]?.[1].keys).toEqual([old, expect.objectContaining({ kid: puts[0]?.[0].kid })]);
  });
});
