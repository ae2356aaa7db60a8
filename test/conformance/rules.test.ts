import { expect, it } from "vitest";
import {
  aDocument,
  anExport,
  anInterStateDocument,
  BUYER,
  type Document,
  indianDay,
  irnOf,
  SELLER,
  STRANGER,
} from "./documents.ts";
import { irpOfThisFile, judge } from "./judge.ts";
import { GENERATE, sessionFor } from "./portal-client.ts";
import { RegisteredIrn } from "./shapes.ts";

const { url } = await irpOfThisFile();

async function generate(document: Document) {
  return (await sessionFor(url, SELLER)).post(GENERATE, document);
}

/** One broken rule of section 5.2 each. Rules that follow from the broken one may speak too. */
const breaches: readonly (readonly [code: string, rule: string, document: () => Document])[] = [
  ["2169", "the caller is the supplier", () => aDocument({ seller: { Gstin: STRANGER } })],
  ["2211", "supplier and buyer differ", () => aDocument({ buyer: { Gstin: SELLER } })],
  ["2176", "the HSN is in the master, and no chapter is 00", () => aDocument({ items: [{ HsnCd: "00112233" }] })],
  ["2163", "no document of the future", () => aDocument({ Dt: indianDay(2) })],
  ["2284", "no document from before the floor", () => aDocument({ Dt: "31/03/2025" })],
  ["2258", "the supplier's state is its GSTIN's", () => aDocument({ seller: { Stcd: "29" } })],
  ["2265", "the buyer's state is its GSTIN's", () => aDocument({ buyer: { Stcd: "29" } })],
  ["2248", "an export's buyer is URP", () => anExport({ buyer: { Gstin: BUYER } })],
  ["2261", "an export's buyer is in state 96", () => anExport({ buyer: { Stcd: "27" } })],
  ["2232", "an export is supplied to place 96", () => anExport({ buyer: { Pos: "27" } })],
  ["2275", "an export's PIN is 999999", () => anExport({ buyer: { Pin: 411001 } })],
  ["2269", "no buyer of a sale at home is in state 96", () => aDocument({ buyer: { Stcd: "96" } })],
  ["2274", "no PIN of a sale at home is 999999", () => aDocument({ buyer: { Pin: 999999 } })],
  ["2276", "no supplier's PIN is 999999", () => aDocument({ seller: { Pin: 999999 } })],
  ["2303", "goods are not supplied to place 96 at home", () => anInterStateDocument({ buyer: { Pos: "96" } })],
  ["2212", "a B2B buyer is registered", () => aDocument({ buyer: { Gstin: "URP" } })],
  ["2162", "no reverse charge on an export", () => anExport({ tran: { RegRev: "Y" } })],
  ["2294", "IgstOnIntra needs reverse charge", () => igstOnIntra({ RegRev: "N" })],
  ["2262", "IgstOnIntra needs one state", () => anInterStateDocument({ tran: { IgstOnIntra: "Y", RegRev: "Y" } })],
  ["2172", "no IGST within a state", () => anInterStateDocument({ buyer: { Pos: "27" } })],
  ["2174", "no CGST and SGST between states", () => aDocument({ buyer: { Pos: "29" } })],
  ["2227", "CGST and SGST are one amount", () => aDocument({ items: [{ CgstAmt: 100, SgstAmt: 80 }] })],
  ["2238", "goods have a quantity", () => aDocument({ items: [{ Qty: undefined }] })],
  ["2239", "goods have a unit", () => aDocument({ items: [{ Unit: undefined }] })],
  ["2177", "the unit is in the master", () => aDocument({ items: [{ Unit: "XYZ" }] })],
  ["2240", "the rate is a notified one", () => aDocument({ items: [{ GstRt: 17 }] })],
  ["2195", "an e-commerce operator collects tax at source", () => aDocument({ tran: { EcmGstin: STRANGER } })],
  ["3047", "goods have no HSN of services", () => aDocument({ items: [{ HsnCd: "998314" }] })],
  ["3048", "services have no HSN of goods", () => aDocument({ items: [{ IsServc: "Y" }] })],
  ["2233", "no SlNo twice", () => twoLines({ SlNo: "1" })],
  ["2193", "AssAmt is TotAmt less Discount", () => aDocument({ items: [{ Discount: 100 }] })],
  ["2234", "CGST and SGST follow from the rate", () => aDocument({ items: [{ CgstAmt: 50, SgstAmt: 50 }] })],
  ["2235", "IGST follows from the rate", () => anInterStateDocument({ items: [{ IgstAmt: 100 }] })],
  ["2266", "cess follows from its rate", () => aDocument({ items: [{ CesRt: 12, CesAmt: 50 }] })],
  ["2267", "state cess follows from its rate", () => aDocument({ items: [{ StateCesRt: 12, StateCesAmt: 50 }] })],
  ["2194", "TotItemVal is the sum of the line", () => aDocument({ items: [{ TotItemVal: 1200 }] })],
  ["2182", "AssVal is the lines' sum", () => aDocument({ val: { AssVal: 1100 } })],
  ["2183", "SgstVal is the lines' sum", () => aDocument({ val: { SgstVal: 100 } })],
  ["2184", "CgstVal is the lines' sum", () => aDocument({ val: { CgstVal: 100 } })],
  ["2185", "IgstVal is the lines' sum", () => anInterStateDocument({ val: { IgstVal: 100 } })],
  ["2186", "CesVal is the lines' sum", () => aDocument({ val: { CesVal: 100 } })],
  ["2187", "StCesVal is the lines' sum", () => aDocument({ val: { StCesVal: 100 } })],
  ["2189", "TotInvVal is the invoice's sum", () => aDocument({ val: { TotInvVal: 1200 } })],
];

judge("the business rules (section 5.2)", () => {
  it.each(breaches)("%s: %s", async (code, _, document) => {
    const answer = await generate(document());
    expect(answer).toMatchObject({ httpStatus: 200, Status: 0, Data: null });
    expect(answer.codes).toContain(code);
  });

  it("are all named in one answer", async () => {
    const document = twoLines({ SlNo: "1" }, { Dt: indianDay(2), seller: { Stcd: "29" }, val: { TotInvVal: 9999 } });
    const { codes } = await generate(document);
    expect(codes).toEqual(expect.arrayContaining(["2163", "2258", "2233", "2189"]));
  });

  it("leave nothing behind when they refuse", async () => {
    const wrong = aDocument({ val: { TotInvVal: 9999 } });
    expect((await generate(wrong)).Status).toBe(0);
    const right = aDocument({ No: wrong.DocDtls.No });
    expect(RegisteredIrn.parse((await generate(right)).opened()).Irn).toBe(irnOf(right));
  });
});

judge("the number of lines (section 5.2)", () => {
  const lines = (count: number) => Array.from({ length: count }, () => ({}));

  it("is a thousand at most", async () => {
    const val = { AssVal: 1_000_000, CgstVal: 90_000, SgstVal: 90_000, TotInvVal: 1_180_000 };
    expect((await generate(aDocument({ items: lines(1000), val }))).codes).toEqual([]);
    const { Status, codes } = await generate(aDocument({ items: lines(1001), val }));
    expect(Status).toBe(0);
    expect(["2173", "5002"]).toContain(codes[0]);
  });

  it("is one at least", async () => {
    const { Status, codes } = await generate(aDocument({ items: [] }));
    expect(Status).toBe(0);
    expect(["2228", "5002"]).toContain(codes[0]);
  });
});

judge("what the rules let pass (section 5.2)", () => {
  it.each([
    ["a sale to another state", () => anInterStateDocument()],
    ["an export with payment of tax", () => anExport()],
    ["IGST within a state under reverse charge", () => igstOnIntra({ RegRev: "Y" })],
    ["services without quantity and unit", () => aDocument({ items: [aService()] })],
    ["TotAmt that is not Qty times UnitPrice", () => aDocument({ items: [{ Qty: 2, UnitPrice: 700 }] })],
    ["a credit note whose tax is not of its rate", () => oddTax({ Typ: "CRN" })],
    ["unused members as null", () => aDocument({ tran: { EcmGstin: null }, more: { DispDtls: null, ShipDtls: null } })],
    ["today's document", () => aDocument({ Dt: indianDay(0) })],
  ])("%s", async (_, document) => {
    const answer = await generate(document());
    expect(answer.codes).toEqual([]);
    expect(answer.Status).toBe(1);
  });

  // 18 % of 1000.50 is 180.09: from 180 - 1 to 181 + 1.
  it.each([
    [179, []],
    [182, []],
    [178.99, ["2235"]],
    [182.01, ["2235"]],
  ])("IGST of %d rupees where 180.09 are due: %j", async (tax, codes) => {
    const line = { UnitPrice: 1000.5, TotAmt: 1000.5, AssAmt: 1000.5, IgstAmt: tax, TotItemVal: 1000.5 + tax };
    const val = { AssVal: 1000.5, IgstVal: tax, TotInvVal: 1000.5 + tax };
    expect((await generate(anInterStateDocument({ items: [line], val }))).codes).toEqual(codes);
  });
});

function aService(): object {
  return { IsServc: "Y", HsnCd: "998314", Qty: undefined, Unit: undefined };
}

function twoLines(second: object, changes: Parameters<typeof aDocument>[0] = {}): Document {
  const val = { AssVal: 2000, CgstVal: 180, SgstVal: 180, TotInvVal: 2360, ...changes.val };
  return aDocument({ ...changes, items: [{}, second], val });
}

/** Under reverse charge the tax may be left out of the totals. */
function igstOnIntra(tran: object): Document {
  return anInterStateDocument({ tran: { IgstOnIntra: "Y", ...tran }, buyer: { Pos: "27" } });
}

function oddTax(changes: object): Document {
  const items = [{ CgstAmt: 50, SgstAmt: 50, TotItemVal: 1100 }];
  return aDocument({ ...changes, items, val: { CgstVal: 50, SgstVal: 50, TotInvVal: 1100 } });
}
