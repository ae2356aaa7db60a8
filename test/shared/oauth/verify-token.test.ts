import { describe, expect, it } from "vitest";
import { cachedKeys } from "../../../shared/oauth/cached-keys.ts";
import { verifyToken } from "../../../shared/oauth/verify-token.ts";
import { anRsaKey, aToken, CLIENT_ID, GSTIN, ISSUER, NOW, type RsaKey } from "./a-token.ts";

const first = await anRsaKey();
const second = await anRsaKey();
const stranger = await anRsaKey();

/** The check as functions wire it: published keys in a store that can change, behind a cache. */
function setup() {
  let published = [first];
  let reads = 0;
  let ms = NOW.getTime();
  const now = () => new Date(ms);
  const read = async () => {
    reads += 1;
    return { keys: published.map(({ publicJwk }) => publicJwk) };
  };
  const deps = { publishedKeys: cachedKeys(read, now), issuer: ISSUER, now };
  return {
    verify: async (key: RsaKey) => verifyToken(deps, `Bearer ${await aToken(key)}`),
    reads: () => reads,
    publish: (...keys: RsaKey[]) => {
      published = keys;
    },
    wait: (seconds: number) => {
      ms += seconds * 1000;
    },
  };
}

describe("verifyToken", () => {
  it("says who calls and what the token allows", async () => {
    expect(await setup().verify(first)).toEqual({
      clientId: CLIENT_ID,
      gstin: GSTIN,
      scopes: ["irn:write", "irn:read"],
    });
  });

  it.each(["PS256", "RS384", "RS512"])(
    "takes no %s, also where the published key does not say its algorithm",
    async (alg) => {
      const { alg: _alg, ...silent } = first.publicJwk;
      const deps = { publishedKeys: async () => ({ keys: [silent] }), issuer: ISSUER, now: () => NOW };
      const authorization = async (header = {}) => `Bearer ${await aToken(first, { header })}`;

      expect(await verifyToken(deps, await authorization())).toMatchObject({ gstin: GSTIN });
      await expect(verifyToken(deps, await authorization({ alg }))).rejects.toThrow("token_invalid");
    },
  );

  it("lets nobody in, and says so with 503, while the published keys cannot be read", async () => {
    const publishedKeys = () => Promise.reject(new Error("the table is gone"));
    const deps = { publishedKeys, issuer: ISSUER, now: () => NOW };
    await expect(verifyToken(deps, `Bearer ${await aToken(first)}`)).rejects.toThrow("store_unavailable");
  });

  it("takes a token by a key that is younger than its copy of the published ones", async () => {
    const { verify, publish, wait, reads } = setup();
    await verify(first);
    publish(first, second);
    wait(10);

    expect(await verify(second)).toMatchObject({ gstin: GSTIN });
    expect(await verify(first)).toMatchObject({ gstin: GSTIN });
    expect(reads()).toBe(2);
  });

  it("takes no token by a key that is published no more, once its copy is old", async () => {
    const { verify, publish, wait } = setup();
    await verify(first);
    publish(second);
    wait(300);

    await expect(verify(first)).rejects.toThrow("token_invalid");
  });

  it("does not read the store for each token by an unknown key", async () => {
    const { verify, reads, wait } = setup();
    await verify(first);
    wait(10);

    const verdicts = await Promise.allSettled(Array.from({ length: 50 }, () => verify(stranger)));

    expect(verdicts.every(({ status }) => status === "rejected")).toBe(true);
    expect(reads()).toBe(2);
    expect(await verify(first)).toMatchObject({ gstin: GSTIN });
  });
});
