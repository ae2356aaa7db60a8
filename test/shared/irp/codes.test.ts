import { describe, expect, it } from "vitest";
import {
  actionOf,
  categoryOf,
  certaintyOf,
  isCredentialRefusal,
  needsSync,
  needsToken,
  pauseSeconds,
} from "../../../shared/irp/codes.ts";

const errors = (...codes: string[]) => codes.map((code) => ({ code }));

describe("certaintyOf", () => {
  it.each(["2233", "2194", "2169", "2305", "3028", "2148", "2154", "2283", "9999", "0000", "4003", "5003"])(
    "%s refuses",
    (code) => {
      expect(certaintyOf([code])).toBe("refused");
    },
  );

  it.each([
    ...["1004", "1005", "1006", "1008", "1010", "1011", "1012", "1014", "1015", "1017", "1018", "1019"],
    ...["3095", "3096", "3108", "3109", "_3109", "4062", "GEN5005", "118", "658", "105", "106", "238"],
  ])("%s turns the call away before the document is looked at", (code) => {
    expect(certaintyOf([code])).toBe("not-sent");
    expect(certaintyOf([code], "ewayapi")).toBe("not-sent");
  });

  it.each([
    ...["2139", "2140", "2141", "2146", "2147", "5001", "5002", "SYS_5001", "4001", "4053", "317", "813"],
    ...["2150", "2278", "2287", "2295", "4002", "4026", "604"],
  ])("%s leaves it open", (code) => {
    expect(certaintyOf([code])).toBe("unknown");
    expect(certaintyOf([code], "ewayapi")).toBe("unknown");
  });

  it.each([
    "CT_302",
    "GEN5008",
    "GSPERR300",
    "GSPGSTDOWN",
    "HTTP_504",
    "500",
    "22330",
    "",
    " ",
    "constructor",
    "__proto__",
  ])("%j, which is no code of a portal, leaves it open", (code) => {
    expect(certaintyOf([code])).toBe("unknown");
  });

  it.each(["312", "315", "301", "444", "999"])("%s refuses at ewayapi; elsewhere it is a GSP's", (code) => {
    expect(certaintyOf([code], "ewayapi")).toBe("refused");
    expect(certaintyOf([code])).toBe("unknown");
  });

  it.each([
    [[], "unknown"],
    [["2233", "2150"], "unknown"],
    [["2150", "1005"], "unknown"],
    [["1005", "2233"], "not-sent"],
    [["2233", "2194"], "refused"],
    [["2233", "some text"], "unknown"],
  ])("of several codes the least certain counts: %j", (codes, certainty) => {
    expect(certaintyOf(codes)).toBe(certainty);
  });
});

describe("what helps against a code", () => {
  it.each([
    ["1005", "reauth"],
    ["238", "reauth"],
    ["1019", "surface"],
    ["2146", "retry"],
    ["3108", "retry"],
    ["3095", "surface"],
    ["2150", "reconcile"],
    ["2154", "reconcile"],
    ["2278", "surface"],
    ["3028", "sync"],
    ["3029", "sync"],
    ["2143", "other-portal"],
    ["2148", "other-portal"],
    ["4003", "other-portal"],
    ["444", "other-portal"],
    ["2233", "surface"],
    ["8888", "surface"],
    ["CT_302", "surface"],
  ])("%s: %s", (code, action) => {
    expect(actionOf(code)).toBe(action);
  });

  it.each([
    ["1010", "auth"],
    ["2233", "validation"],
    ["2295", "duplicate"],
    ["5001", "transient"],
    ["658", "rate"],
    ["2305", "business"],
    ["8888", undefined],
    ["__proto__", undefined],
  ])("%s is of the category %s", (code, category) => {
    expect(categoryOf(code)).toBe(category);
  });
});

describe("a login", () => {
  it.each(["1008", "1010", "1013", "1014", "1016", "1017", "1018", "1019", "1020", "3000", "3002"])(
    "is not repeated after %s",
    (code) => {
      expect(isCredentialRefusal(code)).toBe(true);
    },
  );

  it.each(["1005", "1004", "1006", "1015", "3108", "3095", "5001", "2150", "", "HTTP_401"])(
    "is not given up for good after %j",
    (code) => {
      expect(isCredentialRefusal(code)).toBe(false);
    },
  );
});

it("a taxpayer is synchronised for 3028 and 3029, among others too", () => {
  expect(needsSync(errors("3029"))).toBe(true);
  expect(needsSync(errors("2233", "3028"))).toBe(true);
  expect(needsSync(errors("2233", "3074"))).toBe(false);
  expect(needsSync([])).toBe(false);
});

it("a token is replaced for the codes of both hosts", () => {
  for (const code of ["1005", "105", "106", "238"]) expect(needsToken(errors(code))).toBe(true);
  expect(needsToken(errors("1015", "1019"))).toBe(false);
});

it.each([
  [["3108"], 60],
  [["3108", "118"], 300],
  [["GEN5005"], 60],
  [["3095"], 0],
  [["1005", "2233"], 0],
  [[], 0],
])("after %j a caller keeps away for %i s", (codes, seconds) => {
  expect(pauseSeconds(errors(...codes))).toBe(seconds);
});
