import { describe, expect, it } from "vitest";
import { certaintyOf } from "../../../shared/irp/codes.ts";

describe("certaintyOf", () => {
  it.each(["2233", "2194", "2169", "2305", "3028", "2148", "2154", "2283", "9999", "0000"])("%s refuses", (code) => {
    expect(certaintyOf([code])).toBe("refused");
  });

  it.each([
    ...["1004", "1005", "1006", "1008", "1010", "1011", "1012", "1014", "1015", "1017", "1018", "1019"],
    ...["3095", "3096", "3108", "3109", "_3109", "4062", "GEN5005"],
  ])("%s turns the call away before the document is looked at", (code) => {
    expect(certaintyOf([code])).toBe("not-sent");
  });

  it.each(["2139", "2140", "2146", "2147", "2150", "2278", "2295", "5001", "5002"])("%s leaves it open", (code) => {
    expect(certaintyOf([code])).toBe("unknown");
  });

  it.each([
    "CT_302",
    "GEN5008",
    "GSPGSTDOWN",
    "GSPERR300",
    "SYS_5001",
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

  it.each([
    [[], "unknown"],
    [["2233", "2150"], "unknown"],
    [["2150", "1005"], "unknown"],
    [["1005", "2233"], "not-sent"],
    [["2233", "2194"], "refused"],
  ])("of several codes the least certain counts: %j", (codes, certainty) => {
    expect(certaintyOf(codes)).toBe(certainty);
  });
});
