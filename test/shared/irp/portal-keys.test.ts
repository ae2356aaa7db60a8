import { describe, expect, it } from "vitest";
import { portalKeys } from "../../../shared/irp/portal-keys.ts";

const ADDRESS = "https://keys.example/jwks";
const key = (kid: string, use?: string) => ({
  kty: "RSA",
  n: "w".repeat(342),
  e: "AQAB",
  kid,
  ...(use ? { use } : {}),
});
const RS256 = { alg: "RS256", typ: "JWT" };
const TOKEN = { payload: "", signature: "" };

function setup(first: unknown) {
  let published = first;
  const fetched: string[] = [];
  const keys = portalKeys(
    async () => ({ jwksUri: ADDRESS }),
    async (url) => {
      fetched.push(url);
      if (published instanceof Error) throw published;
      return published;
    },
  );
  return {
    ...keys,
    fetched,
    publish: (next: unknown) => {
      published = next;
    },
  };
}

describe("the portals' keys", () => {
  it("are fetched once for simultaneous and later callers", async () => {
    const { encryption, verification, fetched } = setup({ keys: [key("E", "enc"), key("S", "sig")] });

    await Promise.all([encryption(), encryption(), verification({ ...RS256, kid: "S" }, TOKEN)]);
    await encryption();

    expect(fetched).toEqual([ADDRESS]);
  });

  it("are not fetched when they are configured", async () => {
    const unused = () => Promise.reject(new Error("must not be fetched"));
    const { encryption } = portalKeys(async () => ({ keys: [key("S", "sig"), key("E", "enc")] }), unused);

    expect(await encryption()).toMatchObject({ kid: "E" });
  });

  it("are two families: neither does the other's work", async () => {
    const { verification } = setup({ keys: [key("E", "enc")] });
    const { encryption } = setup({ keys: [key("S", "sig"), key("N")] });

    await expect(verification({ ...RS256, kid: "E" }, TOKEN)).rejects.toThrow();
    await expect(encryption()).rejects.toThrow("no encryption key");
  });

  it("verify without a stated use", async () => {
    expect(await setup({ keys: [key("N")] }).verification({ ...RS256, kid: "N" }, TOKEN)).toMatchObject({
      type: "public",
      usages: ["verify"],
    });
  });

  it("are fetched again when a signature names one that is not there", async () => {
    const { verification, fetched, publish } = setup({ keys: [key("OLD", "sig")] });
    await verification({ ...RS256, kid: "OLD" }, TOKEN);
    publish({ keys: [key("OLD", "sig"), key("NEW", "sig")] });

    expect(await verification({ ...RS256, kid: "NEW" }, TOKEN)).toMatchObject({ type: "public" });
    expect(fetched).toHaveLength(2);
    await expect(verification({ ...RS256, kid: "NOBODY'S" }, TOKEN)).rejects.toThrow();
    expect(fetched).toHaveLength(3);
  });

  it("are fetched again after a failure", async () => {
    const { encryption, publish } = setup(new Error("the address does not answer"));
    await expect(encryption()).rejects.toThrow("does not answer");
    publish({ keys: [key("E", "enc")] });

    expect(await encryption()).toMatchObject({ kid: "E" });
  });

  it.each([null, {}, { keys: {} }, { keys: [{}] }, { keys: [{ kty: "RSA", use: "other" }] }, { message: "not found" }])(
    "are not %j",
    async (published) => {
      await expect(setup(published).encryption()).rejects.toThrow();
    },
  );
});
