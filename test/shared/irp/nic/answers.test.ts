import { describe, expect, it } from "vitest";
import type { Irp } from "../../../../shared/irp/irp.ts";
import { START, seal, success } from "./a-portal.ts";
import { anIrp, EWB_NO, IRN, operationNames, operations } from "./an-irp.ts";

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

/** What the operation makes of an answer. */
async function read(name: keyof Irp, answer: (sek: Buffer) => unknown) {
  const { irp } = await anIrp({ answer: ({ sek }) => answer(sek) });
  return operations[name].ask(irp);
}

/** The same with other members in the data. */
function readData(name: keyof Irp, members: object | null, info: object = {}) {
  const data = members === null || Array.isArray(members) ? members : { ...Object(operations[name].data), ...members };
  const inSmall = (sek: Buffer) => ({ status: "1", data: seal(sek, JSON.stringify(data)) });
  return read(name, (sek) => (name === "cancelEwayBill" ? inSmall(sek) : { ...success(sek, data), ...info }));
}

const infos = (...entries: [string, unknown][]) => ({
  InfoDtls: entries.map(([InfCd, Desc]) => ({ InfCd, Desc })),
});

describe("the e-way bill beside a registration", () => {
  const BILL = { EwbNo: 181012345678, EwbDt: "2026-08-18 14:31:00", EwbValidTill: null };
  const bill = { ewbNo: EWB_NO, madeAt: "2026-08-18T14:31:00+05:30" };
  const errors = [{ code: "4013", message: "Distance" }];
  const listed = [{ ErrorCode: "4013", ErrorMessage: "Distance" }];

  it.each<[string, object, object, unknown]>([
    ["made", BILL, {}, bill],
    ["made, its number as text", { ...BILL, EwbNo: EWB_NO }, {}, bill],
    [
      "made, and valid",
      { ...BILL, EwbValidTill: "20/08/2026 11:59:00 PM" },
      {},
      { ...bill, validTill: "2026-08-20T23:59:00+05:30" },
    ],
    ["made, with no validity but an empty one", { ...BILL, EwbValidTill: "" }, {}, bill],
    [
      "made, with the portal's distance",
      BILL,
      infos(["EWBALERT", "x"], ["EWBPPD", "Pin-Pin calc distance: 2467KM"]),
      { ...bill, distanceKm: 2467 },
    ],
    ["made, with a distance that is none", BILL, infos(["EWBPPD", "Pin-Pin calc distance: unknown"]), bill],
    ["failed: a list", {}, infos(["EWBERR", listed]), { errors }],
    ["failed: one object", {}, infos(["EWBERR", listed[0]]), { errors }],
    ["failed: JSON text", {}, infos(["EWBERR", JSON.stringify(listed)]), { errors }],
    ["failed: base64", {}, infos(["EWBERR", base64(listed)]), { errors }],
    ["failed: InfoDtls as one object", {}, { InfoDtls: { InfCd: "EWBERR", Desc: listed } }, { errors }],
    ["failed: InfoDtls as text", {}, { InfoDtls: JSON.stringify(infos(["EWBERR", listed]).InfoDtls) }, { errors }],
    [
      "failed: beside an entry that is none",
      {},
      { InfoDtls: [null, 5, { InfCd: "EWBERR", Desc: listed }] },
      { errors },
    ],
    ["failed for a reason that cannot be read", {}, infos(["EWBERR", "no reason"]), { errors: [] }],
    ["not spoken of", {}, {}, undefined],
    ["not spoken of, nor anything else", {}, { InfoDtls: 5 }, undefined],
    ["not readable for its number", { ...BILL, EwbNo: 1.5 }, {}, undefined],
    ["not readable for a number that JSON cannot hold", { ...BILL, EwbNo: 2 ** 60 }, {}, undefined],
    ["not readable for its date", { ...BILL, EwbDt: "yesterday" }, {}, undefined],
  ])("is %s", async (_, members, info, ewayBill) => {
    const value = { ...Object(operations.generate.value), ...(ewayBill ? { ewayBill } : {}) };
    expect(await readData("generate", members, info)).toEqual({ is: "ok", value });
  });

  it("tells the distance of a bill of its own too", async () => {
    const answer = await readData("makeEwayBill", {}, infos(["EWBPPD", "Pin-Pin calc distance: 7.5 km"]));
    expect(answer).toMatchObject({ is: "ok", value: { distanceKm: 7.5 } });
  });
});

describe("what stands in the way", () => {
  const AckNo = { AckNo: 112010000002315, AckDt: "2020-02-10 13:25:00" };
  const refused = (ErrorCode: string, info: object) => ({
    Status: 0,
    Data: null,
    ErrorDetails: [{ ErrorCode, ErrorMessage: "taken" }],
    ...info,
  });

  it.each<[string, string, object, unknown]>([
    ["2150 with DUPIRN", "2150", infos(["DUPIRN", { ...AckNo, Irn: IRN }]), { irn: IRN }],
    ["2278 with DUPIRN", "2278", infos(["DUPIRN", { ...AckNo, Irn: IRN }]), { irn: IRN }],
    [
      "2295 with DUPIRNGLP",
      "2295",
      infos(["DUPIRNGLP", { Irn: IRN, AckNo: null, AckDt: null, IrnDtl: { RegIrp: "EY" } }]),
      { irn: IRN, irp: "EY" },
    ],
    ["an IRP alone", "2295", infos(["DUPIRNGLP", { IrnDtl: { RegIrp: "NIC101" } }]), { irp: "NIC101" }],
    ["JSON text", "2150", infos(["DUPIRN", JSON.stringify({ Irn: IRN })]), { irn: IRN }],
    ["one object", "2150", { InfoDtls: { InfCd: "DUPIRN", Desc: { Irn: IRN } } }, { irn: IRN }],
    ["behind another", "2150", infos(["ADDNLNFO", "x"], ["DUPIRN", { Irn: IRN }]), { irn: IRN }],
    ["what is no IRN", "2150", infos(["DUPIRN", { Irn: "x", IrnDtl: { RegIrp: "" } }]), undefined],
    ["nothing", "2150", { InfoDtls: null }, undefined],
    ["text", "2150", infos(["DUPIRN", "an IRN"]), undefined],
  ])("is told by %s", async (_, code, info, existing) => {
    expect(await read("generate", () => refused(code, info))).toEqual({
      is: "unknown",
      errors: [{ code, message: "taken" }],
      reason: expect.stringContaining(code),
      ...(existing ? { existing } : {}),
    });
  });
});

describe("rejected IRNs", () => {
  const refused = (...codes: string[]) => ({ Status: 0, ErrorDetails: codes.map((ErrorCode) => ({ ErrorCode })) });

  it.each<[string, (sek: Buffer) => unknown]>([
    ["2296", () => refused("2296")],
    ["an empty list", (sek) => success(sek, [])],
    ["null, encrypted", (sek) => success(sek, null)],
    ["null", () => ({ Status: 1, Data: null })],
    ["no data", () => ({ Status: "1" })],
  ])("are none by %s", async (_, answer) => {
    expect(await read("rejected", answer)).toEqual({ is: "ok", value: [] });
  });

  it.each<[string, (sek: Buffer) => unknown, string]>([
    ["another refusal", () => refused("2293"), "refused"],
    ["another refusal beside it", () => refused("2296", "2293"), "refused"],
    ["a refusal without a code", () => refused(), "unknown"],
    ["a list of something else", (sek) => success(sek, [IRN, 5]), "unknown"],
    ["an object", (sek) => success(sek, {}), "unknown"],
  ])("are not none by %s", async (_, answer, is) => {
    expect(await read("rejected", answer)).toMatchObject({ is });
  });

  it("of any other call 2296 is a refusal", async () => {
    expect(await read("byDocument", () => refused("2296"))).toMatchObject({ is: "refused" });
  });
});

describe("an answer about something else than was asked", () => {
  it.each<[keyof Irp, object]>([
    ["cancel", { Irn: "b".repeat(64) }],
    ["cancelEwayBill", { ewayBillNo: "181012345679" }],
    ["taxpayer", { Gstin: "29AAAZA0001A1ZI" }],
    ["syncTaxpayer", { Gstin: "29AAAZA0001A1ZI" }],
  ])("is none: %s", async (name, members) => {
    expect(await readData(name, members)).toMatchObject({ is: "unknown", errors: [] });
  });

  it("is not one for its capitals", async () => {
    expect(await readData("cancel", { Irn: IRN.toUpperCase() })).toMatchObject({ is: "ok" });
    expect(await readData("cancelEwayBill", { ewayBillNo: 181012345678 })).toMatchObject({ is: "ok" });
  });
});

describe("a taxpayer", () => {
  it.each<[string, object, object]>([
    ["blocked", { BlkStatus: "B" }, { ewayBillBlocked: true }],
    ["not blocked by null", { BlkStatus: null }, { ewayBillBlocked: false }],
    ["of a state below ten", { StateCode: 7 }, { stateCode: "07" }],
    ["of a state in text", { StateCode: "07" }, { stateCode: "07" }],
    ["with a PIN code in text", { AddrPncd: "411001" }, { pin: "411001" }],
    [
      "with days in the other order",
      { DtReg: "01/07/2018", DtDReg: "31/03/2026" },
      { registeredOn: "2018-07-01", deregisteredOn: "2026-03-31" },
    ],
    ["with days that have a time", { DtReg: "2018-07-01 00:00:00" }, { registeredOn: "2018-07-01" }],
    ["without a trade name", { TradeName: null }, { tradeName: "" }],
    ["without an address", { AddrBno: null, AddrBnm: "", AddrSt: " ", AddrLoc: undefined }, { address: "" }],
  ])("is read: %s", async (_, members, expected) => {
    expect(await readData("taxpayer", members)).toMatchObject({ is: "ok", value: expected });
  });

  it.each([
    ["a PIN code", { AddrPncd: null }, "pin"],
    ["a PIN code but 0", { AddrPncd: 0 }, "pin"],
    ["a day of registration", { DtReg: "" }, "registeredOn"],
    ["a day that is none", { DtReg: "2018-02-30" }, "registeredOn"],
  ])("may lack %s", async (_, members, member) => {
    const answer = await readData("taxpayer", members);
    expect(answer).toMatchObject({ is: "ok" });
    expect(answer).not.toHaveProperty(["value", member]);
  });
});

describe("a quota", () => {
  it.each([
    ["3108", 60],
    ["4062", 60],
    ["GEN5005", 60],
  ])("%s says when to come again", async (ErrorCode, seconds) => {
    const answer = await read("generate", () => ({ Status: 0, ErrorDetails: [{ ErrorCode }] }));
    expect(answer).toMatchObject({ is: "not-sent", retryAt: new Date(START.getTime() + seconds * 1000) });
  });

  it("118 of the e-way bill system wants five minutes, and a suspension no time at all", async () => {
    const answer = await read("cancelEwayBill", () => ({ status: 0, error: base64({ errorCodes: "118," }) }));
    expect(answer).toMatchObject({ is: "not-sent", retryAt: new Date(START.getTime() + 300_000) });
    const suspended = await read("generate", () => ({ Status: 0, ErrorDetails: [{ ErrorCode: "3095" }] }));
    expect(suspended).not.toHaveProperty("retryAt");
  });
});

describe("the reason of an answer that cannot be read", () => {
  it("names the members", async () => {
    expect(await readData("generate", { Irn: 5, SignedInvoice: null })).toMatchObject({
      reason: "unreadable answer: Irn, SignedInvoice",
    });
    expect(await read("generate", () => ({ message: "Endpoint request timed out" }))).toMatchObject({
      reason: "unreadable answer: Status",
    });
  });

  it.each(operationNames.filter((name) => operations[name].needs.length > 0))(
    "quotes nothing of it: %s",
    async (name) => {
      const secret = "secret-of-the-payload";
      const answers = await Promise.all([
        readData(name, Object.fromEntries(operations[name].needs.map((member) => [member, { secret }]))),
        read(name, (sek) => {
          const sealed = seal(sek, `<${secret}>`);
          return { Status: 1, Data: sealed, status: 1, data: sealed };
        }),
        read(name, () => Promise.reject(new SyntaxError(`Unexpected token in ${secret}`))),
        read(name, () => ({ Status: secret })),
      ]);

      for (const answer of answers) {
        expect(answer).toEqual({ is: "unknown", errors: [], reason: expect.stringMatching(/./) });
        expect(JSON.stringify(answer)).not.toContain(secret.slice(0, 6));
      }
    },
  );
});
