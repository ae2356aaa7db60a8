import { constants, createPrivateKey, generateKeyPairSync, publicEncrypt } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAes, sealAes } from "../../../shared/sandbox/aes-envelope.ts";
import { openRsa } from "../../../shared/sandbox/rsa-envelope.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const range = (from: number) => Uint8Array.from({ length: 32 }, (_, n) => from + n);

describe("aes-envelope", () => {
  it("unwraps the key pair captured from NIC's own sandbox, and wraps it to the same bytes", () => {
    const appKey = Buffer.from("fao1PoKaLgd11xMrWTiL2cggAfx9QMwM");
    const sek = "oRvKfBtmgNTSuk/oXUhiLOjXi45jiWA2oKNxhhQM3UH2o/32YWGLbUjK1/dohPe3";
    const plain = openAes(appKey, sek);

    expect(plain?.toString("base64")).toBe("zVoede7m2nnvMHcWYIfKhrvsilSFEZYiltJmxVQQnAQ=");
    expect(sealAes(appKey, plain ?? "")).toBe(sek);
  });

  it("wraps and encrypts the synthetic vectors", () => {
    const cancellation =
      '{"Irn":"afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a","CnlRsn":"1","CnlRem":"Wrong entry"}';

    expect(sealAes(range(0), range(32))).toBe("YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K");
    expect(sealAes(range(32), cancellation)).toBe(
      "uPKEKGxOVTRJ1H+g9gkvJFlTHcAVcYBKzW5YVmTp6NRYqCAuu6wf1C8dbi0u19m3H8hHMu6YxU7d0WKKpmLhMpq1aZcDHA65pourpr5fy2fxfj7fjQmhe34055IK2BdsLLeJ2KFsWWII4bornFKhdw==",
    );
  });

  it("opens whatever it sealed, and never throws on what it did not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string({ unit: "binary" }), (key, text) => {
        expect(openAes(key, sealAes(key, text))).toEqual(Buffer.from(text));
        openAes(key, text);
      }),
    );
  });
});

describe("rsa-envelope", () => {
  const encrypt = (plain: string, padding = constants.RSA_PKCS1_PADDING) =>
    publicEncrypt({ key: publicKey, padding }, Buffer.from(plain)).toString("base64");

  it("opens what was encrypted with PKCS#1 v1.5 padding, up to the 245 bytes that fit", () => {
    for (const plain of ["", "a", "x".repeat(245)]) expect(openRsa(privateKey, encrypt(plain))?.toString()).toBe(plain);
  });

  it("says undefined to another padding, another key, and rubbish", () => {
    const otherKey = createPrivateKey(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    );

    expect(openRsa(privateKey, encrypt("text", constants.RSA_PKCS1_OAEP_PADDING))).toBeUndefined();
    expect(openRsa(otherKey, encrypt("text"))).toBeUndefined();
    for (const rubbish of ["", "!", "AAAA", Buffer.alloc(256, 0xff).toString("base64"), "A".repeat(1000)]) {
      expect(openRsa(privateKey, rubbish)).toBeUndefined();
    }
  });

  it("says undefined to a block with fewer than eight bytes of padding", () => {
    const block = Buffer.alloc(256, 1);
    block.set([0, 2, 1, 1, 1, 1, 1, 1, 1, 0]);
    const sealed = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block);

    expect(openRsa(privateKey, sealed.toString("base64"))).toBeUndefined();
  });
});
