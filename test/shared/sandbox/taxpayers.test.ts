import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Gstin } from "../../../shared/gstin.ts";
import { TAXPAYERS, taxpayerWith, UNKNOWN_GSTIN } from "../../../shared/sandbox/taxpayers.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { BUYER_GSTIN, codesOf, dataOf, generate, get, logIn, plainOf } from "./a-client.ts";
import { aSandbox } from "./a-sandbox.ts";

const ALL = [...TAXPAYERS.map(({ gstin }) => gstin), UNKNOWN_GSTIN];
/** IGST, for supplies that leave the state or go to a SEZ. */
const IGST = {
  ItemList: anInvoice().ItemList.map(({ CgstAmt: _, SgstAmt: __, ...line }) => ({ ...line, IgstAmt: 180 })),
  ValDtls: { AssVal: 1000, CgstVal: 0, SgstVal: 0, IgstVal: 180, TotInvVal: 1180 },
};

async function codesFor({ seller = "27AAAZA0001A1ZM", buyer = BUYER_GSTIN, ...blocks }) {
  const { send } = aSandbox();
  const token = await logIn(send, { gstin: seller });
  const invoice = anInvoice({ SellerDtls: { Gstin: seller }, BuyerDtls: { Gstin: buyer }, ...blocks });
  return codesOf(await generate(send, token, invoice));
}

describe("the seeded taxpayers", () => {
  it.each(ALL)("%s has the right check digit and a PAN of nobody's kind", (gstin) => {
    expect(Gstin.safeParse(gstin).success).toBe(true);
    expect(gstin.charAt(5)).toBe("Z");
  });

  it("stand once each, and in none of the vectors", () => {
    const folder = "test/vectors/invoices";
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
    const vectors = files.map((file) => readFileSync(`${folder}/${file}`, "utf8"));
    expect(new Set(ALL).size).toBe(ALL.length);
    expect(ALL.filter((gstin) => vectors.some((text) => text.includes(gstin)))).toEqual([]);
  });

  it.each([
    ["27AAAZA0001A1ZM", "regular"],
    ["01AMBPG7773M002", "regular"],
    ["29AAAZC0003C1CA", "tcs"],
    ["29AAAZ00003C1DA", "tds"],
    ["0717USA12345UNF", "uin"],
  ])("are not the only ones: %s counts as %s", (gstin, type) => {
    expect(taxpayerWith(gstin, false)).toMatchObject({ status: "active", type });
  });

  it.each(["271111111111111", "27AAAAAAAAAAAAA", UNKNOWN_GSTIN])("%s is nobody's", (gstin) => {
    expect(taxpayerWith(gstin, true)).toBe("nobody");
  });
});

describe("a seller", () => {
  it.each([
    ["27SBXZU0002U1ZP", ["2231"]],
    ["27SBXZI0004I1ZN", ["2300"]],
    ["27SBXZC0005C1Z5", ["2300"]],
    ["27SBXZX0007X1ZB", ["3029"]],
    ["27SBXZS0012S1ZT", ["3029"]],
    ["27SBXZN0013N1Z7", ["3029"]],
    ["27SBXZN0014N1Z6", ["3029"]],
    ["27SBXZQ0015Q1ZW", ["3028"]],
    ["27SBXZQ0016Q1ZV", ["3028"]],
    ["27SBXZR0001R1ZZ", []],
    ["27SBXZK0018K1ZB", []],
  ])("%s is answered with %j", async (seller, codes) => {
    expect(await codesFor({ seller })).toEqual(codes);
  });

  it("may be a SEZ developer, with IGST", async () => {
    expect(await codesFor({ seller: "27SBXZD0003D1Z4", ...IGST })).toEqual([]);
  });
});

describe("a buyer", () => {
  it.each([
    ["27SBXZX0007X1ZB", ["3074"]],
    ["27SBXZX0008X1ZA", []],
    ["27SBXZX0009X1Z9", ["3075"]],
    ["27SBXZX0010X1ZG", ["3078"]],
    ["27SBXZX0011X1ZF", ["3077"]],
    ["27SBXZS0012S1ZT", []],
    ["27SBXZN0013N1Z7", ["3076"]],
    ["27SBXZN0014N1Z6", ["3076"]],
    ["27SBXZL0017L1Z9", ["3079"]],
    ["27SBXZQ0015Q1ZW", ["3028"]],
    ["27SBXZR0001R1ZZ", []],
  ])("%s is answered with %j", async (buyer, codes) => {
    expect(await codesFor({ buyer })).toEqual(codes);
  });

  it.each([
    ["2247", "SEZWP", "27SBXZR0001R1ZZ"],
    ["2246", "DEXP", "27SBXZD0003D1Z4"],
    ["2298", "DEXP", "27SBXZC0005C1Z5"],
  ] as const)("is refused with %s for %s when it is %s", async (code, SupTyp, buyer) => {
    expect(await codesFor({ buyer, TranDtls: { SupTyp }, ...(SupTyp === "SEZWP" ? IGST : {}) })).toEqual([code]);
  });

  it("in a SEZ takes supplies to a SEZ", async () => {
    const codes = await codesFor({ buyer: "27SBXZU0002U1ZP", TranDtls: { SupTyp: "SEZWP" }, ...IGST });
    expect(codes).toEqual([]);
  });

  it("who distributes input service is not charged in reverse", async () => {
    expect(await codesFor({ buyer: "27SBXZI0004I1ZN", TranDtls: { RegRev: "Y" } })).toContain("2297");
  });
});

it("names as operator none but one who collects tax at source", async () => {
  expect(await codesFor({ TranDtls: { EcmGstin: "29AAAZC0003C1ZA" } })).toContain("2195");
});

describe("the details of a GSTIN", () => {
  const path = "/nic1/eivital/v1.04/Master/gstin";

  it("say who it is, with and without the two days", async () => {
    const { send } = aSandbox();
    const token = await logIn(send);
    const details = plainOf(token, await get(send, token, `${path}/27SBXZX0007X1ZB`));
    const older = plainOf(token, await get(send, token, "/nic1/eivital/v1.03/Master/gstin/27SBXZX0007X1ZB"));

    expect(details).toMatchObject({ Gstin: "27SBXZX0007X1ZB", StateCode: 27, TxpType: "REG", Status: "CNL" });
    expect(details).toMatchObject({ BlkStatus: "U", DtReg: "2017-07-01", DtDReg: "2025-03-31" });
    expect(older).toMatchObject({ Status: "CNL" });
    expect({ ...(older as object), DtReg: "2017-07-01", DtDReg: "2025-03-31" }).toEqual(details);
  });

  it.each([
    ["27SBXZU0002U1ZP", "SEZ", "ACT"],
    ["27SBXZD0003D1Z4", "SED", "ACT"],
    ["27SBXZI0004I1ZN", "ISD", "ACT"],
    ["27SBXZC0005C1Z5", "COM", "ACT"],
    ["27SBXZT0006T1CZ", "TCS", "ACT"],
    ["27SBXZS0012S1ZT", "REG", "SUS"],
    ["27SBXZN0013N1Z7", "REG", "INA"],
  ])("of %s are %s and %s", async (gstin, TxpType, Status) => {
    const { send } = aSandbox();
    const token = await logIn(send);
    expect(plainOf(token, await get(send, token, `${path}/${gstin}`))).toMatchObject({ TxpType, Status, DtDReg: null });
  });

  it("are not there for a GSTIN that is nobody's", async () => {
    const { send } = aSandbox();
    const token = await logIn(send);
    for (const gstin of [UNKNOWN_GSTIN, "nonsense"]) {
      expect(codesOf(await get(send, token, `${path}/${gstin}`))).toEqual(["3001"]);
    }
  });
});

describe("synchronisation", () => {
  it.each([
    ["27SBXZN0014N1Z6", "3076"],
    ["27SBXZQ0016Q1ZV", "3028"],
  ])("of %s ends %s, for the caller and the day alone", async (Gstin, code) => {
    const { send, setClock } = aSandbox();
    const token = await logIn(send);
    const other = await logIn(send, { gstin: "27SBXZR0001R1ZZ" });
    const invoice = anInvoice({ BuyerDtls: { Gstin } });
    expect(codesOf(await generate(send, token, invoice))).toEqual([code]);

    const synced = await get(send, token, `/nic1/eivital/v1.04/Master/syncgstin/${Gstin}`);
    expect(plainOf(token, synced)).toMatchObject({ Gstin, Status: "ACT" });
    expect(dataOf(token, await generate(send, token, invoice)).Status).toBe("ACT");
    const others = anInvoice({ SellerDtls: { Gstin: other.gstin }, BuyerDtls: { Gstin } });
    expect(codesOf(await generate(send, other, others))).toEqual([code]);

    setClock("2026-08-18T18:30:00Z");
    const tomorrow = await logIn(send);
    expect(codesOf(await generate(send, tomorrow, anInvoice({ docNo: "N2", BuyerDtls: { Gstin } })))).toEqual([code]);
  });
});
