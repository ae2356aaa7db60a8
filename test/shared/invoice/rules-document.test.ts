import { describe, expect, it } from "vitest";
import type { CheckContext } from "../../../shared/invoice/check-context.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { aContext, changed, codesOf, exported, inter, intra, service, TODAY, toSez } from "./a-supply.ts";

const dated = (docDate: string) => anInvoice({ docDate });
const turnover = (turnoverCrore: 0 | 5 | 10 | 100): Partial<CheckContext> => ({ taxpayer: { turnoverCrore } });

describe("3.1 document", () => {
  it.each([
    ["D-1: another version", changed(intra(), { Version: "1.01" }), {}, ["D-1 2279"]],
    ["D-2: a day that is in no calendar", dated("31/06/2026"), {}, ["D-2 2292"]],
    ["D-3: dated today", dated("20/08/2026"), {}, []],
    ["D-3: dated tomorrow", dated("21/08/2026"), {}, ["D-3 2163"]],
    ["D-4: on the cut-off", dated("01/04/2025"), turnover(5), []],
    ["D-4: the day before", dated("31/03/2025"), turnover(5), ["D-4 2284"]],
    ["D-4: a cut-off of its own", dated("31/07/2026"), { cutoff: "01/08/2026" }, ["D-4 2284"]],
    ["D-5: 29 days old", dated("22/07/2026"), {}, []],
    ["D-5: 30 days old, which is unclear", dated("21/07/2026"), {}, []],
    ["D-5: 31 days old", dated("20/07/2026"), {}, ["D-5 2305"]],
    ["D-5: 31 days old, 100 crore", dated("20/07/2026"), turnover(100), ["D-5 2305"]],
    ["D-5: 31 days old, a small supplier", dated("20/07/2026"), turnover(5), []],
    [
      "D-5: 31 days old on the last day before the limit of 10 crore",
      dated("28/02/2025"),
      { today: "31/03/2025", cutoff: "01/01/2025" },
      [],
    ],
    [
      "D-5: the same for 100 crore",
      dated("28/02/2025"),
      { today: "31/03/2025", cutoff: "01/01/2025", ...turnover(100) },
      ["D-5 2305"],
    ],
    [
      "D-5: 31 days old on the first day of the limit of 10 crore",
      dated("01/03/2025"),
      { today: "01/04/2025", cutoff: "01/01/2025" },
      ["D-5 2305"],
    ],
    [
      "D-5: old under no limit yet",
      dated("01/04/2023"),
      { today: "31/10/2023", cutoff: "01/01/2023", ...turnover(100) },
      [],
    ],
    ["D-5: notes alike", changed(dated("20/07/2026"), { "DocDtls.Typ": "CRN" }), {}, ["D-5 2305"]],
    ["D-6: registered before", intra(), { registry: { document: () => "registered" } }, ["D-6 2150"]],
    ["D-6: cancelled before", intra(), { registry: { document: () => "cancelled" } }, ["D-6 2278"]],
    ["D-6: at another portal", intra(), { registry: { document: () => "elsewhere" } }, ["D-6 2295"]],
    ["D-6: a new number", intra(), { registry: { document: () => undefined } }, []],
    [
      "D-7: an invoice that refers to another",
      changed(intra(), { RefDtls: { PrecDocDtls: [{ InvNo: "A/1", InvDt: "01/08/2026" }] } }),
      {},
      [],
    ],
    ["D-7: a note that refers to none", changed(intra(), { "DocDtls.Typ": "dbn" }), {}, []],
    ["D-8: a period of one day", period("01/08/2026", "01/08/2026"), {}, []],
    ["D-8: a period that ends before it starts", period("02/08/2026", "01/08/2026"), {}, ["D-8 warning"]],
  ] as [string, unknown, Partial<CheckContext>, string[]][])("%s", (_, invoice, context, codes) => {
    expect(codesOf(invoice, aContext(context))).toEqual(codes);
  });

  it("D-6 asks for the number as it identifies the document", () => {
    const asked: unknown[] = [];
    codesOf(intra(), aContext({ registry: { document: (identity) => void asked.push(identity) } }));
    expect(new Set(asked)).toContainEqual({
      sellerGstin: intra().SellerDtls.Gstin,
      docType: "INV",
      docNo: "INV/26-27/001",
      docDate: "18/08/2026",
    });
  });
});

function period(InvStDt: string, InvEndDt: string) {
  return changed(intra(), { RefDtls: { DocPerdDtls: { InvStDt, InvEndDt } } });
}

const igstOnIntra = { "TranDtls.IgstOnIntra": "Y", "TranDtls.RegRev": "Y" };
const operator = { requester: { kind: "operator" } } as const;
const ECM = "27AAAZE0005E1CH";
const withOperator = () => changed(intra(), { "TranDtls.EcmGstin": ECM });
const type = (type: string) => ({ registry: { taxpayer: () => ({ status: "active", type }) } });

describe("3.2 transaction", () => {
  const onIntra = (changes: object) => changed(inter(), { ...igstOnIntra, "BuyerDtls.Pos": "27", ...changes });

  it.each([
    ["T-1: B2C", changed(intra(), { "TranDtls.SupTyp": "B2C" }), {}, ["SCHEMA 5002"]],
    ["T-2: reverse charge on B2B", changed(intra(), { "TranDtls.RegRev": "Y" }), {}, []],
    ["T-2: reverse charge to a SEZ", changed(toSez(), { "TranDtls.RegRev": "Y" }), {}, []],
    ["T-2: reverse charge on an export", changed(exported(), { "TranDtls.RegRev": "Y" }), {}, ["T-2 2162"]],
    [
      "T-2: reverse charge on a deemed export",
      changed(intra(), { "TranDtls.RegRev": "Y", "TranDtls.SupTyp": "DEXP" }),
      {},
      ["T-2 2162"],
    ],
    ["T-3: IgstOnIntra to a SEZ", changed(toSez(), { "TranDtls.IgstOnIntra": "Y" }), {}, ["T-3 2268"]],
    ["T-3: IgstOnIntra on an export", changed(exported(), { "TranDtls.IgstOnIntra": "Y" }), {}, ["T-3 2268"]],
    ["T-4: IgstOnIntra within the state", onIntra({}), {}, []],
    ["T-4: states written in two ways", onIntra({ "BuyerDtls.Pos": "27" }), {}, []],
    ["T-4: IgstOnIntra into another state", onIntra({ "BuyerDtls.Pos": "29" }), {}, ["T-4 2262"]],
    ["T-5: IgstOnIntra without reverse charge", onIntra({ "TranDtls.RegRev": "N" }), {}, ["T-5 2294"]],
    ["T-6: the supplier names an operator", withOperator(), {}, ["T-6 2299"]],
    ["T-6: the operator names itself", withOperator(), operator, []],
    ["T-7: the operator names nobody", intra(), operator, ["T-7 2301"]],
    ["T-7: by its own GSTIN", withOperator(), { requester: { kind: "operator", gstin: ECM } }, []],
    [
      "T-7: by another operator",
      withOperator(),
      { requester: { kind: "operator", gstin: "29AAAZE0005E1CD" } },
      ["T-7 2169"],
    ],
    ["T-7: by the supplier", intra(), { requester: { kind: "supplier", gstin: intra().SellerDtls.Gstin } }, []],
    ["T-7: by a third party", intra(), { requester: { kind: "supplier", gstin: ECM } }, ["T-7 2169"]],
    ["T-8: an operator who is none", withOperator(), { ...operator, ...type("regular") }, ["T-8 2195"]],
    [
      "T-8: nobody",
      withOperator(),
      { ...operator, registry: { taxpayer: (g: string) => (g === ECM ? "nobody" : undefined) } },
      ["T-8 2195"],
    ],
    [
      "T-9: in reverse to a distributor",
      distributor("Y"),
      type("input-service-distributor"),
      ["P-26 2300", "T-9 2297"],
    ],
    ["T-9: to a distributor", distributor("N"), type("input-service-distributor"), ["P-26 2300"]],
  ] as [string, unknown, Partial<CheckContext>, string[]][])("%s", (_, invoice, context, codes) => {
    expect(codesOf(invoice, aContext(context)).sort()).toEqual(codes);
  });

  it("T-8 lets a registered operator pass", () => {
    const registry = {
      taxpayer: (gstin: string) => (gstin === ECM ? ({ status: "active", type: "tcs" } as const) : undefined),
    };
    expect(codesOf(withOperator(), aContext({ ...operator, registry }))).toEqual([]);
  });
});

function distributor(RegRev: string) {
  return changed(service(), { "TranDtls.RegRev": RegRev });
}

describe("switches", () => {
  it("turn a rule off, weigh it anew or move its days", () => {
    const late = dated("20/07/2026");
    expect(codesOf(late, aContext({ switches: { "D-5": "off" } }))).toEqual([]);
    expect(codesOf(late, aContext({ switches: { "D-5": { severity: "warning" } } }))).toEqual(["D-5 warning"]);
    const fourDigits = changed(intra(), { "ItemList.0.HsnCd": "8471" });
    expect(codesOf(fourDigits)).toEqual(["L-8 warning"]);
    expect(codesOf(fourDigits, aContext({ switches: { "L-8": { from: "21/08/2026" } } }))).toEqual([]);
    expect(codesOf(fourDigits, aContext({ switches: { "L-8": { to: TODAY, severity: "error" } } }))).toEqual([
      "L-8 error",
    ]);
  });
});
