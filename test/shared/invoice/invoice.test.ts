import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/invoice/finding.ts";
import { readInvoice } from "../../../shared/invoice/invoice.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { loadVectors } from "../../vectors/load-vectors.ts";

/** Codes that the schema decides beside 5002. In the I and E vectors 5002 is a rule between blocks (P-23). */
const SCHEMA_CODES = ["2173", "2228", "2279", "2292"];

describe("the vectors", () => {
  it.each(loadVectors("valid"))("$id has no finding", ({ request }) => {
    expect(findingsOf(request)).toEqual([]);
  });

  const invalid = loadVectors("invalid");

  it.each(invalid.filter(({ id }) => id.startsWith("S")))("$id ($notes) breaks the schema there", (vector) => {
    const errors = errorsOf(vector.request);
    expect(new Set(errors.map(({ irpCode }) => irpCode))).toEqual(new Set(vector.expected));
    expect(errors.map(({ path }) => path)).toEqual(vector.schemaPaths);
  });

  it.each(invalid.filter(({ id }) => !id.startsWith("S")))("$id gives only what the schema decides", (vector) => {
    const codes = errorsOf(vector.request).map(({ irpCode }) => irpCode);
    expect(codes).toEqual(vector.expected.filter((code) => SCHEMA_CODES.includes(code)));
  });
});

/** [path, shortest, longest] as printed on the sheet. */
const TEXTS: readonly [string, number, number][] = [
  ["SellerDtls.LglNm", 3, 100],
  ["SellerDtls.TrdNm", 3, 100],
  ["SellerDtls.Addr1", 1, 100],
  ["SellerDtls.Addr2", 3, 100],
  ["SellerDtls.Loc", 3, 50],
  ["BuyerDtls.LglNm", 3, 100],
  ["BuyerDtls.TrdNm", 3, 100],
  ["BuyerDtls.Addr1", 1, 100],
  ["BuyerDtls.Addr2", 3, 100],
  ["BuyerDtls.Loc", 3, 100],
  ["DispDtls.Nm", 3, 100],
  ["DispDtls.Addr1", 1, 100],
  ["DispDtls.Addr2", 3, 100],
  ["DispDtls.Loc", 3, 100],
  ["ShipDtls.LglNm", 3, 100],
  ["ShipDtls.TrdNm", 3, 100],
  ["ShipDtls.Addr1", 1, 100],
  ["ShipDtls.Addr2", 3, 100],
  ["ShipDtls.Loc", 3, 100],
  ["ItemList[0].PrdDesc", 3, 300],
  ["ItemList[0].BchDtls.Nm", 3, 20],
  ["ItemList[0].Barcde", 3, 30],
  ["ItemList[0].OrdLineRef", 1, 50],
  ["ItemList[0].PrdSlNo", 1, 20],
  ["ItemList[0].AttribDtls[0].Nm", 1, 100],
  ["ItemList[0].AttribDtls[0].Val", 1, 100],
  ["PayDtls.Nm", 1, 100],
  ["PayDtls.AccDet", 1, 18],
  ["PayDtls.Mode", 1, 18],
  ["PayDtls.FinInsBr", 1, 11],
  ["PayDtls.PayTerm", 1, 100],
  ["PayDtls.PayInstr", 1, 100],
  ["PayDtls.CrTrn", 1, 100],
  ["PayDtls.DirDr", 1, 100],
  ["RefDtls.InvRm", 3, 100],
  ["RefDtls.PrecDocDtls[0].OthRefNo", 1, 20],
  ["RefDtls.ContrDtls[0].RecAdvRefr", 1, 20],
  ["RefDtls.ContrDtls[0].TendRefr", 1, 20],
  ["RefDtls.ContrDtls[0].ContrRefr", 1, 20],
  ["RefDtls.ContrDtls[0].ExtRefr", 1, 20],
  ["RefDtls.ContrDtls[0].ProjRefr", 1, 20],
  ["RefDtls.ContrDtls[0].PORefr", 1, 16],
  ["AddlDocDtls[0].Url", 3, 100],
  ["AddlDocDtls[0].Docs", 3, 1000],
  ["AddlDocDtls[0].Info", 3, 1000],
  ["ExpDtls.ShipBNo", 1, 20],
  ["EwbDtls.TransName", 3, 100],
];

describe.each(TEXTS)("%s is text of %i to %i characters", (path, min, max) => {
  it("ends exactly there, counted in characters", () => {
    expect(breachesOf(path, "अ".repeat(min))).toEqual([]);
    expect(breachesOf(path, "x".repeat(max))).toEqual([]);
    expect(breachesOf(path, "𝒳".repeat(max))).toEqual([]);
    expect(breachesOf(path, "x".repeat(max + 1))).toEqual([path]);
    expect(breachesOf(path, "𝒳".repeat(max + 1))).toEqual([path]);
    expect(breachesOf(path, "𝒳".repeat(min - 1))).toEqual([path]);
  });

  it.each(['a"bc', "a\\bc", "abc\ud835", 1234, true, ["abc"], { a: "abc" }])("refuses %j", (value) => {
    expect(breachesOf(path, value)).toEqual([path]);
  });
});

const MONEY = [12, 2] as const;
const TOTAL = [14, 2] as const;
/** [path, digits before the point, digits after it]. */
const AMOUNTS: readonly [string, number, number][] = [
  ["ItemList[0].Qty", 10, 3],
  ["ItemList[0].FreeQty", 10, 3],
  ["ItemList[0].UnitPrice", 12, 3],
  ["ItemList[0].TotAmt", ...MONEY],
  ["ItemList[0].Discount", ...MONEY],
  ["ItemList[0].PreTaxVal", ...MONEY],
  ["ItemList[0].AssAmt", ...MONEY],
  ["ItemList[0].GstRt", 3, 3],
  ["ItemList[0].IgstAmt", ...MONEY],
  ["ItemList[0].CgstAmt", ...MONEY],
  ["ItemList[0].SgstAmt", ...MONEY],
  ["ItemList[0].CesRt", 3, 3],
  ["ItemList[0].CesAmt", ...MONEY],
  ["ItemList[0].CesNonAdvlAmt", ...MONEY],
  ["ItemList[0].StateCesRt", 3, 3],
  ["ItemList[0].StateCesAmt", ...MONEY],
  ["ItemList[0].StateCesNonAdvlAmt", ...MONEY],
  ["ItemList[0].OthChrg", ...MONEY],
  ["ItemList[0].TotItemVal", ...MONEY],
  ["ValDtls.AssVal", ...TOTAL],
  ["ValDtls.CgstVal", ...TOTAL],
  ["ValDtls.SgstVal", ...TOTAL],
  ["ValDtls.IgstVal", ...TOTAL],
  ["ValDtls.CesVal", ...TOTAL],
  ["ValDtls.StCesVal", ...TOTAL],
  ["ValDtls.Discount", ...TOTAL],
  ["ValDtls.OthChrg", ...TOTAL],
  ["ValDtls.TotInvVal", ...TOTAL],
  ["ValDtls.TotInvValFc", ...TOTAL],
  ["PayDtls.PaidAmt", ...TOTAL],
  ["PayDtls.PaymtDue", ...TOTAL],
  ["ExpDtls.ExpDuty", ...MONEY],
];

describe.each(AMOUNTS)("%s is an amount of up to %i digits and %i decimals", (path, digits, decimals) => {
  const most = `${"9".repeat(digits)}.${"9".repeat(decimals)}`;
  const smallest = `0.${"0".repeat(decimals - 1)}1`;

  it.each(["0", "0.00", "-0", "1e2", smallest, most])("takes %s", (literal) => {
    expect(breachesOf(path, JSON.parse(literal))).toEqual([]);
  });

  it.each([
    `1${"0".repeat(digits)}`,
    `1.${"0".repeat(decimals)}1`,
    "-0.01",
    "-1",
    "1e-7",
    "1e999",
    '"1"',
    "true",
    "[1]",
  ])("refuses %s", (literal) => {
    expect(breachesOf(path, JSON.parse(literal))).toEqual([path]);
  });
});

/** [path, values that are taken, values that are not]. */
const VALUES: readonly [string, readonly unknown[], readonly unknown[]][] = [
  ["Version", ["1.1"], ["1.0", "1.01", " 1.1", "", 1.1]],
  ["TranDtls.TaxSch", ["GST"], ["gst", "VAT", ""]],
  [
    "TranDtls.SupTyp",
    ["B2B", "SEZWP", "SEZWOP", "EXPWP", "EXPWOP", "DEXP", "b2b", "ExpWP"],
    ["B2C", "SEZ", "", "B2B ", 1],
  ],
  ["TranDtls.RegRev", ["Y", "N"], ["y", "n", "", "YES", true]],
  ["TranDtls.EcmGstin", ["27AAAZE0005E1C3"], ["URP", "27AAAZE0005E1C", "27aaaze0005e1c3", ""]],
  ["TranDtls.IgstOnIntra", ["Y", "N"], ["y", "n", "", true]],
  ["DocDtls.Typ", ["INV", "CRN", "DBN", "inv", "Crn"], ["BOS", "", "INVOICE"]],
  [
    "DocDtls.No",
    ["1", "a", "9sQ5E2", "A/-01", "A123456789012345"],
    ["0", "/1", "-1", "A 1", "A_1", "", "A1234567890123456"],
  ],
  ["SellerDtls.Gstin", ["27AAAZA0001A1ZM", "01AMBPG7773M002"], ["URP", "27aaaza0001a1zm", "2AAAAZA0001A1ZM", ""]],
  ["SellerDtls.Pin", [100000, 999999], [99999, 1000000, 411001.5, "411001"]],
  ["SellerDtls.Stcd", ["7", "07", "27", "96"], ["0", "00", "127", "MH", "", 27]],
  ["SellerDtls.Ph", ["123456", "123456789012"], ["12345", "1234567890123", "+919000000000", 9000000000]],
  [
    "SellerDtls.Em",
    ["a@b.in", `${"a".repeat(92)}@b.co.in`],
    ["a@b.i", `${"a".repeat(93)}@b.co.in`, "a.b.in.x", "a@b@c.in", "a b@c.in"],
  ],
  ["BuyerDtls.Gstin", ["27AAAZB0002B1ZI", "URP"], ["urp", "27AAAZB0002B1Z", "", "URP "]],
  ["BuyerDtls.Pos", ["7", "07", "96"], ["0", "00", "127", "", 27]],
  ["BuyerDtls.Pin", [100000, 999999], [99999, 1000000, 411001.5, "411001"]],
  ["BuyerDtls.Stcd", ["7", "07"], ["0", "MH", 27]],
  ["BuyerDtls.Ph", ["123456"], ["12345"]],
  ["BuyerDtls.Em", ["a@b.in"], ["a.b.in"]],
  ["DispDtls.Pin", [100000, 999999], [99999, 1000000]],
  ["DispDtls.Stcd", ["7"], ["0", 27]],
  ["ShipDtls.Gstin", ["27AAAZB0002B1ZI", "URP"], ["", "NONE"]],
  ["ShipDtls.Pin", [100000, 999999], [99999, 1000000]],
  ["ShipDtls.Stcd", ["7"], ["0", 27]],
  ["ItemList[0].SlNo", ["1", "000000", "999999"], ["", "1000000", "a", "-1", 1]],
  ["ItemList[0].IsServc", ["Y", "N"], ["y", "n", "", false]],
  [
    "ItemList[0].HsnCd",
    ["1001", "100110", "84713010"],
    ["0000", "000000", "00000000", "100", "10011", "1001101", "847130101", "ABCD", "", 1001],
  ],
  ["ItemList[0].Unit", ["NOS", "nos", "ABCDEFGH"], ["NO", "ABCDEFGHI", "N0S", ""]],
  ["ItemList[0].OrgCntry", ["IN", "in"], ["I", "IND", "1N", ""]],
  ["ValDtls.RndOffAmt", [-99.99, 0, 99.99, -0.01], [100, -100, 99.991, 0.001, "0"]],
  ["PayDtls.CrDay", [0, 9999], [-1, 10000, 1.5, "30"]],
  ["RefDtls.PrecDocDtls[0].InvNo", ["1", "A123456789012345"], ["0", "/1", "", "A1234567890123456"]],
  ["ExpDtls.Port", ["IN", "INNSA1", "ABCDEFGHIJ", "innsa1", "12"], ["I", "ABCDEFGHIJK", "IN-1", ""]],
  ["ExpDtls.RefClm", ["Y", "N"], ["y", ""]],
  ["ExpDtls.ForCur", ["USD", "usd", "ABCDEFGHIJKLMNOP"], ["US", "ABCDEFGHIJKLMNOPQ", "US1", ""]],
  ["ExpDtls.CntCode", ["US"], ["us", "USA", "U", ""]],
  ["EwbDtls.Distance", [0, 4000], [-1, 4001, 0.5, "10"]],
  ["EwbDtls.TransId", ["27AAAZT0006T1Z5"], ["27AAAZT0006T1Z", "URP", ""]],
  ["EwbDtls.TransMode", ["1", "2", "3", "4"], ["0", "5", "", 1]],
  ["EwbDtls.TransDocNo", ["1", "LR/1-2", "ABCDEFGHIJKLMNO"], ["", "ABCDEFGHIJKLMNOP", "A B"]],
  ["EwbDtls.VehNo", ["AB12", "mh12ab1234", "A".repeat(20)], ["AB1", "A".repeat(21), "MH 12", "MH-12"]],
  ["EwbDtls.VehType", ["O", "R"], ["o", "X", ""]],
];

describe.each(VALUES)("%s", (path, taken, refused) => {
  it.each(taken)("takes %j", (value) => {
    expect(breachesOf(path, value)).toEqual([]);
  });

  it.each(refused)("refuses %j", (value) => {
    expect(breachesOf(path, value)).toEqual([path]);
  });
});

const NO_DATES = [
  "2026-08-18",
  "1/08/2026",
  "18/8/2026",
  "18/08/26",
  "18-08-2026",
  "18/08/2026 ",
  "",
  "00/08/2026",
  "18/00/2026",
];
const NOT_IN_THE_CALENDAR = ["31/04/2026", "29/02/2027", "30/02/2024", "32/01/2026", "18/13/2026", "39/19/2026"];

describe.each([
  "DocDtls.Dt",
  "RefDtls.PrecDocDtls[0].InvDt",
  "RefDtls.ContrDtls[0].RecAdvDt",
  "RefDtls.ContrDtls[0].PORefDt",
  "ExpDtls.ShipBDt",
  "EwbDtls.TransDocDt",
])("%s is a day of 2010 to 2029", (path) => {
  it.each(["01/01/2010", "31/12/2029", "29/02/2024", "30/04/2026"])("takes %s", (day) => {
    expect(breachesOf(path, day)).toEqual([]);
  });

  it.each([...NO_DATES, ...NOT_IN_THE_CALENDAR, "31/12/2009", "01/01/2030", 18082026])("refuses %j", (day) => {
    expect(breachesOf(path, day)).toEqual([path]);
  });
});

describe.each([
  "ItemList[0].BchDtls.ExpDt",
  "ItemList[0].BchDtls.WrDt",
  "RefDtls.DocPerdDtls.InvStDt",
  "RefDtls.DocPerdDtls.InvEndDt",
])("%s is a day of 1980 to 2059", (path) => {
  it.each(["01/01/1980", "31/12/2059", "29/02/2024"])("takes %s", (day) => {
    expect(breachesOf(path, day)).toEqual([]);
  });

  it.each([...NO_DATES, ...NOT_IN_THE_CALENDAR, "31/12/1979", "01/01/2060"])("refuses %j", (day) => {
    expect(breachesOf(path, day)).toEqual([path]);
  });
});

describe("codes of single faults", () => {
  it.each(NOT_IN_THE_CALENDAR)("a document date %s has the right shape, so it is rule D-2", (day) => {
    expect(errorsOf(anInvoice({ docDate: day }))).toMatchObject([{ code: "D-2", irpCode: "2292", path: "DocDtls.Dt" }]);
  });

  it("a document date of another shape is a breach of the schema", () => {
    expect(errorsOf(anInvoice({ docDate: "2026-08-18" }))).toMatchObject([{ code: "SCHEMA", irpCode: "5002" }]);
  });

  it("another date that is not in the calendar is a breach of the schema", () => {
    const [finding] = errorsOf(changed("RefDtls.PrecDocDtls[0].InvDt", "31/04/2026"));
    expect(finding).toMatchObject({ code: "SCHEMA", irpCode: "5002" });
  });

  it("another version is rule D-1, a version that is no text a breach of the schema", () => {
    expect(errorsOf(changed("Version", "1.01"))).toMatchObject([{ code: "D-1", irpCode: "2279", path: "Version" }]);
    expect(errorsOf(changed("Version", 1.1))).toMatchObject([{ code: "SCHEMA", irpCode: "5002", path: "Version" }]);
  });

  it("no line is 2228 and more than 1000 are 2173, also when lines have faults of their own", () => {
    const lines = (count: number) => Array.from({ length: count }, (_, index) => anItem({ SlNo: String(index + 1) }));
    expect(codesOf(anInvoice({ ItemList: [] }))).toEqual(["2228"]);
    expect(codesOf(anInvoice({ ItemList: lines(1000) }))).toEqual([]);
    expect(codesOf(anInvoice({ ItemList: lines(1001) }))).toEqual(["2173"]);
    expect(codesOf({ ...anInvoice(), ItemList: [...lines(1000), "no line"] })).toEqual(["5002", "2173"]);
    expect(codesOf(anInvoice({ ItemList: [...lines(1000), anItem({ SlNo: "no number" })] }))).toEqual(["5002", "2173"]);
  });

  it("an IRN in the request is refused; null is as good as absent", () => {
    expect(errorsOf({ ...anInvoice(), Irn: "0".repeat(64) })).toMatchObject([{ irpCode: "5002", path: "Irn" }]);
    expect(findingsOf({ ...anInvoice(), Irn: null })).toEqual([]);
  });
});

describe("optional and required members", () => {
  const REQUIRED = [
    "Version",
    "TranDtls",
    "TranDtls.TaxSch",
    "TranDtls.SupTyp",
    "DocDtls",
    "DocDtls.Typ",
    "DocDtls.No",
    "DocDtls.Dt",
    "SellerDtls",
    ...["Gstin", "LglNm", "Addr1", "Loc", "Pin", "Stcd"].map((name) => `SellerDtls.${name}`),
    "BuyerDtls",
    ...["Gstin", "LglNm", "Pos", "Addr1", "Loc", "Stcd"].map((name) => `BuyerDtls.${name}`),
    ...["Nm", "Addr1", "Loc", "Pin", "Stcd"].map((name) => `DispDtls.${name}`),
    ...["LglNm", "Addr1", "Loc", "Pin", "Stcd"].map((name) => `ShipDtls.${name}`),
    "ItemList",
    ...["SlNo", "IsServc", "HsnCd", "UnitPrice", "TotAmt", "AssAmt", "GstRt", "TotItemVal"].map(
      (name) => `ItemList[0].${name}`,
    ),
    "ItemList[0].BchDtls.Nm",
    "ValDtls",
    "ValDtls.AssVal",
    "ValDtls.TotInvVal",
    "RefDtls.DocPerdDtls.InvStDt",
    "RefDtls.DocPerdDtls.InvEndDt",
    "RefDtls.PrecDocDtls[0].InvNo",
    "RefDtls.PrecDocDtls[0].InvDt",
    "EwbDtls.Distance",
  ];
  const members = pathsOf(aFullInvoice());

  it("knows every member of the sheet", () => {
    expect(findingsOf(aFullInvoice())).toEqual([]);
    expect(members).toHaveLength(149);
  });

  it.each(members)("%s may be left out or null only if the sheet says so", (path) => {
    const expected = REQUIRED.includes(path) ? [path] : [];
    expect(breachesOf(path, undefined)).toEqual(expected);
    expect(breachesOf(path, null)).toEqual(expected);
  });

  it.each(["TranDtls", "SellerDtls", "EwbDtls", "RefDtls.DocPerdDtls", "ItemList[0]", "ItemList[0].BchDtls"])(
    "%s has to be an object",
    (path) => {
      expect(breachesOf(path, "text")).toEqual([path]);
      expect(breachesOf(path, [])).toEqual([path]);
    },
  );

  it.each(["ItemList", "ItemList[0].AttribDtls", "RefDtls.PrecDocDtls", "RefDtls.ContrDtls", "AddlDocDtls"])(
    "%s has to be a list",
    (path) => {
      expect(breachesOf(path, {})).toEqual([path]);
      expect(breachesOf(path, "text")).toEqual([path]);
    },
  );

  it.each([undefined, null, 1, "text", [], [{}]])("%j is no invoice", (value) => {
    expect(errorsOf(value)).toMatchObject([{ code: "SCHEMA", irpCode: "5002", path: "" }]);
  });
});

describe("findings", () => {
  it("lists every breach at once, in the order of the sheet", () => {
    const { SellerDtls: _, ...rest } = anInvoice({
      docNo: "0",
      docDate: "39/19/2026",
      BuyerDtls: { LglNm: "X", Pin: 1 },
      ItemList: [anItem({ Qty: -1, AssAmt: 1.005 }), anItem({ SlNo: "" })],
    });
    expect(errorsOf(rest).map(({ path }) => path)).toEqual([
      "DocDtls.No",
      "DocDtls.Dt",
      "SellerDtls",
      "BuyerDtls.LglNm",
      "BuyerDtls.Pin",
      "ItemList[0].Qty",
      "ItemList[0].AssAmt",
      "ItemList[1].SlNo",
    ]);
  });

  it("says what is expected, what kind of value came, and what to do", () => {
    expect(errorsOf(changed("SellerDtls.LglNm", "X"))).toEqual([
      {
        code: "SCHEMA",
        irpCode: "5002",
        severity: "error",
        path: "SellerDtls.LglNm",
        message: "expected text of 3 to 100 characters without double quotes and backslashes, got text of 1 character",
        hint: "Shorten or complete the text, and leave out double quotes and backslashes.",
      },
    ]);
  });

  it.each([
    ["1.005", "a number with 3 decimals"],
    ["-1", "a negative whole number"],
    ["-0.005", "a negative number with 3 decimals"],
    ["1e999", "a whole number"],
    ['"1180.00"', "text of 7 characters"],
    ['""', "empty text"],
    ["null", "null"],
    ["[1]", "a list of 1"],
    ["{}", "an object"],
    ["true", "a boolean"],
  ])("describes %s as %s", (literal, described) => {
    const [finding] = errorsOf(changed("ValDtls.TotInvVal", JSON.parse(literal)));
    expect(finding?.message).toMatch(new RegExp(`, got ${described}$`));
  });

  it("tells to add what is missing", () => {
    expect(errorsOf(changed("ValDtls.TotInvVal", undefined))).toMatchObject([
      { message: expect.stringContaining("got nothing"), hint: "Add TotInvVal." },
    ]);
  });

  it("never repeats a value", () => {
    const secret = 'Asha "Secret" Rao';
    for (const path of pathsOf(aFullInvoice())) {
      expect(JSON.stringify(findingsOf(changed(path, secret)))).not.toContain("Secret");
    }
  });

  it("gives each error a message and a hint", () => {
    const errors = pathsOf(aFullInvoice()).flatMap((path) => errorsOf(changed(path, { wrong: true })));
    for (const { message, hint } of errors) {
      expect(message).toMatch(/^expected .{3,}, got .{3,}/);
      expect(hint).toMatch(/^[A-Z].+\.$/);
    }
  });

  it("lists 1000 and counts the rest", () => {
    const findings = findingsOf(
      anInvoice({ ItemList: Array.from({ length: 600 }, () => anItem({ SlNo: "", Qty: -1 })) }),
    );
    expect(findings).toHaveLength(1001);
    expect(findings.at(-1)).toMatchObject({ severity: "error", path: "", message: "200 more findings are not listed" });
  });

  it("lists exactly 1000 without a count", () => {
    const findings = findingsOf(
      anInvoice({ ItemList: Array.from({ length: 500 }, () => anItem({ SlNo: "", Qty: -1 })) }),
    );
    expect(findings).toHaveLength(1000);
    expect(findings.at(-1)?.path).toBe("ItemList[499].Qty");
  });

  it("gives up on a document of more list entries than a body can hold sensibly", () => {
    const attributes = Array.from({ length: 20_001 }, () => 1);
    expect(findingsOf(changed("ItemList[0].AttribDtls", attributes))).toMatchObject([
      { irpCode: "5002", severity: "error", path: "", message: expect.stringContaining("20000") },
    ]);
  });

  it("survives the most entries that it looks at", () => {
    const attributes = Array.from({ length: 19_000 }, () => ({ Nm: 1, Val: 1 }));
    expect(findingsOf(changed("ItemList[0].AttribDtls", attributes))).toHaveLength(1001);
  });
});

describe("unknown members", () => {
  it("are kept and warned about, wherever they stand", () => {
    const value = {
      ...anInvoice({
        BuyerDtls: { Note: 1 } as object,
        ItemList: [anItem(), anItem({ AttribDtls: [{ X: 1 } as object] })],
      }),
      Extra: { Deep: 1 },
    };
    const result = readInvoice(value);
    expect(result).toMatchObject({ invoice: value });
    expect(findingsOf(value)).toMatchObject(
      ["BuyerDtls.Note", "ItemList[1].AttribDtls[0].X", "Extra"].map((path) => ({ severity: "warning", path })),
    );
  });

  it("carry no NIC code, since the portal is not known to refuse them", () => {
    expect(findingsOf({ ...anInvoice(), Extra: 1 })[0]).not.toHaveProperty("irpCode");
  });

  it("are told their likely name", () => {
    const { DocDtls, ...rest } = anInvoice();
    const findings = findingsOf({ ...rest, Docdtls: DocDtls });
    expect(findings).toMatchObject([
      { severity: "error", path: "DocDtls" },
      { severity: "warning", path: "Docdtls", hint: "Names are case-sensitive: did you mean DocDtls?" },
    ]);
  });

  it("do not stop the invoice, however many there are", () => {
    const extras = Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`Extra${index}`, index]));
    const result = readInvoice({ ...anInvoice(), ...extras });
    expect(result).toHaveProperty("invoice");
    expect(findingsOf({ ...anInvoice(), ...extras }).at(-1)).toMatchObject({
      severity: "warning",
      message: "200 more findings are not listed",
    });
  });

  it("are shown with a shortened name", () => {
    const [finding] = findingsOf({ ...anInvoice(), ["x".repeat(5000)]: 1 });
    expect(finding?.path).toHaveLength(41);
  });

  it.each(["__proto__", "constructor", "toString"])("named %s change nothing else", (name) => {
    const value: unknown = JSON.parse(JSON.stringify(anInvoice()).replace("{", `{"${name}":{"Version":"9"},`));
    const result = readInvoice(value);
    expect(result).toMatchObject({ invoice: { Version: "1.1" }, warnings: [{ path: name }] });
  });
});

describe("a read invoice", () => {
  it("holds what was sent, unchanged", () => {
    expect(readInvoice(aFullInvoice())).toEqual({ invoice: aFullInvoice(), warnings: [] });
  });

  it("leaves the sent value alone", () => {
    const value = Object.freeze(aFullInvoice());
    readInvoice(value);
    expect(value).toEqual(aFullInvoice());
  });
});

function findingsOf(value: unknown): Finding[] {
  const result = readInvoice(value);
  return "findings" in result ? result.findings : result.warnings;
}

function errorsOf(value: unknown): Finding[] {
  return findingsOf(value).filter(({ severity }) => severity === "error");
}

function codesOf(value: unknown): (string | undefined)[] {
  return errorsOf(value).map(({ irpCode }) => irpCode);
}

/** The paths of the errors of a full invoice in which one member has another value. */
function breachesOf(path: string, value: unknown): string[] {
  return errorsOf(changed(path, value)).map((finding) => finding.path);
}

/** A full invoice with one member changed, or left out when the value is undefined. */
function changed(path: string, value: unknown): unknown {
  const replace = (node: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined) return value;
    const children = new Map(Object.entries(Object(node)));
    const child = replace(children.get(step), rest);
    if (Array.isArray(node)) return node.with(Number(step), child);
    if (child === undefined) children.delete(step);
    else children.set(step, child);
    return Object.fromEntries(children);
  };
  return replace(aFullInvoice(), path.split(/[.[\]]+/).filter(Boolean));
}

/** The paths of all named members, however deep. */
function pathsOf(node: unknown, path = ""): string[] {
  if (Array.isArray(node)) return node.flatMap((entry, index) => pathsOf(entry, `${path}[${index}]`));
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([name, member]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [at, ...pathsOf(member, at)];
  });
}
