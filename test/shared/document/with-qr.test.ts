import { describe, expect, it } from "vitest";
import { qrPng } from "../../../shared/document/print-qr.ts";
import { signedQrCodeOf, withQr } from "../../../shared/document/with-qr.ts";
import { bytesOf, pngPixels, readQr } from "./read-qr.ts";

const jwt = `eyJhbGciOiJSUzI1NiJ9.${"aZ0-_".repeat(60)}.c2lnbmF0dXJl`;
const frozen = `{ "irn":"7ba5", "total":1.50,"signedInvoice":"a}b\\u007d","signedQrCode":"${jwt}","links":{"self":"/irn/7ba5"} }\n`;

describe("an answer with the image of its signed QR code", () => {
  it("keeps every byte of the frozen one and ends with the image", () => {
    const image = `data:image/png;base64,${qrPng(jwt).toString("base64")}`;
    expect(withQr(frozen)).toBe(`${frozen.replace(/\}\n$/, "")},"qr":"${image}"}`);
  });

  it("is JSON whose image holds the signed QR code", () => {
    const { qr, ...rest } = JSON.parse(withQr(frozen));
    expect(rest).toEqual(JSON.parse(frozen));
    expect(readQr(pngPixels(bytesOf(qr)))).toBe(jwt);
  });
});

describe("the signed QR code of an answer", () => {
  it("is what the portal signed", () => {
    expect(signedQrCodeOf(frozen)).toBe(jwt);
  });

  it("is missed when it is not there, without a word of the answer", () => {
    expect(() => signedQrCodeOf('{"signedInvoice":"secret"}')).toThrow(/^(?!.*secret)/s);
  });
});
