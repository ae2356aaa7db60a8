import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { KeyName, type SandboxStore } from "./sandbox-store.ts";

export interface SandboxKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /**
   * The portals name a key by the SHA-1 of its certificate. node:crypto can not issue certificates, so the sandbox takes
   * the SHA-1 of the DER SubjectPublicKeyInfo: as stable, as unique, and derived from the key alone.
   */
  readonly thumbprint: Buffer;
}

export type KeyRing = (name: KeyName) => Promise<SandboxKey>;

interface KeyRingDeps {
  readonly store: SandboxStore;
  /** A new RSA-2048 private key as PKCS#8 PEM. */
  readonly newKeyPem: () => Promise<string>;
}

/** The sandbox's three key pairs: made when first asked for, kept in the store, remembered from then on. */
export function keyRing(deps: KeyRingDeps): KeyRing {
  const known = new Map<KeyName, Promise<SandboxKey>>();
  return (name) => {
    const key = known.get(name);
    if (key !== undefined) return key;

    const loading = loadKey(deps, name);
    known.set(name, loading);
    loading.catch(() => known.delete(name)); // A failed load must not be remembered.
    return loading;
  };
}

/** The public keys, for clients of test stages: where the real portals mail certificates, the sandbox publishes. */
export async function publicJwks(ring: KeyRing) {
  return { keys: await Promise.all(KeyName.options.map(async (name) => toJwk(name, await ring(name)))) };
}

/** The name that `kid` carries: upper-case hex of the thumbprint. */
export function kidOf(key: SandboxKey): string {
  return key.thumbprint.toString("hex").toUpperCase();
}

async function loadKey({ store, newKeyPem }: KeyRingDeps, name: KeyName): Promise<SandboxKey> {
  const pem = (await store.findKey(name)) ?? (await store.keepKey(name, await newKeyPem()));
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: "spki", format: "der" });
  return { privateKey, publicKey, thumbprint: createHash("sha1").update(spki).digest() };
}

function toJwk(name: KeyName, key: SandboxKey) {
  const { kty, n, e } = key.publicKey.export({ format: "jwk" });
  const purpose = name === "auth" ? { use: "enc", alg: "RSA1_5" } : { use: "sig", alg: "RS256" };
  return { kty, n, e, kid: kidOf(key), ...purpose };
}
