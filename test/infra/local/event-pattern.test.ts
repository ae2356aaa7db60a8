import { describe, expect, it } from "vitest";
import { eventPattern, parseEventPattern } from "../../../infra/local/engines/event-pattern.ts";

const event = {
  source: "einvoice",
  "detail-type": "irn.generated",
  detail: {
    gstin: "29ABCDE1234F1Z5",
    total: 300,
    retried: false,
    parent: null,
    tags: ["export", "sez"],
    items: [{ hsn: "1001" }, { hsn: "8471" }],
    file: "in\\out*.json",
  },
};

const matches = (detail: object) => eventPattern({ detail })(event);

describe("what matches", () => {
  it.each<[string, object]>([
    ["an exact string", { gstin: ["29ABCDE1234F1Z5"] }],
    ["one of several", { gstin: ["x", "29ABCDE1234F1Z5"] }],
    ["a number", { total: [300] }],
    ["a boolean", { retried: [false] }],
    ["null", { parent: [null] }],
    ["an element of an array", { tags: ["sez"] }],
    ["a field of an object in an array", { items: { hsn: ["8471"] } }],
    ["a prefix", { gstin: [{ prefix: "29" }] }],
    ["a prefix whatever its case", { gstin: [{ prefix: { "equals-ignore-case": "29abc" } }] }],
    ["a suffix", { gstin: [{ suffix: "Z5" }] }],
    ["a suffix whatever its case", { gstin: [{ suffix: { "equals-ignore-case": "z5" } }] }],
    ["text whatever its case", { gstin: [{ "equals-ignore-case": "29abcde1234f1z5" }] }],
    ["a wildcard", { gstin: [{ wildcard: "29*F1*" }] }],
    ["an escaped star and backslash", { file: [{ wildcard: "in\\\\out\\*.*" }] }],
    ["anything but a value", { gstin: [{ "anything-but": "x" }] }],
    ["anything but a list", { total: [{ "anything-but": [1, 2] }] }],
    ["anything but a prefix", { gstin: [{ "anything-but": { prefix: "07" } }] }],
    ["anything but a list of suffixes", { gstin: [{ "anything-but": { suffix: ["Z1", "Z2"] } }] }],
    ["anything but a wildcard", { gstin: [{ "anything-but": { wildcard: "07*" } }] }],
    ["anything but a value of other case", { gstin: [{ "anything-but": { "equals-ignore-case": ["x", "y"] } }] }],
    ["a comparison", { total: [{ numeric: [">=", 300] }] }],
    ["a range", { total: [{ numeric: [">", 0, "<=", 300] }] }],
    ["presence", { total: [{ exists: true }] }],
    ["presence of null", { parent: [{ exists: true }] }],
    ["absence", { nothing: [{ exists: false }] }],
    ["absence or a value", { total: [{ exists: false }, 300] }],
    ["one of two patterns", { $or: [{ total: [1] }, { gstin: [{ prefix: "29" }] }] }],
  ])("%s", (_, detail) => {
    expect(matches(detail)).toBe(true);
  });
});

describe("what does not match", () => {
  it.each<[string, object]>([
    ["another string", { gstin: ["x"] }],
    ["a number as text", { total: ["300"] }],
    ["an absent field", { nothing: ["x"] }],
    ["a null where there is nothing", { nothing: [null] }],
    ["anything but an absent field", { nothing: [{ "anything-but": "x" }] }],
    ["anything but its own value", { gstin: [{ "anything-but": ["29ABCDE1234F1Z5"] }] }],
    ["anything but its own prefix", { gstin: [{ "anything-but": { prefix: ["07", "29"] } }] }],
    ["a prefix of other case", { gstin: [{ prefix: "29abc" }] }],
    ["a prefix of a number", { total: [{ prefix: "3" }] }],
    ["a wildcard that is a literal star", { gstin: [{ wildcard: "29\\*" }] }],
    ["a dot as any character", { gstin: [{ wildcard: "29.*" }] }],
    ["below a range", { total: [{ numeric: [">", 300, "<", 400] }] }],
    ["a number that is a boolean", { retried: [{ numeric: ["=", 0] }] }],
    ["presence of an object's own node", { items: { nothing: [{ exists: true }] } }],
    ["absence of what is there", { total: [{ exists: false }] }],
    ["one field of two", { total: [300], gstin: ["x"] }],
    ["neither of two patterns", { $or: [{ total: [1] }, { total: [2] }] }],
    ["one of two patterns but not its neighbour", { total: [1], $or: [{ total: [300] }, { total: [2] }] }],
  ])("%s", (_, detail) => {
    expect(matches(detail)).toBe(false);
  });
});

describe("what is refused", () => {
  it.each<[string, unknown]>([
    ["an unknown operator", { detail: { ip: [{ cidr: "10.0.0.0/8" }] } }],
    ["a misspelt operator", { detail: { total: [{ Prefix: "2" }] } }],
    ["an unknown operator under anything-but", { detail: { total: [{ "anything-but": { numeric: [1] } }] } }],
    ["two operators at once", { detail: { total: [{ prefix: "2", suffix: "3" }] } }],
    ["a bare value", { source: "einvoice" }],
    ["an empty array", { source: [] }],
    ["an empty pattern", {}],
    ["an array", []],
    ["a prefix that is no text", { source: [{ prefix: 1 }] }],
    ["an unknown comparison", { detail: { total: [{ numeric: ["!=", 1] }] } }],
    ["half a comparison", { detail: { total: [{ numeric: [">"] }] } }],
    ["a range upside down", { detail: { total: [{ numeric: ["<", 1, ">", 0] }] } }],
    ["a comparison with text", { detail: { total: [{ numeric: [">", "1"] }] } }],
    ["exists without a boolean", { detail: { total: [{ exists: "yes" }] } }],
    ["an $or of one", { $or: [{ source: ["x"] }] }],
    ["consecutive stars", { source: [{ wildcard: "a**" }] }],
    ["a nested array", { source: [["x"]] }],
  ])("%s", (_, pattern) => {
    expect(() => eventPattern(pattern)).toThrow(/Event pattern is not valid/);
  });

  it("text that is not JSON", () => {
    expect(() => parseEventPattern("{")).toThrow(/Event pattern is not valid/);
  });
});
