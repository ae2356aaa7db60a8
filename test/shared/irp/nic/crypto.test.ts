import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt, encryptLogin } from "../../../../shared/irp/nic/crypto.ts";
import { ENCRYPTION_KEY, openLogin } from "./a-portal.ts";

const bytes = (from: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => from + i));

describe("the session key", () => {
  it("is unwrapped from a pair that NIC's sandbox gave out", () => {
    const sek = decrypt(
      Buffer.from("fao1PoKaLgd11xMrWTiL2cggAfx9QMwM"),
      "oRvKfBtmgNTSuk/oXUhiLOjXi45jiWA2oKNxhhQM3UH2o/32YWGLbUjK1/dohPe3",
    );

    expect(sek.toString("base64")).toBe("zVoede7m2nnvMHcWYIfKhrvsilSFEZYiltJmxVQQnAQ=");
  });

  it("is wrapped and unwrapped as in the synthetic pair", () => {
    const wrapped = "YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K";

    expect(encrypt(bytes(0), bytes(32))).toBe(wrapped);
    expect(decrypt(bytes(0), wrapped)).toEqual(bytes(32));
  });
});

describe("a payload", () => {
  it("is encrypted as published, without base64 inside", () => {
    const plain =
      '{"Irn":"afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a","CnlRsn":"1","CnlRem":"Wrong entry"}';
    const sealed =
      "uPKEKGxOVTRJ1H+g9gkvJFlTHcAVcYBKzW5YVmTp6NRYqCAuu6wf1C8dbi0u19m3H8hHMu6YxU7d0WKKpmLhMpq1aZcDHA65pourpr5fy2fxfj7fjQmhe34055IK2BdsLLeJ2KFsWWII4bornFKhdw==";

    expect(encrypt(bytes(32), plain)).toBe(sealed);
    expect(decrypt(bytes(32), sealed).toString()).toBe(plain);
  });

  it("comes back whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decrypt(bytes(0), encrypt(bytes(0), text)).toString()).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it.each([
    ["another key", bytes(1), encrypt(bytes(0), "text")],
    ["no whole block", bytes(0), encrypt(bytes(0), "text").slice(0, 8)],
    ["no padding", bytes(0), encrypt(bytes(0), Buffer.alloc(16)).slice(0, 20)],
    ["nothing", bytes(0), ""],
  ])("of %s is refused", (_, key, sealed) => {
    expect(() => decrypt(key, sealed)).toThrow();
  });
});

describe("a login", () => {
  const login = (UserName: string, Password: string) => ({
    UserName,
    Password,
    AppKey: bytes(0).toString("base64"),
    ForceRefreshAccessToken: false,
  });

  it("is base64, then PKCS#1 v1.5, then base64 in one line", () => {
    const sealed = encryptLogin(ENCRYPTION_KEY, login("user", "pass"));

    expect(sealed).toMatch(/^[A-Za-z0-9+/]{342}==$/);
    expect(openLogin(sealed)).toEqual(login("user", "pass"));
  });

  it("is never the same twice", () => {
    expect(encryptLogin(ENCRYPTION_KEY, login("a", "b"))).not.toBe(encryptLogin(ENCRYPTION_KEY, login("a", "b")));
  });

  it("has room for 66 bytes of name and password, and says so beyond that without a word of them", () => {
    const fits = login("u".repeat(30), "p".repeat(36));
    expect(openLogin(encryptLogin(ENCRYPTION_KEY, fits))).toEqual(fits);

    const tooLong = () => encryptLogin(ENCRYPTION_KEY, login("u".repeat(30), "p".repeat(37)));
    expect(tooLong).toThrow(RangeError);
    expect(tooLong).not.toThrow("pppp");
  });

  it("counts bytes, not letters", () => {
    expect(() => encryptLogin(ENCRYPTION_KEY, login("u".repeat(30), "₹".repeat(13)))).toThrow(RangeError);
  });
});
