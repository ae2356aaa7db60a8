import { describe, expect, it } from "vitest";
import type { CheckContext, RegisteredTaxpayer } from "../../../shared/invoice/check-context.ts";
import { aContext, address, byRoad, changed, codesOf, exported, inter, intra, shipped, toSez } from "./a-supply.ts";

type Case = [string, unknown, string[], Partial<CheckContext>?];
const dexp = () => changed(intra(), { "TranDtls.SupTyp": "DEXP" });
const seller = (member: string, value: unknown, base = inter()) => changed(base, { [`SellerDtls.${member}`]: value });
const buyer = (member: string, value: unknown, base: unknown = inter()) =>
  changed(base, { [`BuyerDtls.${member}`]: value });
const transport = (base = inter()) => changed(base, { "ItemList.0.HsnCd": "996511", "ItemList.0.IsServc": "Y" });

describe("3.3 parties and place of supply", () => {
  it.each<Case>([
    ["P-1: a state that is none", seller("Stcd", "39"), ["P-1 2259", "P-2 2258"]],
    ["P-1: a seller abroad", seller("Stcd", "96"), ["P-1 2259", "P-2 2258"]],
    [
      "P-1: the Andhra Pradesh of before the division",
      changed(inter(), { "SellerDtls.Gstin": "28AAAZA0001A1ZK", "SellerDtls.Stcd": "28" }),
      ["P-1 2259"],
    ],
    [
      "P-1, P-18: a seller in other territory",
      changed(inter(), { "SellerDtls.Gstin": "97AAAZA0001A1ZF", "SellerDtls.Stcd": "97", "SellerDtls.Pin": 999999 }),
      [],
    ],
    [
      "P-1: a GSTIN of Daman and Diu",
      changed(inter(), { "SellerDtls.Gstin": "25AAAZA0001A1ZQ", "SellerDtls.Stcd": "25", "SellerDtls.Pin": 396210 }),
      [],
    ],
    [
      "P-2: one digit for the state",
      changed(inter(), { "SellerDtls.Gstin": "07AAAZF0006F1Z4", "SellerDtls.Stcd": "7", "SellerDtls.Pin": 110001 }),
      [],
    ],
    ["P-2: another state", seller("Stcd", "24"), ["P-19 3039", "P-2 2258"]],
    ["P-3: URP as a seller", seller("Gstin", "URP"), ["SCHEMA 5002"]],
    ["P-4: one GSTIN for both", buyer("Gstin", intra().SellerDtls.Gstin, intra()), ["P-4 2211"]],
    ["P-5: an unregistered buyer", buyer("Gstin", "URP"), ["P-5 2212"]],
    ["P-6: a registered buyer abroad", buyer("Gstin", "29AAAZC0003C1ZA", exported()), ["P-6 2248"]],
    ["P-7: an export with a place of supply in India", buyer("Pos", "27", exported()), ["P-7 2232"]],
    ["P-8: an export to a buyer in India", buyer("Stcd", "29", exported()), ["P-8 2261"]],
    ["P-9: an export to an Indian PIN code", buyer("Pin", 560001, exported()), ["P-9 2275"]],
    ["P-9: an export without PIN code", buyer("Pin", undefined, exported()), ["P-9 2275"]],
    ["P-10: a buyer abroad", buyer("Stcd", "96"), ["P-10 2269", "P-12 2265"]],
    ["P-11: a buyer's state that is none", buyer("Stcd", "39"), ["P-11 2260", "P-12 2265"]],
    [
      "P-12: another state than the buyer's GSTIN",
      changed(inter(), { "BuyerDtls.Stcd": "33", "BuyerDtls.Pin": 600001 }),
      ["P-12 2265"],
    ],
    ["P-13: a place of supply that is none", buyer("Pos", "45"), ["P-13 2243"]],
    ["P-13: 25, withdrawn", buyer("Pos", "25"), ["P-13 2243"]],
    ["P-13: 26, in its place", buyer("Pos", "26"), []],
    ["P-13: 28", buyer("Pos", "28"), ["P-13 2243"]],
    ["P-13: 99", buyer("Pos", "99"), ["P-13 2243"]],
    ["P-13: other territory", buyer("Pos", "97"), []],
    ["P-13: one digit", buyer("Pos", "9"), []],
    ["P-14: a SEZ abroad", buyer("Pos", "96", toSez()), ["P-14 2242"]],
    [
      "P-14: a deemed export abroad",
      buyer("Pos", "96", changed(inter(), { "TranDtls.SupTyp": "DEXP" })),
      ["P-14 2242"],
    ],
    ["P-15: goods with a place of supply abroad", buyer("Pos", "96"), ["P-15 2303"]],
    ["P-15: transport with a place of supply abroad", buyer("Pos", "96", transport()), []],
    ["P-15: couriers", buyer("Pos", "96", changed(transport(), { "ItemList.0.HsnCd": "996812" })), []],
    ["P-15: one other line among them", mixedTransport(), ["P-15 2303"]],
    ["P-16: a buyer without PIN code", buyer("Pin", undefined), ["P-16 2244"]],
    ["P-16: a PIN code of null", buyer("Pin", null), ["P-16 2244"]],
    ["P-17: no real PIN code", buyer("Pin", 999999), ["P-17 2274"]],
    [
      "P-17: none in other territory",
      changed(inter(), {
        "BuyerDtls.Gstin": "97AAAZG0007G1ZR",
        "BuyerDtls.Stcd": "97",
        "BuyerDtls.Pos": "97",
        "BuyerDtls.Pin": 999999,
      }),
      [],
    ],
    ["P-18: a seller without real PIN code", seller("Pin", 999999), ["P-18 2276"]],
    ["P-19: a PIN code that is nowhere", seller("Pin", 101301), ["P-19 3038"]],
    ["P-19: an army post office", buyer("Pin", 900001), ["P-19 3038"]],
    ["P-19: a PIN code of another state", buyer("Pin", 600001), ["P-19 3039"]],
    [
      "P-19: another PIN code in other territory",
      changed(inter(), { "BuyerDtls.Gstin": "97AAAZG0007G1ZR", "BuyerDtls.Stcd": "97", "BuyerDtls.Pin": 400001 }),
      [],
    ],
    ["P-19: dispatch", changed(inter(), { DispDtls: address("24", 411001) }), ["P-19 3039"]],
    ["P-19: ship-to", changed(shipped(), { "ShipDtls.Pin": 101301 }), ["P-19 3038"]],
    ["P-20: dispatch from no state", changed(inter(), { DispDtls: address("39", 380001) }), ["P-20 2200"]],
    ["P-20: shipped to no state", changed(shipped(), { "ShipDtls.Stcd": "39" }), ["P-20 2200"]],
    ["P-20: shipped abroad", changed(shipped(), { "ShipDtls.Stcd": "96" }), ["P-20 2271"]],
    [
      "P-20: an export shipped abroad",
      changed(exported(), { ShipDtls: { ...address("96", 999999), LglNm: "Ship" } }),
      ["SCHEMA warning"],
    ],
    [
      "P-21: shipped to no real PIN code",
      changed(shipped(), { "ShipDtls.Pin": 999999, "EwbDtls.Distance": 5 }),
      ["P-21 2272"],
    ],
    ["P-22: dispatched from no real PIN code", changed(inter(), { DispDtls: address("24", 999999) }), ["P-22 2273"]],
    ["P-23: URP receives", shipped(), ["SCHEMA warning"]],
    ["P-23: nobody named", changed(shipped(), { "ShipDtls.Gstin": undefined }), ["P-23 5002"]],
    [
      "P-23: nobody named, without e-way bill",
      changed(shipped(), { "ShipDtls.Gstin": undefined, EwbDtls: undefined }),
      ["SCHEMA warning"],
    ],
    [
      "P-23: the day before",
      changed(shipped(), { "ShipDtls.Gstin": undefined, "DocDtls.Dt": "31/07/2026" }),
      ["SCHEMA warning"],
      { today: "31/07/2026" },
    ],
    [
      "P-23: its first day, by the clock of the portal",
      changed(shipped(), { "ShipDtls.Gstin": undefined, "DocDtls.Dt": "31/07/2026" }),
      ["P-23 5002"],
      { today: "01/08/2026" },
    ],
    [
      "P-24: shipped to the buyer",
      changed(shipped(), { "ShipDtls.Gstin": "29AAAZC0003C1ZA", "ShipDtls.Stcd": "29", "ShipDtls.Pin": 560002 }),
      ["P-24 2323"],
    ],
    [
      "P-24: shipped to the buyer, the day before",
      changed(shipped(), {
        "ShipDtls.Gstin": "29AAAZC0003C1ZA",
        "ShipDtls.Stcd": "29",
        "ShipDtls.Pin": 560002,
        "DocDtls.Dt": "31/07/2026",
      }),
      ["SCHEMA warning"],
      { today: "31/07/2026" },
    ],
    [
      "P-25: shipped to another state than the receiver's",
      changed(shipped(), { "ShipDtls.Gstin": "33AAAZC0003C1ZD" }),
      ["P-25 2325"],
    ],
    [
      "P-25: shipped to the receiver's state",
      changed(shipped(), { "ShipDtls.Gstin": "24AAAZC0003C1ZK" }),
      ["SCHEMA warning"],
    ],
    [
      "P-30: goods shipped elsewhere than the place of supply",
      changed(shipped(), { EwbDtls: undefined }),
      ["SCHEMA warning"],
    ],
    ["a deemed export", dexp(), []],
    ["an e-way bill", byRoad(), []],
  ])("%s", (_, invoice, codes, context = {}) => {
    // `Nm` in ShipDtls is a member that INV-01 does not know.
    const found = codesOf(invoice, aContext(context));
    expect(found.filter((code) => codes.includes("SCHEMA warning") || code !== "SCHEMA warning").sort()).toEqual(codes);
  });
});

function mixedTransport() {
  const invoice = buyer("Pos", "96", transport());
  const [line] = invoice.ItemList;
  const other = { ...line, SlNo: "2", HsnCd: "998313" };
  const twice = { AssVal: 2000, IgstVal: 360, TotInvVal: 2360, CgstVal: 0, SgstVal: 0 };
  return changed(invoice, { "ItemList.1": other, ValDtls: twice });
}

const active = { status: "active", type: "regular" } as const;

describe("P-26 to P-29, with a registry", () => {
  const check = (invoice: unknown, sellerIs: RegisteredTaxpayer | "nobody", buyerIs: RegisteredTaxpayer | "nobody") => {
    const seller = intra().SellerDtls.Gstin;
    return codesOf(invoice, aContext({ registry: { taxpayer: (gstin) => (gstin === seller ? sellerIs : buyerIs) } }));
  };

  it.each<[string, RegisteredTaxpayer | "nobody", string[]]>([
    ["nobody", "nobody", ["P-26 3028"]],
    ["suspended", { ...active, status: "suspended" }, ["P-26 3029"]],
    ["a composition dealer", { ...active, type: "composition" }, ["P-26 2300"]],
    ["a SEZ unit", { ...active, type: "sez-unit" }, ["P-26 2231"]],
    ["a casual taxpayer", { ...active, type: "casual" }, []],
    ["regular", active, []],
  ])("P-26: a seller who is %s", (_, seller, codes) => {
    expect(check(intra(), seller, active)).toEqual(codes);
  });

  const cancelled = { status: "cancelled", type: "regular" } as const;
  it.each<[string, RegisteredTaxpayer | "nobody", string[]]>([
    ["nobody", "nobody", ["P-27 3028"]],
    ["suspended", { ...active, status: "suspended" }, []],
    ["inactive", { ...active, status: "inactive" }, ["P-27 3076"]],
    ["registered on the day", { ...active, registeredOn: "18/08/2026" }, []],
    ["registered a day later", { ...active, registeredOn: "19/08/2026" }, ["P-27 3079"]],
    ["cancelled on the day", { ...cancelled, registeredOn: "01/07/2017", cancelledOn: "18/08/2026" }, []],
    ["cancelled before", { ...cancelled, registeredOn: "01/07/2017", cancelledOn: "17/08/2026" }, ["P-27 3074"]],
    ["cancelled at some time", { ...cancelled, registeredOn: "01/07/2017" }, ["P-27 3075"]],
    ["cancelled, begun later", { ...cancelled, registeredOn: "19/08/2026", cancelledOn: "20/08/2026" }, ["P-27 3077"]],
    ["cancelled, begun at some time", { ...cancelled, cancelledOn: "20/08/2026" }, ["P-27 3078"]],
  ])("P-27: a buyer who is %s", (_, buyer, codes) => {
    expect(check(intra(), active, buyer)).toEqual(codes);
  });

  it("P-28: SEZ supplies go to a SEZ, deemed exports do not", () => {
    expect(check(toSez(), active, active)).toEqual(["P-28 2247"]);
    expect(check(toSez(), active, { ...active, type: "sez-developer" })).toEqual([]);
    expect(check(dexp(), active, { ...active, type: "sez-developer" })).toEqual(["P-28 2246"]);
  });

  it("P-29: deemed exports go to regular and casual taxpayers", () => {
    expect(check(dexp(), active, { ...active, type: "composition" })).toEqual(["P-29 2298"]);
    expect(check(dexp(), active, { ...active, type: "uin" })).toEqual(["P-29 2298"]);
    expect(check(dexp(), active, { ...active, type: "casual" })).toEqual([]);
  });

  it("says nothing where the registry can not answer", () => {
    expect(codesOf(toSez(), aContext({ registry: { taxpayer: () => undefined } }))).toEqual([]);
    expect(codesOf(toSez(), aContext({ registry: {} }))).toEqual([]);
  });

  it("P-26: takes the taxpayer's own word that it is a SEZ unit", () => {
    expect(codesOf(intra(), aContext({ taxpayer: { turnoverCrore: 10, exemptClass: "sez-unit" } }))).toEqual([
      "P-26 2231",
    ]);
    expect(codesOf(intra(), aContext({ taxpayer: { turnoverCrore: 10, exemptClass: "multiplex" } }))).toEqual([]);
  });

  it("3.4: a SEZ developer sells, and a SEZ unit buys, with IGST", () => {
    const igst = changed(toSez(), { "TranDtls.SupTyp": "B2B" });
    expect(check(igst, active, active)).toEqual(["X-1 2172"]);
    expect(check(igst, { ...active, type: "sez-developer" }, active)).toEqual([]);
    expect(check(igst, active, { ...active, type: "sez-unit" })).toEqual([]);
  });
});
