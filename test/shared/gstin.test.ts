import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCharacter, Gstin, gstinKind, hasGstinLayout } from "../../shared/gstin.ts";

const CHARACTERS = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** The first 14 characters of every layout. */
const first14 = fc.oneof(
  fc.stringMatching(/^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABD-J]$/),
  fc.stringMatching(/^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C$/),
  fc.stringMatching(/^[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D$/),
  fc.stringMatching(/^[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N$/),
  fc.stringMatching(/^[0-9]{4}[A-Z]{3}[0-9]{5}NR$/),
  fc.stringMatching(/^99[0-9]{2}[A-Z]{3}[0-9]{5}OS$/),
);
const gstin = first14.map((body) => body + checkCharacter(body));

describe("Gstin", () => {
  it.each([
    "27AAPFU0939F1ZV",
    "29AAACP7879D1Z0",
    "37AABCA7365E2ZP",
    "07AAACS0189B2ZP",
    "11AAACT5131A2Z9",
    "06AAACI6657G1ZJ",
    "07AAACT0835D1ZS",
    "36AAECF1151A1ZC",
    "05AAABB0639G1Z8",
    "27AAAZA0001A1ZM",
  ])("takes %s", (text) => {
    expect(Gstin.parse(text)).toBe(text);
  });

  it.each(["24AAPFU0939F1ZV", "29AWGPV7107B1Z1"])("refuses %s for its check character alone", (text) => {
    expect(messagesOf(text)).toEqual(["check character does not match"]);
  });

  it.each([
    "",
    "URP",
    "27AAAZA0001A1Z",
    "27AAAZA0001A1ZMM",
    "27aaaza0001a1zm",
    " 27AAAZA0001A1ZM",
    "27AAAZA0001A1ZM\n",
  ])("refuses %j for its layout alone", (text) => {
    expect(messagesOf(text)).toEqual(["not in GSTIN layout"]);
  });

  it("takes any text in layout that ends in its check character", () => {
    fc.assert(fc.property(gstin, (text) => Gstin.safeParse(text).success));
  });

  it("takes a government department's id when its last digit is the check character", () => {
    const body = fc.stringMatching(/^[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z$/);
    fc.assert(
      fc.property(
        body,
        (text) => Gstin.safeParse(text + checkCharacter(text)).success === /\d/.test(checkCharacter(text)),
      ),
    );
  });

  it("notices any single wrong character", () => {
    fc.assert(
      fc.property(gstin, fc.nat(14), fc.constantFrom(...CHARACTERS), (text, at, character) => {
        fc.pre(text.charAt(at) !== character);
        return !Gstin.safeParse(text.slice(0, at) + character + text.slice(at + 1)).success;
      }),
    );
  });
});

describe("checkCharacter", () => {
  it.each([
    ["24AAPFU0939F1Z", "1"],
    ["29AWGPV7107B1Z", "F"],
    ["01AMBPG7773M00", "Y"],
  ])("of %s is %s", (body, character) => {
    expect(checkCharacter(body)).toBe(character);
  });

  it("asks for fourteen digits and capitals", () => {
    expect(() => checkCharacter("27AAAZA0001A1")).toThrow(RangeError);
    expect(() => checkCharacter("27aaaza0001a1z")).toThrow(RangeError);
  });
});

describe("gstinKind", () => {
  it.each([
    ["27AAAZA0001A1ZM", "regular"],
    ["27AAAZA0001A1C1", "tcs"],
    ["27AAAZA0001A1D1", "tds"],
    ["27AAAZ00001A1D1", "tds"],
    ["27AAAZ00001A1Z1", "government"],
    ["2717UNO00001UN1", "uin"],
    ["2717UNO00001ON1", "uin"],
    ["2717USA00001NR1", "non-resident"],
    ["9917USA00001OS1", "oidar"],
  ])("tells %s as %s without the check character", (text, kind) => {
    expect(gstinKind(text)).toBe(kind);
    expect(hasGstinLayout(text)).toBe(true);
  });

  it("knows none for an unregistered person or an OIDAR id of a state", () => {
    expect(gstinKind("URP")).toBeUndefined();
    expect(gstinKind("2717USA00001OS1")).toBeUndefined();
    expect(hasGstinLayout("URP")).toBe(false);
  });
});

function messagesOf(text: string): string[] {
  return Gstin.safeParse(text).error?.issues.map((issue) => issue.message) ?? [];
}
