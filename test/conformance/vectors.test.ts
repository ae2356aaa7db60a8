import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judge } from "./judge.ts";
import {
  decryptAes,
  decryptRsa,
  encryptAes,
  encryptRsa,
  isSignedBy,
  newPrivatePem,
  noOpenssl,
  publicPemOf,
  randomBytes,
  sha256Hex,
} from "./openssl.ts";

if (noOpenssl !== undefined) process.stderr.write(`conformance: the whole suite is skipped: ${noOpenssl}\n`);

judge("openssl alone gives the published vectors", () => {
  const appKey = Buffer.from("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "base64");
  const sek = Buffer.from(Array.from({ length: 32 }, (_, index) => 0x20 + index));
  const wrapped = "YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K";
  const plain =
    '{"Irn":"afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a","CnlRsn":"1","CnlRem":"Wrong entry"}';
  const sealed =
    "uPKEKGxOVTRJ1H+g9gkvJFlTHcAVcYBKzW5YVmTp6NRYqCAuu6wf1C8dbi0u19m3H8hHMu6YxU7d0WKKpmLhMpq1aZcDHA65pourpr5fy2fxfj7fjQmhe34055IK2BdsLLeJ2KFsWWII4bornFKhdw==";

  it("unwraps the SEK of a real portal", () => {
    const key = Buffer.from("fao1PoKaLgd11xMrWTiL2cggAfx9QMwM", "ascii");
    const real = decryptAes(key, "oRvKfBtmgNTSuk/oXUhiLOjXi45jiWA2oKNxhhQM3UH2o/32YWGLbUjK1/dohPe3");
    expect(real.toString("base64")).toBe("zVoede7m2nnvMHcWYIfKhrvsilSFEZYiltJmxVQQnAQ=");
  });

  it("wraps and unwraps the synthetic SEK", () => {
    expect(encryptAes(appKey, sek)).toBe(wrapped);
    expect(decryptAes(appKey, wrapped)).toEqual(sek);
  });

  it("seals and opens the synthetic cancel request", () => {
    expect(encryptAes(sek, plain)).toBe(sealed);
    expect(decryptAes(sek, sealed).toString()).toBe(plain);
  });

  it.each([
    ["37BZNPM9430M1KL2020-21INVCTDN23456", "afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a"],
    ["09AAAPG7885R0022020-21INVMSI/084", "d27bf67bcab04c7f5af7de6560e3573b0a4caeafaf86e194db0c817f8a264600"],
    ["01AMBPG7773M0022022-23INVSINV-CFY-00067", "706daeccda0ef6f818da78f3a2a05a1288731057373002289b46c3229289a2e7"],
    ["02AMBPG7773M0022023-24INV9sQ5E2", "2ecc42a8e81dcbbb56923e4bd046c861ce7374060bd31875ce35447e922c9399"],
    ["02AMBPG7773M0022023-24INV9SQ5E2", "8874725d14204345d901ed168798f9fe8578d3c6e87ef6beecb4cb9894c8b4a9"],
    ["01AAAAB1234C1Z02019-20INVAB1234", "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe"],
  ])("hashes %s to its IRN", (preimage, irn) => {
    expect(sha256Hex(preimage)).toBe(irn);
  });
});

judge("openssl's RSA on keys of its own", () => {
  it("pads as PKCS#1 v1.5 does, up to 245 bytes", () => {
    const privatePem = newPrivatePem();
    const publicPem = publicPemOf(privatePem);
    const longest = "A".repeat(245);
    const data = encryptRsa(publicPem, longest);
    expect(Buffer.from(data, "base64")).toHaveLength(256);
    expect(decryptRsa(privatePem, data)).toBe(longest);
    expect(() => encryptRsa(publicPem, `${longest}A`)).toThrow();
  });

  it("finds no signature in random bytes", () => {
    const publicPem = publicPemOf(newPrivatePem());
    expect(isSignedBy(publicPem, `e30.e30.${randomBytes(256).toString("base64url")}`)).toBe(false);
  });
});

describe("the second client", () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name !== "sandbox-server.ts");

  it.each(files)("%s has nothing of the project and no cryptography of Node", (name) => {
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    expect(text).not.toMatch(/from "(\.\.|node:crypto|jose)/);
  });
});
