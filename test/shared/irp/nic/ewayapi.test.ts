import { describe, expect, it } from "vitest";
import { ewayapiDialect } from "../../../../shared/irp/nic/ewayapi.ts";
import { ewayapiRefusal } from "./a-portal.ts";

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("an answer of ewayapi", () => {
  it.each(["1", 1])("succeeds by the status %j", (status) => {
    expect(ewayapiDialect.open({ status, data: "sealed" })).toEqual({
      isSuccess: true,
      data: "sealed",
      errors: [],
      infos: [],
    });
  });

  it.each([
    ["a comma behind", "312,", [{ code: "312", message: "" }]],
    ["no comma", "312", [{ code: "312", message: "" }]],
    ["several codes", "312, 315 ,", ["312", "315"].map((code) => ({ code, message: "" }))],
    ["words before", "Cannot be cancelled : 315,", [{ code: "315", message: "Cannot be cancelled" }]],
    ["words with a colon before", "Note: later : 315", [{ code: "315", message: "Note: later" }]],
  ])("lists codes with %s", (_, errorCodes, errors) => {
    expect(ewayapiDialect.open(ewayapiRefusal(errorCodes))).toMatchObject({ isSuccess: false, errors });
  });

  it.each([
    ["words alone", base64({ errorCodes: "Cannot be cancelled" })],
    ["words behind", base64({ errorCodes: "315 : Cannot be cancelled" })],
    ["a code and words", base64({ errorCodes: "315, and another" })],
    ["nothing", base64({ errorCodes: "" })],
    ["no errorCodes", base64({ info: "312" })],
    ["no object", base64("312,")],
    ["text", "down for maintenance"],
    ["null", null],
  ])("with %s has no code to go by", (_, error) => {
    expect(ewayapiDialect.open({ status: "0", error })).toMatchObject({ isSuccess: false, errors: [] });
  });

  it.each([
    ["plain JSON text", JSON.stringify({ errorCodes: "312," })],
    ["an object", { errorCodes: 312 }],
  ])("may hold its codes as %s", (_, error) => {
    expect(ewayapiDialect.open({ status: 0, error }).errors).toEqual([{ code: "312", message: "" }]);
  });

  it.each([{}, { Status: 1 }, { status: "2", data: "x" }, { status_cd: "0" }, { message: "time-out" }, null, "1", []])(
    "is not %j",
    (body) => {
      expect(() => ewayapiDialect.open(body)).toThrow();
    },
  );
});
