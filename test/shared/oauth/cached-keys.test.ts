import { describe, expect, it } from "vitest";
import { cachedKeys } from "../../../shared/oauth/cached-keys.ts";

function setup() {
  let ms = 0;
  let reads = 0;
  let failing = false;
  const keys = cachedKeys(
    async () => {
      reads += 1;
      if (failing) throw new Error("the table is gone");
      return { keys: [{ kty: "RSA", kid: `read ${reads}` }] };
    },
    () => new Date(ms),
  );
  const kid = async (fresh = false) => (await keys(fresh)).keys[0]?.kid;
  return {
    kid,
    reads: () => reads,
    wait: (seconds: number) => {
      ms += seconds * 1000;
    },
    fail: (fails: boolean) => {
      failing = fails;
    },
  };
}

describe("cachedKeys", () => {
  it("reads once for simultaneous callers, and again after five minutes", async () => {
    const { kid, wait } = setup();

    expect(await Promise.all([kid(), kid(), kid()])).toEqual(["read 1", "read 1", "read 1"]);
    wait(299);
    expect(await kid()).toBe("read 1");
    wait(1);
    expect(await kid()).toBe("read 2");
  });

  it("reads anew when asked to, but at most once in ten seconds", async () => {
    const { kid, wait, reads } = setup();
    await kid();

    expect(await kid(true)).toBe("read 1");
    wait(10);
    expect(await Promise.all(Array.from({ length: 100 }, () => kid(true)))).toContain("read 2");
    expect(reads()).toBe(2);
  });

  it("keeps no failure", async () => {
    const { kid, fail } = setup();
    fail(true);
    await expect(kid()).rejects.toThrow("gone");
    fail(false);

    expect(await kid()).toBe("read 2");
  });

  it("keeps no absence: the first key may be made a moment later", async () => {
    const answers = [undefined, "made"];
    const keys = cachedKeys(
      async () => answers.shift(),
      () => new Date(0),
    );
    expect([await keys(false), await keys(false), await keys(false)]).toEqual([undefined, "made", "made"]);
  });

  it("goes on with the keys it has when fresh ones cannot be read", async () => {
    const { kid, wait, fail } = setup();
    await kid();
    wait(10);
    fail(true);
    await expect(kid(true)).rejects.toThrow("gone");

    expect(await kid()).toBe("read 1");
  });

  it("does not go on with keys that are five minutes old", async () => {
    const { kid, wait, fail } = setup();
    await kid();
    wait(300);
    fail(true);

    await expect(kid()).rejects.toThrow("gone");
    await expect(kid()).rejects.toThrow("gone");
  });
});
