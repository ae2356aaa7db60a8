import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../../shared/invoice/check-context.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { aContext, changed, codesOf, exported, inter, intra, toSez } from "./a-supply.ts";

type Case = [string, unknown, string[], Partial<CheckContext>?];
type Amounts = Partial<ReturnType<typeof anItem>>;

/** A supply whose totals follow from the amounts of its one line, so that only the line is on trial. */
function withLine(base: unknown, amounts: Amounts, totals: Readonly<Record<string, number>> = {}) {
  const invoice = changed(base, {});
  const line = { ...anItem(), ...invoice.ItemList[0], ...amounts };
  const { AssAmt, IgstAmt, CgstAmt, SgstAmt, CesAmt, CesNonAdvlAmt, StateCesAmt } = line;
  const sum = [IgstAmt, CgstAmt, SgstAmt, CesAmt, CesNonAdvlAmt, StateCesAmt].reduce<number>(
    (all, tax) => all + (tax ?? 0),
    0,
  );
  const TotItemVal = Number((AssAmt + sum).toFixed(2));
  const ValDtls = {
    AssVal: AssAmt,
    IgstVal: IgstAmt ?? 0,
    CgstVal: CgstAmt ?? 0,
    SgstVal: SgstAmt ?? 0,
    CesVal: (CesAmt ?? 0) + (CesNonAdvlAmt ?? 0),
    StCesVal: StateCesAmt ?? 0,
    TotInvVal: TotItemVal,
    ...totals,
  };
  return changed(invoice, { "ItemList.0": { ...line, TotItemVal }, ValDtls });
}

/** AssAmt 13028 at 18 %: 2345.04, or 1172.52 each. */
const odd = { UnitPrice: 13028, TotAmt: 13028, AssAmt: 13028 };
const half = (tax: number) => withLine(intra(), { ...odd, CgstAmt: tax, SgstAmt: tax });
const full = (tax: number, base: unknown = inter()) => withLine(base, { ...odd, IgstAmt: tax });
const note = (invoice: unknown, Typ = "CRN") => changed(invoice, { "DocDtls.Typ": Typ });
const supply = (SupTyp: string, base: unknown) => changed(base, { "TranDtls.SupTyp": SupTyp });
const rate = (GstRt: number, Dt = "18/08/2026", HsnCd = "84713010") => {
  const invoice = withLine(inter(), { GstRt, HsnCd, IgstAmt: GstRt * 10 });
  return changed(invoice, { "DocDtls.Dt": Dt });
};
const cess = (amounts: Amounts, Dt = "31/01/2026") => changed(withLine(intra(), amounts), { "DocDtls.Dt": Dt });
/** Documents of any day. */
const then = (today: string) => ({ today, taxpayer: { turnoverCrore: 5 } }) as const;

describe("3.4 which tax", () => {
  it.each<Case>([
    ["X-1: IGST within the state", withLine(intra(), { IgstAmt: 180, CgstAmt: 0, SgstAmt: 0 }), ["X-1 2172"]],
    ["X-1: IGST beside CGST and SGST", withLine(intra(), { IgstAmt: 0.01 }), ["X-1 2172"]],
    ["X-1: on a note as well", note(withLine(intra(), { IgstAmt: 180, CgstAmt: 0, SgstAmt: 0 })), ["X-1 2172"]],
    [
      "X-1: a deemed export within the state",
      supply("DEXP", withLine(intra(), { IgstAmt: 180, CgstAmt: 0, SgstAmt: 0 })),
      ["X-1 2172"],
    ],
    [
      "X-1: the place of supply decides, not the buyer's state",
      changed(inter(), { "BuyerDtls.Pos": "27" }),
      ["X-1 2172"],
    ],
    ["X-2: CGST and SGST into another state", changed(intra(), { "BuyerDtls.Pos": "29" }), ["X-2 2174"]],
    [
      "X-2: on an export",
      supply("EXPWP", withLine(exported(), { IgstAmt: 0, CgstAmt: 90, SgstAmt: 90 })),
      ["X-2 2174"],
    ],
    ["X-2: to a SEZ in the state", supply("SEZWOP", intra()), ["X-2 2174"]],
    ["X-2: SGST alone", withLine(inter(), { SgstAmt: 0.01 }), ["X-2 2174", "X-3 2227"]],
    ["X-2: on a note as well", note(changed(intra(), { "BuyerDtls.Pos": "29" }), "DBN"), ["X-2 2174"]],
    ["X-3: one paisa apart", withLine(intra(), { SgstAmt: 90.01 }), ["X-3 2227"]],
    ["X-3: absent and zero", withLine(intra(), { GstRt: 0, CgstAmt: null, SgstAmt: 0 }), []],
    ["X-4: 0.5, withdrawn", rate(0.5), ["X-4 2240"]],
    ["X-4: 2, doubtful", rate(2), ["X-4 2240"]],
    ["X-4: on a note", note(rate(0.5)), ["X-4 2240"]],
    ...[0, 0.1, 0.25, 1, 1.5, 3, 5, 6, 7.5, 18, 40].map((percent): Case => [`X-4: ${percent}`, rate(percent), []]),
    ["X-4: 12 on a new invoice", rate(12), ["X-4 warning"]],
    ["X-4: 12 on a note", note(rate(12)), []],
    ["X-4: 12 on its last day", rate(12, "21/09/2025"), [], then("22/09/2025")],
    ["X-4: 12 a day later", rate(12, "22/09/2025"), ["X-4 warning"], then("22/09/2025")],
    ["X-4: 28 for cars on the last day", rate(28, "21/09/2025"), [], then("22/09/2025")],
    ["X-4: 28 for cars a day later", rate(28, "22/09/2025"), ["X-4 warning"], then("22/09/2025")],
    ["X-4: 28 for tobacco on its last day", rate(28, "31/01/2026", "24022010"), [], then("31/01/2026")],
    ["X-4: 28 for tobacco a day later", rate(28, "01/02/2026", "24022010"), ["X-4 warning"], then("01/02/2026")],
    ["X-4: 40 on its first day", rate(40, "22/09/2025"), [], then("22/09/2025")],
    ["X-4: 40 the day before", rate(40, "21/09/2025"), ["X-4 warning"], then("22/09/2025")],
    ["X-5: exact", half(1172.52), []],
    ["X-5: lowest", half(1171), []],
    ["X-5: below", half(1170.99), ["X-5 2234"]],
    ["X-5: highest", half(1174), []],
    ["X-5: above", half(1174.01), ["X-5 2234"]],
    ["X-5: a whole amount has one rupee each way", withLine(intra(), { CgstAmt: 91, SgstAmt: 91 }), []],
    ["X-5: and no more", withLine(intra(), { CgstAmt: 91.01, SgstAmt: 91.01 }), ["X-5 2234"]],
    ["X-5: not on a note", note(withLine(intra(), { CgstAmt: 50, SgstAmt: 50 })), []],
    ["X-6: lowest", full(2344), []],
    ["X-6: below", full(2343.99), ["X-6 2235"]],
    ["X-6: highest", full(2347), []],
    ["X-6: above", full(2347.01), ["X-6 2235"]],
    ["X-6: none", full(0), ["X-6 2235"]],
    ["X-6: not on a note", note(full(0), "DBN"), []],
    ["X-6: none on an export without payment", supply("EXPWOP", full(0, exported())), []],
    ["X-6: none on a SEZ supply without payment, in lower case", supply("sezwop", full(0, toSez())), []],
    ["X-6: some, but wrong, without payment", supply("EXPWOP", full(100, exported())), ["X-6 2235"]],
    ["X-6: none on an export with payment", full(0, exported()), ["X-6 2235"]],
    [
      "X-6: IGST on a supply within the state",
      changed(full(2343.99, toSez()), {
        "TranDtls.SupTyp": "B2B",
        "TranDtls.IgstOnIntra": "Y",
        "TranDtls.RegRev": "Y",
      }),
      ["X-6 2235"],
    ],
    ["X-7: highest", cess({ CesRt: 12, CesAmt: 121 }), [], then("31/01/2026")],
    ["X-7: above", cess({ CesRt: 12, CesAmt: 121.01 }), ["X-7 2266"], then("31/01/2026")],
    ["X-7: a specific cess has no rate", cess({ CesNonAdvlAmt: 500 }), [], then("31/01/2026")],
    ["X-7: not on a note", note(cess({ CesRt: 12, CesAmt: 5 })), [], then("31/01/2026")],
    ["X-4: cess is nil by then", cess({ CesRt: 12, CesAmt: 120 }, "01/02/2026"), ["X-4 warning"], then("01/02/2026")],
    ["X-8: lowest", cess({ StateCesRt: 1, StateCesAmt: 9 }), [], then("31/01/2026")],
    ["X-8: below", cess({ StateCesRt: 1, StateCesAmt: 8.99 }), ["X-8 2267"], then("31/01/2026")],
    ["X-8: not on a note", note(cess({ StateCesRt: 1, StateCesAmt: 0 })), [], then("31/01/2026")],
  ])("%s", (_, invoice, codes, context = {}) => {
    expect(codesOf(invoice, aContext(context)).sort()).toEqual(codes);
  });
});

describe("X-10: goods taxed on the retail sale price", () => {
  const retail = (HsnCd: string, Dt = "01/02/2026") =>
    changed(withLine(intra(), { HsnCd, GstRt: 40, CgstAmt: 400, SgstAmt: 400 }), { "DocDtls.Dt": Dt });
  const today = then("02/02/2026");

  it.each(["21069020", "24011010", "24022010", "24031100", "24041100", "24041900", "240411", "2402"])(
    "%s is told, not refused",
    (hsn) => {
      expect(codesOf(retail(hsn), aContext(today)).filter((code) => code !== "L-8 warning")).toEqual(["X-10 warning"]);
    },
  );

  it.each(["24031921", "24031929", "21069099", "210690", "24049100", "84713010"])("%s is refused", (hsn) => {
    expect(codesOf(retail(hsn), aContext(today))).toEqual(["X-5 2234"]);
  });

  it("begins with documents of 01/02/2026", () => {
    expect(codesOf(retail("24022010", "31/01/2026"), aContext(today))).toEqual(["X-5 2234"]);
  });

  it("can be moved and turned off", () => {
    const from = { ...today, switches: { "X-10": { from: "02/02/2026" } } };
    expect(codesOf(retail("24022010"), aContext(from))).toEqual(["X-5 2234"]);
    expect(codesOf(retail("24022010"), aContext({ ...today, switches: { "X-10": "off" } }))).toEqual(["X-5 2234"]);
  });

  it("holds for IGST as well, and says nothing when the tax does follow from AssAmt", () => {
    const igst = (IgstAmt: number) => withLine(inter(), { HsnCd: "24022010", GstRt: 40, IgstAmt });
    expect(codesOf(igst(800))).toEqual(["X-10 warning"]);
    expect(codesOf(igst(400))).toEqual([]);
  });
});

describe("3.6 arithmetic", () => {
  const line = (amounts: Amounts, totals = {}) => withLine(inter(), amounts, totals);
  const item = (value: number, base: unknown = inter()) =>
    changed(base, { "ItemList.0.TotItemVal": value, "ValDtls.TotInvVal": value });
  const total = (member: string, value: unknown, base: unknown = inter()) =>
    changed(base, { [`ValDtls.${member}`]: value });
  const rcm = (value: number) => item(value, changed(inter(), { "TranDtls.RegRev": "Y" }));
  const withCess = (value: number) =>
    item(value, changed(withLine(inter(), { StateCesRt: 5, StateCesAmt: 50 }), { "TranDtls.RegRev": "Y" }));

  it.each<Case>([
    ["A-1: within a rupee", line({ UnitPrice: 998.001 }), []],
    ["A-1: beyond", line({ UnitPrice: 998 }), ["A-1 warning"]],
    ["A-1: three decimals each", line({ Qty: 0.333, UnitPrice: 3003.003 }), []],
    ["A-1: nothing without a quantity", changed(line({ UnitPrice: 1 }), { "ItemList.0.Qty": null }), ["L-5 2238"]],
    ["A-2: lowest", line({ TotAmt: 1001.99, UnitPrice: 1002 }), []],
    ["A-2: below", line({ TotAmt: 1002, UnitPrice: 1002 }), ["A-2 2193"]],
    ["A-2: highest", line({ TotAmt: 1008.01, Discount: 10, UnitPrice: 1008 }), []],
    ["A-2: above", line({ TotAmt: 1008, Discount: 10, UnitPrice: 1008 }), ["A-2 2193"]],
    ["A-3: lowest", item(1179), []],
    ["A-3: below", item(1178.99), ["A-3 2194"]],
    ["A-3: highest", item(1181), []],
    ["A-3: above", item(1181.01), ["A-3 2194"]],
    ["A-3: without the tax", item(1000), ["A-3 2194"]],
    ["A-3: on a note", note(item(1000)), ["A-3 2194"]],
    ["A-4: reverse charge, with the tax", rcm(1180), []],
    ["A-4: reverse charge, lowest without", rcm(999), []],
    ["A-4: reverse charge, below", rcm(998.99), ["A-3 2194"]],
    ["A-4: reverse charge, highest without", rcm(1001), []],
    ["A-4: reverse charge, between", rcm(1001.01), ["A-3 2194"]],
    ["A-4: export with payment", item(1000, exported()), []],
    ["A-4: not to a SEZ", item(1000, toSez()), ["A-3 2194"]],
    ["A-4: without GST, with cess", withCess(1050), []],
    ["A-4: without GST and cess", withCess(1000), []],
    ["A-4: without cess alone", withCess(1180), ["A-3 2194"]],
    ["A-5: highest", total("AssVal", 1001), []],
    ["A-5: above", total("AssVal", 1001.01), ["A-5 2182"]],
    ["A-6: above", total("SgstVal", 91.01, intra()), ["A-6 2183"]],
    ["A-7: above", total("CgstVal", 91.01, intra()), ["A-7 2184"]],
    ["A-8: below", total("IgstVal", 178.99), ["A-8 2185"]],
    ["A-8: absent", total("IgstVal", null), ["A-8 2185"]],
    ["A-9: highest", total("CesVal", 1), []],
    ["A-9: above", total("CesVal", 1.01), ["A-9 2186"]],
    ["A-10: above", total("StCesVal", 1.01), ["A-10 2187"]],
    ["A-11: highest", total("TotInvVal", 1181), []],
    ["A-11: above", total("TotInvVal", 1181.01), ["A-11 2189"]],
    [
      "A-11: discount, charges and rounding",
      changed(inter(), {
        "ValDtls.Discount": 50,
        "ValDtls.OthChrg": 20.5,
        "ValDtls.RndOffAmt": -0.5,
        "ValDtls.TotInvVal": 1150,
      }),
      [],
    ],
    ["A-11: discount left out", total("Discount", 50), ["A-11 2189"]],
    ["A-11: rounding counts", total("RndOffAmt", -2), ["A-11 2189"]],
    [
      "A-12: charges of a line are in its total, those of the document are extra",
      changed(item(1190), { "ItemList.0.OthChrg": 10 }),
      [],
    ],
    ["all on a note", note(total("AssVal", 1001.01)), ["A-5 2182"]],
  ])("%s", (_, invoice, codes) => {
    expect(codesOf(invoice).sort()).toEqual(codes);
  });

  it("adds a thousand lines exactly", () => {
    const ItemList = Array.from({ length: 1000 }, (_, index) =>
      anItem({
        SlNo: String(index + 1),
        UnitPrice: 0.1,
        TotAmt: 0.1,
        AssAmt: 0.1,
        GstRt: 0,
        CgstAmt: 0,
        SgstAmt: 0,
        TotItemVal: 0.1,
      }),
    );
    const sums = (AssVal: number) =>
      anInvoice({ ItemList, ValDtls: { AssVal, CgstVal: 0, SgstVal: 0, TotInvVal: 100 } });
    expect(codesOf(sums(101))).toEqual([]);
    expect(codesOf(sums(99))).toEqual([]);
    // In floating point the sum is 99.9999999999986: its floor is 99, and 98.99 would pass.
    expect(codesOf(sums(98.99))).toEqual(["A-5 2182"]);
  });

  it("is exact beyond 2^53 paise", () => {
    const big = 999_999_999_999.99;
    const line = { UnitPrice: big, TotAmt: big, AssAmt: big, GstRt: 0, CgstAmt: 0, SgstAmt: 0, TotItemVal: big };
    const ItemList = Array.from({ length: 90 }, (_, index) => anItem({ ...line, SlNo: String(index + 1) }));
    const sums = (all: number) =>
      anInvoice({ ItemList, ValDtls: { AssVal: all, CgstVal: 0, SgstVal: 0, TotInvVal: all } });
    expect(codesOf(sums(89_999_999_999_999.1))).toEqual([]);
    expect(codesOf(sums(90_000_000_000_001))).toEqual([]);
    expect(codesOf(sums(90_000_000_000_001.1))).toEqual(["A-5 2182", "A-11 2189"]);
  });
});
