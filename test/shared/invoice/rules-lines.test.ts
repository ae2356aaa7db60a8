import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../../shared/invoice/check-context.ts";
import { checkInvoice } from "../../../shared/invoice/check-invoice.ts";
import { anItem } from "../../fakes/an-invoice.ts";
import { aContext, byRoad, changed, codesOf, exported, inter, intra, service, shipped, toSez } from "./a-supply.ts";

type Case = [string, unknown, string[], Partial<CheckContext>?];
const line = (member: string, value: unknown, base: unknown = intra()) =>
  changed(base, { [`ItemList.0.${member}`]: value });
const twoLines = (SlNo: string) =>
  changed(intra(), {
    ItemList: [anItem(), anItem({ SlNo })],
    ValDtls: { AssVal: 2000, CgstVal: 180, SgstVal: 180, TotInvVal: 2360 },
  });
const expDtls = (member: string, value: unknown, base: unknown = exported()) =>
  changed(base, { ExpDtls: { Port: "INNSA1", ForCur: "USD", CntCode: "SG", [member]: value } });

describe("3.5 line content", () => {
  it.each<Case>([
    ["L-1: numbered", twoLines("2"), []],
    ["L-1: numbered twice", twoLines("1"), ["L-1 2233"]],
    ["L-2: an HSN code that is known to be none", intra(), ["L-2 2176"], { registry: { hsn: () => false } }],
    ["L-2: a known one", intra(), [], { registry: { hsn: () => true } }],
    ["L-2: no answer", intra(), [], { registry: { hsn: () => undefined } }],
    ["L-3: goods with a service code", line("HsnCd", "998313"), ["L-3 3047"]],
    ["L-4: a service", service(), []],
    ["L-4: a service with the code of goods", line("IsServc", "Y"), ["L-4 3048"]],
    ["L-5: goods without quantity", line("Qty", null), ["L-5 2238"]],
    ["L-6: goods without unit", line("Unit", undefined), ["L-6 2239"]],
    ["L-7: a unit in lower case", line("Unit", "Nos"), []],
    ["L-7: a unit that is none", line("Unit", "PIECE"), ["L-7 2177"]],
    ["L-7: a service with a unit that is none", line("Unit", "HOURS", service()), ["L-7 2177"]],
    ["L-8: four digits", line("HsnCd", "8471"), ["L-8 warning"]],
    ["L-8: six digits", line("HsnCd", "847130"), []],
    ["L-8: four digits, 5 crore", line("HsnCd", "8471"), ["L-8 warning"], { taxpayer: { turnoverCrore: 5 } }],
    ["L-8: four digits, less", line("HsnCd", "8471"), [], { taxpayer: { turnoverCrore: 0 } }],
    ["L-9: a country of origin", line("OrgCntry", "in"), []],
    ["L-9: a country of origin that is none", line("OrgCntry", "XX"), ["L-9 2202"]],
    ["L-9: a country that is none", expDtls("CntCode", "ZZ"), ["L-9 2202"]],
    ["L-9: a port that is none", expDtls("Port", "INZZZ9"), ["L-9 2201"]],
    ["L-9: a port of another country", expDtls("Port", "SGSIN1"), ["L-9 2201"]],
    ["L-9: a port in lower case", expDtls("Port", "inbom4"), []],
    ["L-9: a currency that is none", expDtls("ForCur", "ZZZ"), ["L-9 2203"]],
    ["L-9: a currency in lower case", expDtls("ForCur", "eur"), []],
    ["L-9: not looked up within India", expDtls("Port", "12", intra()), []],
    ["L-9: not looked up to a SEZ", expDtls("ForCur", "ZZZ", toSez()), []],
  ])("%s", (_, invoice, codes, context = {}) => {
    expect(codesOf(invoice, aContext(context))).toEqual(codes);
  });

  it("L-7 knows what a unit may have meant", () => {
    const hint = (Unit: string) => checkInvoice(line("Unit", Unit), aContext())[0]?.hint;
    expect(hint("PIECE")).toBe("Did you mean PCS (Pieces)?");
    expect(hint("XYZXYZ")).toBe("Use the GST unit code (UQC), for instance NOS.");
  });
});

const ewb = (EwbDtls: object, base: unknown = inter()) => changed(base, { EwbDtls: { Distance: 0, ...EwbDtls } });
const road = { TransMode: "1", VehNo: "MH12AB1234", VehType: "R" };
const rail = { TransMode: "2", TransDocNo: "RR1", TransDocDt: "18/08/2026" };
const TransId = "27AAAZT0006T1ZV";
const port = { LglNm: "Port", Addr1: "1 Dock Road", Loc: "Mumbai", Pin: 400001, Stcd: "27", Gstin: "URP" };
const exportBy = (ShipDtls: unknown, Distance = 100) => ewb({ ...road, Distance }, changed(exported(), { ShipDtls }));
const km = (distance: number | "unknown") => ({ registry: { distance: () => distance } });
const hsn = (HsnCd: string, base: unknown) => changed(base, { "ItemList.0.HsnCd": HsnCd });
const old = (Dt: string) => changed(byRoad(), { "DocDtls.Dt": Dt });
const small = { taxpayer: { turnoverCrore: 5 } } as const;

describe("3.7 e-way bill", () => {
  it.each<Case>([
    ["none asked", inter(), []],
    ["by road", byRoad(), []],
    ["W-1: nothing but a distance", ewb({ Distance: 10 }), ["W-1 4019"]],
    ["W-1: a carrier's name alone", ewb({ TransName: "Example Carrier" }), ["W-1 4019"]],
    ["W-1: first, even for notes", changed(ewb({}), { "DocDtls.Typ": "CRN" }), ["W-1 4019"]],
    ["W-1: first, even for services", ewb({}, service()), ["W-1 4019"]],
    ["W-1: an empty request that breaks the schema", changed(inter(), { EwbDtls: {} }), ["SCHEMA 5002"]],
    ["W-2: a vehicle without mode", ewb({ VehNo: "MH12AB1234", VehType: "R" }), ["W-2 4028"]],
    ["W-2: a document without mode, with a carrier", ewb({ TransId, TransDocNo: "1" }), ["W-2 4028"]],
    ["W-3: a credit note", changed(byRoad(), { "DocDtls.Typ": "CRN" }), ["W-3 4010"]],
    ["W-3: a debit note in lower case", changed(byRoad(), { "DocDtls.Typ": "dbn" }), ["W-3 4010"]],
    ["W-3: services alone", ewb(road, service()), ["W-3 4009"]],
    ["W-4: a carrier alone", ewb({ TransId }), []],
    ["W-5: by road without vehicle", ewb({ ...road, VehNo: null }), ["W-5 4011"]],
    ["W-5: by road without type", ewb({ ...road, VehType: undefined }), ["W-5 4022"]],
    ["W-5: by road with a carrier, without vehicle", ewb({ TransId, TransMode: "1" }), ["W-5 4011", "W-5 4022"]],
    ["W-6: by rail", ewb(rail), []],
    ["W-6: by rail without number", ewb({ ...rail, TransDocNo: undefined }), ["W-6 4012"]],
    ["W-6: by air without date", ewb({ ...rail, TransMode: "3", TransDocDt: null }), ["W-6 4023"]],
    ["W-6: by rail with a vehicle", ewb({ ...rail, VehNo: "MH12AB1234" }), ["W-6 warning"]],
    ["W-7: by ship with a vehicle", ewb({ TransMode: "4", VehNo: "MH12AB1234", VehType: "O" }), []],
    ["W-7: by ship with a document", ewb({ ...rail, TransMode: "4", VehType: "O" }), []],
    ["W-7: by ship with half a document", ewb({ TransMode: "4", TransDocNo: "BL1", VehType: "O" }), ["W-7 4040"]],
    ["W-7: by ship with neither", ewb({ TransMode: "4", VehType: "O" }), ["W-7 4040"]],
    ["W-7: by ship with a regular vehicle", ewb({ TransMode: "4", VehNo: "MH12AB1234", VehType: "R" }), ["W-7 4039"]],
    ["W-8: over-dimensional by road", ewb({ ...road, VehType: "O" }), []],
    ["W-8: over-dimensional by air", ewb({ ...rail, TransMode: "3", VehType: "O" }), ["W-8 4024"]],
    ["W-9: a document of today", ewb({ ...rail, TransDocDt: "20/08/2026" }), []],
    ["W-9: a document of tomorrow", ewb({ ...rail, TransDocDt: "21/08/2026" }), ["W-9 4016"]],
    ["W-9: a document of before the invoice", ewb({ ...rail, TransDocDt: "17/08/2026" }), ["W-9 4021"]],
    ["W-10: one PIN code, no distance", ewb(road, intra()), ["W-10 4029"]],
    ["W-10: one PIN code, 1 km", ewb({ ...road, Distance: 1 }, intra()), []],
    ["W-10: one PIN code, 100 km", ewb({ ...road, Distance: 100 }, intra()), []],
    ["W-10: one PIN code, 101 km", ewb({ ...road, Distance: 101 }, intra()), ["W-10 4029"]],
    [
      "W-10: the route goes from dispatch to ship-to",
      changed(ewb(road, intra()), { ShipDtls: { ...port, Pin: 411002 } }),
      [],
    ],
    [
      "W-11: no PIN code at the end",
      ewb(
        road,
        changed(inter(), { "BuyerDtls.Gstin": "97AAAZG0007G1ZR", "BuyerDtls.Stcd": "97", "BuyerDtls.Pin": 999999 }),
      ),
      ["W-11 4034"],
    ],
    ["W-12: the portal's own figure", byRoad(), [], km(840)],
    ["W-12: no figure of the portal's", byRoad(), ["W-12 4030"], km("unknown")],
    ["W-12: no figure, one given", ewb({ ...road, Distance: 840 }), [], km("unknown")],
    ["W-12: 10 % more", ewb({ ...road, Distance: 924 }), [], km(840)],
    ["W-12: yet more", ewb({ ...road, Distance: 925 }), ["W-12 4013"], km(840)],
    ["W-12: 10 % less", ewb({ ...road, Distance: 756 }), [], km(840)],
    ["W-12: yet less", ewb({ ...road, Distance: 755 }), ["W-12 4013"], km(840)],
    ["W-12: near, much less", ewb({ ...road, Distance: 1 }), [], km(99)],
    ["W-12: near, too much", ewb({ ...road, Distance: 109 }), ["W-12 4013"], km(99)],
    ["W-13: an export through the port", exportBy(port), []],
    ["W-13: an export without port", exportBy(undefined), ["W-13 4031"]],
    ["W-13: an export shipped abroad", exportBy({ ...port, Stcd: "96", Pin: 999999 }), ["W-13 4033", "W-13 4032"]],
    ["W-14: 180 days old", old("21/02/2026"), [], small],
    ["W-14: 181 days old", old("20/02/2026"), ["W-14 4043"], small],
    ["W-15: gold by road", hsn("71131910", ewb({ TransMode: "1", Distance: 5 }, intra())), []],
    ["W-15: gold with a vehicle", hsn("71131910", ewb({ ...road, Distance: 5 }, intra())), ["W-15 4048", "W-15 4049"]],
    ["W-15: gold by a carrier", hsn("71131910", ewb({ TransId, Distance: 5 }, intra())), ["W-15 4052", "W-15 4050"]],
    [
      "W-15: gold by rail",
      hsn("71131910", ewb({ ...rail, Distance: 5 }, intra())),
      ["W-15 4044", "W-15 4046", "W-15 4047"],
    ],
    ["W-15: gold to another state", hsn("71131910", ewb({ TransMode: "1" })), ["W-15 4051"]],
    ["W-15: imitation jewellery", hsn("71171990", byRoad()), []],
    ["W-15: tobacco among other goods", tobaccoAmongOthers(), ["W-15 4063"]],
    [
      "a part of the request that breaks the schema silences it",
      ewb({ ...road, VehNo: "?", VehType: undefined }),
      ["SCHEMA 5002"],
    ],
    ["a carrier's name that breaks the schema does", ewb({ TransName: "X" }), ["SCHEMA 5002"]],
    ["shipped elsewhere", shipped(), ["SCHEMA warning"]],
  ])("%s", (_, invoice, codes, context = {}) => {
    expect(codesOf(invoice, aContext(context))).toEqual(codes);
  });

  it("never stops the IRN", () => {
    const findings = checkInvoice(ewb({ TransMode: "4", VehType: "R" }), aContext());
    expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(["ewb"]));
  });
});

function tobaccoAmongOthers() {
  return ewb(
    road,
    changed(inter(), {
      ItemList: ["24022010", "84713010"].map((HsnCd, index) => ({
        ...inter().ItemList[0],
        HsnCd,
        SlNo: String(index + 1),
      })),
      ValDtls: { AssVal: 2000, IgstVal: 360, TotInvVal: 2360 },
    }),
  );
}
