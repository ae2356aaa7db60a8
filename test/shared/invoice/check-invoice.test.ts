import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CheckContext, PORTAL_CUTOFF, type Registry } from "../../../shared/invoice/check-context.ts";
import { brokenRules, checkInvoice } from "../../../shared/invoice/check-invoice.ts";
import { Invoice } from "../../../shared/invoice/invoice.ts";
import { rules } from "../../../shared/invoice/rules/all-rules.ts";
import type { Rule } from "../../../shared/invoice/rules/rule.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anItem } from "../../fakes/an-invoice.ts";
import { loadVectors, type Vector } from "../../vectors/load-vectors.ts";
import { generatedInvoice } from "./a-generated-invoice.ts";
import { aContext, byRoad, changed, codesOf, exported, inter, intra, service, shipped, toSez } from "./a-supply.ts";

describe("the vectors", () => {
  it.each([...loadVectors("valid"), ...loadVectors("invalid")])("$id gives exactly its codes", (vector) => {
    const findings = checkInvoice(vector.request, contextOf(vector));
    const codes = (severity: string) =>
      findings.filter((finding) => finding.severity === severity).map((finding) => finding.irpCode ?? "");
    const mayJoin = new Set(vector.alsoAllowed);
    expect(
      codes("error")
        .filter((code) => !mayJoin.has(code))
        .sort(),
    ).toEqual(vector.expected.toSorted());
    expect(codes("ewb").sort()).toEqual((vector.expectedEwbInfo ?? []).toSorted());
  });
});

function contextOf({ asOf, context, request }: Vector): CheckContext {
  return {
    today: asOf,
    cutoff: context.cutoff ?? PORTAL_CUTOFF,
    taxpayer: { turnoverCrore: context.limit30 === false ? 5 : 10 },
    requester: { kind: context.agent === "eco" ? "operator" : "supplier" },
    ...(context.needs === undefined ? {} : { registry: registryOf(context.needs, Invoice.parse(request)) }),
  };
}

/** The look-ups whose answers a vector describes in words. */
function registryOf(needs: string, { SellerDtls, BuyerDtls, TranDtls }: Invoice): Registry {
  const active = { status: "active", type: "regular" } as const;
  const only = (party: string | null | undefined, answer: ReturnType<NonNullable<Registry["taxpayer"]>>): Registry => ({
    taxpayer: (gstin) => (gstin === party ? answer : undefined),
  });
  const answers: readonly (readonly [RegExp, Registry])[] = [
    [/^state: .*cancelled/, { document: () => "cancelled" }],
    [/^state: .*(another|other) /, { document: () => "elsewhere" }],
    [/^state: .*already registered/, { document: () => "registered" }],
    [/seller: SEZ unit/, only(SellerDtls.Gstin, { ...active, type: "sez-unit" })],
    [/seller.*(cancelled|inactive|not active)/, only(SellerDtls.Gstin, { ...active, status: "cancelled" })],
    [/seller.*composition/, only(SellerDtls.Gstin, { ...active, type: "composition" })],
    [/not know the buyer/, only(BuyerDtls.Gstin, "nobody")],
    [/not know the seller/, only(SellerDtls.Gstin, "nobody")],
    [/not a TCS/, only(TranDtls.EcmGstin, active)],
    [/buyer is an input service distributor/, only(BuyerDtls.Gstin, { ...active, type: "input-service-distributor" })],
    [/buyer is (not|no).*SEZ/, only(BuyerDtls.Gstin, active)],
    [/buyer.*(composition|UIN)/, only(BuyerDtls.Gstin, { ...active, type: "composition" })],
    [/buyer.*SEZ/, only(BuyerDtls.Gstin, { ...active, type: "sez-unit" })],
    [/HSN/, { hsn: () => false }],
  ];
  const found = answers.find(([words]) => words.test(needs));
  if (found === undefined) throw new Error(`no look-up for "${needs}"`);
  return found[1];
}

describe("what is reported", () => {
  it("is nothing on a clean document", () => {
    expect([intra(), inter(), toSez(), exported(), service(), byRoad()].map((invoice) => codesOf(invoice))).toEqual([
      [],
      [],
      [],
      [],
      [],
      [],
    ]);
  });

  it("is everything at once, as it stands in the document and then on the sheet", () => {
    const invoice = changed(inter(), {
      Extra: 1,
      "SellerDtls.Em": "nobody",
      "TranDtls.IgstOnIntra": "Y",
      "DocDtls.Dt": "21/08/2026",
      "ItemList.1": anItem({ SlNo: "1", GstRt: 17 }),
      "ValDtls.AssVal": 0,
    });
    const found = checkInvoice(invoice, aContext()).map(({ path, code }) => `${path} ${code}`);
    expect(found).toEqual([
      "TranDtls.IgstOnIntra T-4",
      "TranDtls.IgstOnIntra T-5",
      "DocDtls.Dt D-3",
      "SellerDtls.Em SCHEMA",
      "ItemList[1].SlNo L-1",
      "ItemList[1].GstRt X-4",
      "ItemList[1].CgstAmt X-2",
      "ValDtls.AssVal A-5",
      "ValDtls.CgstVal A-7",
      "ValDtls.SgstVal A-6",
      "ValDtls.TotInvVal A-11",
      "Extra SCHEMA",
    ]);
  });

  it("orders lines by number, not by text", () => {
    const ItemList = Array.from({ length: 12 }, () => anItem());
    const paths = checkInvoice(changed(intra(), { ItemList }), aContext()).map(({ path }) => path);
    expect(paths.slice(0, 11)).toEqual(Array.from({ length: 11 }, (_, index) => `ItemList[${index + 1}].SlNo`));
  });

  it("says how to mend it, with the amounts that are accepted", () => {
    const [finding] = checkInvoice(
      changed(inter(), {
        "ItemList.0.IgstAmt": 100,
        "ValDtls.IgstVal": 100,
        "ItemList.0.TotItemVal": 1100,
        "ValDtls.TotInvVal": 1100,
      }),
      aContext(),
    );
    expect(finding).toEqual({
      code: "X-6",
      irpCode: "2235",
      severity: "error",
      path: "ItemList[0].IgstAmt",
      message: "IgstAmt is not AssAmt × GstRt / 100",
      hint: "AssAmt × GstRt / 100 is 180.00 (179.00 to 181.00 is accepted).",
    });
  });

  it("stops at a thousand, errors first", () => {
    // A rate of before 22/09/2025 on every line, and totals that fit one line.
    const ItemList = Array.from({ length: 1000 }, (_, index) =>
      anItem({ SlNo: String(index + 1), GstRt: 12, CgstAmt: 60, SgstAmt: 60, TotItemVal: 1120 }),
    );
    const findings = checkInvoice(changed(intra(), { ItemList }), aContext());
    expect(findings).toHaveLength(1001);
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(errors.map(({ code }) => code)).toEqual(["A-5", "A-7", "A-6", "A-11"]);
    expect(findings.at(-1)).toMatchObject({ severity: "warning", path: "", message: "4 more findings are not listed" });
  });
});

describe("beside a breach of the schema", () => {
  it("rules that do not read the member still run", () => {
    expect(codesOf(changed(intra(), { "SellerDtls.Em": "x", "BuyerDtls.Pos": "45" }))).toEqual([
      "SCHEMA 5002",
      "P-13 2243",
      "X-2 2174",
    ]);
  });

  it("rules that read it do not", () => {
    expect(codesOf(changed(intra(), { "BuyerDtls.Pos": 27 }))).toEqual(["SCHEMA 5002"]);
    expect(codesOf(changed(intra(), { BuyerDtls: undefined, "DocDtls.Dt": "21/08/2026" }))).toEqual([
      "D-3 2163",
      "SCHEMA 5002",
    ]);
    expect(codesOf(changed(byRoad(), { EwbDtls: 5 }))).toEqual(["SCHEMA 5002"]);
  });

  it("a line does not hide the other lines, but their sums", () => {
    const ItemList = [anItem({ AssAmt: -1 }), anItem({ SlNo: "2", GstRt: 17 })];
    expect(codesOf(changed(intra(), { ItemList }))).toEqual(
      ["SCHEMA 5002", "X-4 2240", "X-5 2234", "A-7 2184", "A-6 2183", "A-11 2189"].toSorted(bySheet),
    );
  });

  it("a list of no or too many lines is the only thing said about lines", () => {
    expect(codesOf(changed(intra(), { ItemList: [] }))).toEqual(["SCHEMA 2228"]);
    expect(codesOf(changed(intra(), { ItemList: [null] }))).toEqual(["SCHEMA 5002"]);
  });
});

/** The totals' own order: AssVal, CgstVal, SgstVal … */
function bySheet(one: string, other: string): number {
  const order = ["SCHEMA", "X-4", "X-5", "A-5", "A-7", "A-6", "A-11"];
  const at = (code: string) => order.indexOf(code.split(" ")[0] ?? "");
  return at(one) - at(other);
}

const ALL_LOOK_UPS: Registry = {
  taxpayer: () => ({ status: "cancelled", type: "composition", registeredOn: "01/01/2027", cancelledOn: "01/01/2020" }),
  document: () => "registered",
  hsn: () => false,
  distance: () => 5,
};

describe("every rule", () => {
  const documents = [aFullInvoice(), intra(), inter(), toSez(), exported(), service(), byRoad(), shipped()];
  const contexts = [
    aContext(),
    aContext({ registry: ALL_LOOK_UPS, requester: { kind: "operator", gstin: "29AAAZE0005E1CD" } }),
  ];

  it.each(rules.map((rule, index) => [`${index} ${rule.no} ${rule.irpCode ?? rule.severity}`, rule] as const))(
    "%s reads only what it declares",
    (_, rule) => {
      const check = (document: Invoice) => {
        for (const context of contexts) {
          const { document: recorded, read } = recording(document);
          rule.check(recorded, context, () => true);
          expect([...read].filter((path) => !isDeclared(rule, path))).toEqual([]);
        }
      };
      for (const document of documents) check(document);
      fc.assert(
        fc.property(generatedInvoice, mutation, (invoice, mutate) => check(mutate(invoice))),
        { numRuns: 20 },
      );
    },
  );

  it("has words for everything that it can find", () => {
    const findings = documents.flatMap((document) =>
      brokenRules(
        rules,
        { ...document, DocDtls: { ...document.DocDtls, Dt: "01/01/2024" } },
        [],
        aContext({ registry: ALL_LOOK_UPS }),
      ),
    );
    for (const { message, hint } of findings) {
      expect(message).not.toMatch(/undefined|NaN|\[object/);
      expect(hint).toMatch(/[.?]$/);
    }
  });
});

/** A block's own name is declared with any of its members: to come to a member one passes through it. */
function isDeclared({ reads }: Rule, path: string): boolean {
  return reads.some((read) => read === path || read.startsWith(`${path}.`) || read.startsWith(`${path}[`));
}

/** The document, and the paths of what is read of it. */
function recording(document: Invoice): { document: Invoice; read: Set<string> } {
  const read = new Set<string>();
  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value !== "object" || value === null) return value;
    return new Proxy(value, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof name === "symbol" || typeof member === "function" || name === "length") return member;
        const at = Array.isArray(target) ? `${path}[]` : path === "" ? name : `${path}.${name}`;
        if (!Array.isArray(target)) read.add(at);
        return wrap(member, at);
      },
    });
  };
  return { document: wrap(document, "") as Invoice, read };
}

/** Changes that keep the schema but break rules here and there. */
const mutation: fc.Arbitrary<(invoice: Invoice) => Invoice> = fc
  .dictionary(
    fc.constantFrom(
      "TranDtls.RegRev",
      "TranDtls.IgstOnIntra",
      "BuyerDtls.Pos",
      "BuyerDtls.Stcd",
      "BuyerDtls.Gstin",
      "ItemList.0.IgstAmt",
      "ItemList.0.CgstAmt",
      "ItemList.0.TotItemVal",
      "ItemList.0.HsnCd",
      "ItemList.0.CesAmt",
    ),
    fc.constantFrom<unknown>("Y", "27", "96", "24AAAZA0001A1ZS", 5, 0, "24022010", null),
    { maxKeys: 4 },
  )
  .map((changes) => (invoice) => {
    const mutated = changed(invoice, changes);
    return Invoice.safeParse(mutated).success ? mutated : invoice;
  });

describe("properties", () => {
  it("finds fault with a day that cannot even be made text", () => {
    const { DocDtls, ...invoice } = aFullInvoice();
    const findings = checkInvoice({ ...invoice, DocDtls: { ...DocDtls, Dt: { toString: "" } } }, aContext());
    expect(findings.map(({ path }) => path)).toContain("DocDtls.Dt");
  });

  it("an invoice whose amounts follow from its lines is clean", () => {
    fc.assert(
      fc.property(generatedInvoice, (invoice) => {
        // Some have compensation cess, which is nil by now.
        expect(codesOf(invoice).filter((code) => code !== "X-4 warning")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, string, (invoice: Invoice) => Readonly<Record<string, unknown>>]>([
    [
      "A-2 2193",
      "the taxable value of a line",
      ({ ItemList: [line] }) => ({ "ItemList.0.Discount": plusFive(line?.Discount) }),
    ],
    [
      "A-3 2194",
      "the total of a line",
      ({ ItemList: [line] }) => ({ "ItemList.0.TotItemVal": plusFive(line?.TotItemVal), "TranDtls.RegRev": "N" }),
    ],
    ["A-5 2182", "the sum of the taxable values", ({ ValDtls }) => ({ "ValDtls.AssVal": plusFive(ValDtls.AssVal) })],
    ["A-6 2183", "the sum of SGST", ({ ValDtls }) => ({ "ValDtls.SgstVal": plusFive(ValDtls.SgstVal) })],
    ["A-7 2184", "the sum of CGST", ({ ValDtls }) => ({ "ValDtls.CgstVal": plusFive(ValDtls.CgstVal) })],
    ["A-8 2185", "the sum of IGST", ({ ValDtls }) => ({ "ValDtls.IgstVal": plusFive(ValDtls.IgstVal) })],
    ["A-9 2186", "the sum of cess", ({ ValDtls }) => ({ "ValDtls.CesVal": plusFive(ValDtls.CesVal) })],
    ["A-10 2187", "the sum of state cess", ({ ValDtls }) => ({ "ValDtls.StCesVal": plusFive(ValDtls.StCesVal) })],
    ["A-11 2189", "the total", ({ ValDtls }) => ({ "ValDtls.TotInvVal": plusFive(ValDtls.TotInvVal) })],
    ["X-4 2240", "the rate", () => ({ "ItemList.0.GstRt": 17 })],
    ["L-7 2177", "the unit", () => ({ "ItemList.0.Unit": "PIECE" })],
    ["P-18 2276", "the seller's PIN code", () => ({ "SellerDtls.Pin": 999999 })],
    ["D-3 2163", "the date", () => ({ "DocDtls.Dt": "21/08/2026" })],
  ])("%s is found when %s is broken", (code, _, changes) => {
    fc.assert(
      fc.property(
        generatedInvoice,
        (invoice) => void expect(codesOf(changed(invoice, changes(invoice)))).toContain(code),
      ),
    );
  });

  it("throws on no JSON value", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void checkInvoice(value, aContext({ registry: ALL_LOOK_UPS }))));
  });

  it("throws on no invoice with JSON values in it", () => {
    const paths = [
      "TranDtls",
      "DocDtls",
      "DocDtls.Dt",
      "SellerDtls",
      "SellerDtls.Gstin",
      "BuyerDtls.Pos",
      "BuyerDtls.Pin",
      "DispDtls",
      "ShipDtls",
      "ItemList",
      "ItemList.0",
      "ItemList.0.HsnCd",
      "ItemList.0.AssAmt",
      "ItemList.0.Unit",
      "ValDtls",
      "ValDtls.IgstVal",
      "RefDtls",
      "RefDtls.DocPerdDtls",
      "ExpDtls",
      "EwbDtls",
      "EwbDtls.TransDocDt",
      "EwbDtls.Distance",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), fc.jsonValue()), { minLength: 1, maxLength: 3 }),
        (changes) => {
          // From the innermost on, so that there is a block to change something in.
          const ordered = changes.toSorted(([one], [other]) => other.length - one.length);
          const invoice = changed(aFullInvoice(), Object.fromEntries(ordered));
          for (const { code } of checkInvoice(invoice, aContext({ registry: ALL_LOOK_UPS }))) expect(code).not.toBe("");
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** In floating point the sum may have more than two decimals. */
function plusFive(amount: number | null | undefined): number {
  return Number(((amount ?? 0) + 5).toFixed(2));
}
