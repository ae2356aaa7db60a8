import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIdempotencyKey, requestKey } from "../../../shared/idempotency/key.ts";

const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });

describe("readIdempotencyKey", () => {
  it("is undefined when none was sent", () => {
    expect(readIdempotencyKey(undefined)).toBeUndefined();
  });

  it.each([
    ["order-17", "order-17"],
    ['"order-17"', "order-17"],
    ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["x".repeat(255), "x".repeat(255)],
    [`"${"x".repeat(255)}"`, "x".repeat(255)],
    ['"', '"'],
    ['a"b', 'a"b'],
  ])("reads %j as %j", (header, key) => {
    expect(readIdempotencyKey(header)).toBe(key);
  });

  it.each([[""], ['""'], [" "], ["two words"], ["tab\there"], ["ключ"], ["é"], ["x".repeat(256)], ['"a b"'], ["a\n"]])(
    "refuses %j",
    (header) => {
      expect(() => readIdempotencyKey(header)).toThrow(
        expect.objectContaining({ body: expect.objectContaining({ code: "malformed_header", status: 400 }) }),
      );
    },
  );

  it("means the same with and without the draft's quotes", () => {
    const key = visible.filter((text) => text.length >= 1 && text.length <= 255 && !/^".*"$/.test(text));
    fc.assert(fc.property(key, (text) => readIdempotencyKey(`"${text}"`) === readIdempotencyKey(text)));
  });
});

describe("requestKey", () => {
  it("is 43 characters of base64url, so that it fits a path and an item's key", () => {
    expect(requestKey("27AAAZA0001A1ZM", "POST", "/irn", "key-1")).toMatch(/^[\w-]{43}$/);
  });

  it("is the same for the same call, also in later releases", () => {
    expect(requestKey("27AAAZA0001A1ZM", "POST", "/irn", "key-1")).toBe(STORED_KEY);
  });

  it("differs when any part differs, also when text moves from one part to the next", () => {
    const part = fc.string({ maxLength: 4 });
    const parts = fc.tuple(part, part, part, part);
    fc.assert(
      fc.property(parts, parts, (some, others) => {
        const same = some.every((text, i) => text === others[i]);
        return same === (requestKey(...some) === requestKey(...others));
      }),
    );
    expect(requestKey("a", "b", "c", "d")).not.toBe(requestKey("ab", "", "c", "d"));
    expect(requestKey("27A", "POST", "/irn/1/cancel", "k")).not.toBe(requestKey("27A", "POST", "/irn/2/cancel", "k"));
  });
});

/** base64url of SHA-256 over `["27AAAZA0001A1ZM","POST","/irn","key-1"]`, computed with openssl. */
const STORED_KEY = "UUaeyq7XqAR2MmEeMOyp2gW1UigQbMbq7AczJZxtqMI";
