import { randomBytes } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packed, unpacked } from "../../../shared/aws/packed-text.ts";

const base64url = (text: string | Buffer) => Buffer.from(text).toString("base64url");

/** A compact JWS over a claim that holds JSON as text, as portals sign. */
function aToken(data: object, signature = randomBytes(256)): string {
  const payload = JSON.stringify({ data: JSON.stringify(data), iss: "NIC" });
  return [JSON.stringify({ alg: "RS256", kid: "k", typ: "JWT" }), payload, signature].map(base64url).join(".");
}

/** A token of any bytes: with header, payload and signature of every length there is no base64url but is among them. */
const token = fc
  .tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 80 }))
  .map(([header, ...rest]) =>
    [Buffer.concat([Buffer.from('{"'), header]), ...rest].map((part) => base64url(Buffer.from(part))).join("."),
  );

/** Nearly a token: a segment too many or too few, bits that base64url does not use, other characters. */
const nearlyToken = fc.oneof(
  fc.tuple(token, fc.constantFrom(".", "=", "..", "+/", " ", "é", "\n")).map(([text, more]) => text + more),
  token.map((text) => text.split(".").slice(0, 2).join(".")),
  fc.tuple(token, fc.constantFrom("B", "D", "_", "-")).map(([text, last]) => text.slice(0, -1) + last),
  fc.constantFrom(
    "eyJ",
    "eyJ.",
    "eyJ..",
    "eyJh.eyJh.",
    "eyJB.eyJB.eyJB",
    "eyJh.eyJi.eyJ",
    'eyJ"eyJ"',
    "eyJhbGciOiJSUzI1NiJ9.e30.AB",
  ),
);
const text = fc.oneof(token, nearlyToken, fc.string({ unit: "binary" }));

describe("packed text", () => {
  it("comes back byte for byte, whatever JSON it is", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        tie("list"),
        tie("members"),
      ),
      list: fc.array(tie("value")),
      members: fc.dictionary(text, tie("value")),
    })).value;
    const space = fc.constantFrom(undefined, 1, "\t");
    fc.assert(
      fc.property(value, space, (given, indent) => {
        const json = JSON.stringify(given, null, indent);
        expect(unpacked(packed(json))).toBe(json);
      }),
      { numRuns: 500 },
    );
  });

  it("comes back also where it is no JSON", () => {
    const parts = fc.array(fc.oneof(text, fc.constantFrom('"', '"eyJ', ".", '""')), { maxLength: 12 });
    fc.assert(
      fc.property(parts, (given) => {
        const joined = given.join("").toWellFormed();
        expect(unpacked(packed(joined))).toBe(joined);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "",
    '"',
    '"eyJ',
    '"eyJ"',
    '"eyJ.eyJ.eyJ"',
    `"${aToken({})}`,
    `{"a":"${aToken({})}"}`,
    `"${aToken({})}"${aToken({})}"`,
  ])("comes back: %.30s", (given) => {
    expect(unpacked(packed(given))).toBe(given);
  });

  it("keeps as text a token that its bytes would not give again", () => {
    const signed = aToken({ a: 1 }, Buffer.from([1]));
    for (const given of [signed, `${signed.slice(0, -1)}R`, `${signed}=`]) {
      const json = JSON.stringify({ signedInvoice: given });
      expect(unpacked(packed(json))).toBe(json);
    }
  });

  it("holds the tokens decoded, so that what repeats in them is seen", () => {
    const [invoice, qr] = [aToken({ Irn: "of the invoice" }), aToken({ Irn: "of the code" })];
    const decoded = brotliDecompressSync(packed(JSON.stringify({ invoice, qr, other: "eyJ" })));
    expect(decoded.includes("of the invoice") && decoded.includes("of the code")).toBe(true);
    expect(decoded.includes(base64url("{"))).toBe(false);

    const lines = Array.from({ length: 1000 }, (_, i) => ({
      SlNo: String(i),
      PrdDesc: `Bolt M8 x ${i % 50}`,
      AssAmt: i * 3.5,
    }));
    const answer = JSON.stringify({ signedInvoice: aToken({ ItemList: lines }) });
    expect(packed(answer).length).toBeLessThan(0.8 * gzipSync(answer).length);
  });

  it("takes time by its length, also where many tokens begin and none ends", () => {
    const given = '"eyJ'.repeat(300_000);
    expect(unpacked(packed(given))).toBe(given);
  });

  it("is not made up from bytes that were cut or are another thing", () => {
    const decoded = brotliDecompressSync(packed(JSON.stringify(["before", aToken({}), "after"])));
    for (const length of [3, 10, decoded.length - 1])
      expect(() => unpacked(brotliCompressSync(decoded.subarray(0, length))), `${length} bytes`).toThrow();
    const [first] = [decoded.subarray(0, 4 + decoded.readUInt32BE(0))];
    expect(() => unpacked(brotliCompressSync(Buffer.concat([first, first])))).toThrow("lacks a chunk");
    expect(() => unpacked(gzipSync("text"))).toThrow();
    expect(() => unpacked(Buffer.alloc(0))).toThrow();
  });
});
