import { describe, expect, it } from "vitest";
import { Envelope, openData, sealData } from "../../../../shared/irp/nic/envelope.ts";
import { seal } from "./a-portal.ts";

const SEK = Buffer.alloc(32, 7);
const details = [
  { ErrorCode: "2150", ErrorMessage: "Duplicate IRN" },
  { ErrorCode: 2233, ErrorMessage: null },
  { ErrorCode: "5002" },
];
const read = [
  { code: "2150", message: "Duplicate IRN" },
  { code: "2233", message: "" },
  { code: "5002", message: "" },
];
const json = JSON.stringify(details);

describe("the envelope", () => {
  it.each([
    [1, 1],
    ["1", 1],
    [0, 0],
    ["0", 0],
  ])("takes the Status %j for %i", (Status, number) => {
    expect(Envelope.parse({ Status, Data: null, ErrorDetails: null }).Status).toBe(number);
  });

  it.each([
    {},
    { Status: null },
    { Status: 2 },
    { Status: "" },
    { Status: true },
    { Status: "Success" },
    { status: 1 },
    { status_cd: "0", status_desc: "gateway" },
    { message: "Endpoint request timed out" },
    null,
    undefined,
    [],
    "1",
    1,
  ])("does not take %j for a portal's answer", (body) => {
    expect(Envelope.safeParse(body).success).toBe(false);
  });

  it.each([
    ["a list", details],
    ["JSON text", json],
    ["base64 of JSON text", Buffer.from(json).toString("base64")],
  ])("reads ErrorDetails that are %s", (_, ErrorDetails) => {
    expect(Envelope.parse({ Status: 0, Data: null, ErrorDetails }).ErrorDetails).toEqual(read);
  });

  it.each([
    null,
    undefined,
    "",
    "text",
    "e30=",
    {},
    5,
    [null],
    ["2150"],
    [{ ErrorMessage: "no code" }],
    "[",
    "bnVsbA==",
  ])("reads no errors from %j", (ErrorDetails) => {
    expect(Envelope.parse({ Status: 0, Data: null, ErrorDetails }).ErrorDetails).toEqual([]);
  });

  it.each([
    ["a list", [{ InfCd: "DUPIRN", Desc: { Irn: "a" } }]],
    ["one object", { InfCd: "DUPIRN", Desc: { Irn: "a" } }],
    ["JSON text", JSON.stringify([{ InfCd: "DUPIRN", Desc: JSON.stringify({ Irn: "a" }) }])],
    ["a list with something else in it", ["x", null, { InfCd: "DUPIRN", Desc: { Irn: "a" } }, { Desc: 1 }]],
  ])("reads InfoDtls that are %s", (_, InfoDtls) => {
    expect(Envelope.parse({ Status: 0, InfoDtls }).InfoDtls).toEqual([{ code: "DUPIRN", description: { Irn: "a" } }]);
  });

  it.each([null, undefined, "", "text", 5, true, [], {}])("reads no infos from %j", (InfoDtls) => {
    expect(Envelope.parse({ Status: 1, InfoDtls }).InfoDtls).toEqual([]);
  });

  it("keeps the code of an error whose message is none", () => {
    const ErrorDetails = { ErrorCode: " 2150 ", ErrorMessage: { text: "Duplicate" } };
    expect(Envelope.parse({ Status: 0, ErrorDetails }).ErrorDetails).toEqual([{ code: "2150", message: "" }]);
  });

  it("takes an answer whose other members are missing, or more than known", () => {
    expect(Envelope.parse({ Status: 0 })).toMatchObject({ Status: 0, ErrorDetails: [] });
    expect(Envelope.parse({ Status: 1, Data: "x", Alert: "a" })).toMatchObject({ Data: "x", Alert: "a" });
  });
});

describe("the data", () => {
  it("are sealed as published", () => {
    const sek = Buffer.from(Array.from({ length: 32 }, (_, i) => 32 + i));
    const Irn = "afdcc32a0eaa3a054cffcd251884d3e3f4f726b75c8943e7d35fbabc82f05d8a";
    const sealed =
      "uPKEKGxOVTRJ1H+g9gkvJFlTHcAVcYBKzW5YVmTp6NRYqCAuu6wf1C8dbi0u19m3H8hHMu6YxU7d0WKKpmLhMpq1aZcDHA65pourpr5fy2fxfj7fjQmhe34055IK2BdsLLeJ2KFsWWII4bornFKhdw==";

    expect(sealData(sek, { Irn, CnlRsn: "1", CnlRem: "Wrong entry" })).toBe(sealed);
    expect(openData(sek, sealed)).toEqual({ Irn, CnlRsn: "1", CnlRem: "Wrong entry" });
  });

  const payload = { Irn: "a", Text: "₹ उदाहरण", List: [1] };

  it.each([
    ["JSON", JSON.stringify(payload)],
    ["JSON with space around", ` ${JSON.stringify(payload)}\n`],
    ["base64 of JSON", Buffer.from(JSON.stringify(payload)).toString("base64")],
  ])("are read from %s", (_, plain) => {
    expect(openData(SEK, seal(SEK, plain))).toEqual(payload);
  });

  it.each([
    ["nothing", null],
    ["an object", payload],
    ["plain JSON", JSON.stringify(payload)],
    ["what another key encrypted", seal(Buffer.alloc(32, 8), JSON.stringify(payload))],
    ["encrypted text", seal(SEK, "<html>")],
    ["encrypted nothing", seal(SEK, "")],
    ["truncated JSON", seal(SEK, '{"Irn":"a')],
    ["truncated base64 of JSON", seal(SEK, Buffer.from('{"Irn":"a').toString("base64"))],
  ])("are not read from %s", (_, data) => {
    expect(() => openData(SEK, data)).toThrow();
  });
});
