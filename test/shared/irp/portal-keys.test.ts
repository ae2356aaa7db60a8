import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { portalKeys } from "../../../shared/irp/portal-keys.ts";
import { UpstreamSecret } from "../../../shared/irp/portals.ts";
import { aCertificate } from "../../fakes/a-certificate.ts";

const ADDRESS = "https://keys.example/jwks";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const members = { ...publicKey.export({ format: "jwk" }), kty: "RSA" };
const key = (kid: string, use?: string) => ({ ...members, kid, ...(use ? { use } : {}) });

/** The thumbprint of a certificate as `kid` and as `x5t`. */
const KID = "EDC57DE1358B300BA9F79340A6696831F3C85047";
const X5T = "7cV94TWLMAup95NApmloMfPIUEc";

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

    await Promise.all([encryption(), encryption(), verification({ kid: "S" })]);
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

    expect(await verification({ kid: "E" })).toBeUndefined();
    expect(await verification({})).toBeUndefined();
    await expect(encryption()).rejects.toThrow("no encryption key");
  });

  it("verify without a stated use", async () => {
    const found = await setup({ keys: [key("N")] }).verification({ kid: "N" });
    expect(found?.equals(publicKey)).toBe(true);
  });

  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  const several = { keys: [{ ...other, kid: "OTHER" }, key(KID), { ...other, kid: "THIRD" }] };
  it.each([{ kid: KID }, { kid: KID, x5t: "of-another" }, { x5t: X5T }])("are found by %j", async (hint) => {
    expect((await setup(several).verification(hint))?.equals(publicKey)).toBe(true);
  });

  it.each([
    {},
    { kid: KID.toLowerCase() },
    { kid: X5T },
    { kid: "" },
    { x5t: KID },
    { x5t: "" },
    { kid: "x", x5t: X5T },
  ])("are not found by %j among several", async (hint) => {
    expect(await setup(several).verification(hint)).toBeUndefined();
  });

  it("are found without a name when there is one alone", async () => {
    const one = setup({ keys: [key(KID), key("E", "enc")] });
    expect((await one.verification({}))?.equals(publicKey)).toBe(true);
    expect(await one.verification({ kid: "OTHER" })).toBeUndefined();
  });

  it("verify RS256 alone, with RSA", async () => {
    const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
    const { verification } = setup({
      keys: [
        { ...key("PS"), alg: "PS256" },
        { ...curve, kid: "EC" },
      ],
    });

    expect(await verification({ kid: "PS" })).toBeUndefined();
    expect(await verification({ kid: "EC" })).toBeUndefined();
    expect(await verification({})).toBeUndefined();
  });

  it("are configured as certificates, which name themselves, and as bare public keys", async () => {
    const certificate = aCertificate(privateKey);
    const thumbprint = createHash("sha1").update(new X509Certificate(certificate).raw).digest();
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const unused = () => Promise.reject(new Error("must not be fetched"));
    const configured = UpstreamSecret.shape.keys.parse({
      keys: [
        { pem: certificate },
        { pem, kid: "BARE", use: "sig" },
        { pem, use: "enc" },
        { pem: certificate, kid: "OWN" },
      ],
    });
    const { encryption, verification } = portalKeys(async () => configured, unused);

    for (const hint of [
      { kid: thumbprint.toString("hex").toUpperCase() },
      { x5t: thumbprint.toString("base64url") },
      { kid: "BARE" },
      { kid: "OWN" },
    ])
      expect((await verification(hint))?.equals(publicKey)).toBe(true);
    expect(await encryption()).toEqual({ ...members, use: "enc" });
  });

  it("are fetched again when a signature names one that is not there", async () => {
    const { verification, fetched, publish } = setup({ keys: [key("OLD", "sig")] });
    await verification({ kid: "OLD" });
    publish({ keys: [key("OLD", "sig"), key("NEW", "sig")] });

    expect(await verification({ kid: "NEW" })).toBeDefined();
    expect(await verification({ kid: "OLD" })).toBeDefined();
    expect(fetched).toHaveLength(2);
    expect(await verification({ kid: "NOBODY'S" })).toBeUndefined();
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
