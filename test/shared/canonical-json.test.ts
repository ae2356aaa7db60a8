import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalHash } from "../../shared/canonical-json.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("canonicalHash", () => {
  it("is that of the canonical form in RFC 8785 section 3.2.3", () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    const canonical =
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';

    expect(canonicalHash(value)).toBe(sha256(canonical));
  });

  it("sorts members by UTF-16 code units, as RFC 8785 section 3.2.3 shows", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"] as const;
    const canonical = `{${order.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`).join(",")}}`;

    expect(canonicalHash(value)).toBe(sha256(canonical));
  });

  it.each([
    [0, "0"],
    [-0, "0"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [9007199254740992, "9007199254740992"],
    [295147905179352830000, "295147905179352830000"],
    [1e21, "1e+21"],
    [1e-6, "0.000001"],
    [1e-7, "1e-7"],
    [Number("333333333.33333329"), "333333333.3333333"],
    [1180.0, "1180"],
  ])("writes the number %d as %s, as RFC 8785 appendix B does", (value, text) => {
    expect(canonicalHash(value)).toBe(sha256(text));
    expect(canonicalHash([value])).toBe(sha256(`[${text}]`));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, "\ud800", { a: ["\udc00"] }, { "\ud800": 1 }])(
    "takes nothing that is not JSON in Unicode: %j",
    (value) => {
      expect(() => canonicalHash(value)).toThrow();
    },
  );

  it("does not depend on the order of members, and on nothing else less than on the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const reversed = (value: unknown): unknown => {
          if (Array.isArray(value)) return value.map(reversed);
          if (typeof value !== "object" || value === null) return value;
          return Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, member]) => [name, reversed(member)]),
          );
        };
        const same = JSON.stringify(reversed(reversed(one))) === JSON.stringify(reversed(reversed(other)));
        expect(canonicalHash(reversed(one))).toBe(canonicalHash(one));
        if (!same && JSON.stringify(one).length !== JSON.stringify(other).length) {
          expect(canonicalHash(one)).not.toBe(canonicalHash(other));
        }
      }),
    );
  });
});
