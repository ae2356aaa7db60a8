import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Faces } from "../../../shared/document/print/faces.ts";
import { PrintedContent } from "../../../shared/document/print/printed-content.ts";
import type { PrintedDocument } from "../../../shared/document/print/printed-document.ts";
import { printPdf } from "../../../shared/document/print-pdf.ts";
import type { Invoice } from "../../../shared/invoice/invoice.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { deployedFaces } from "./print/deployed-faces.ts";
import { drawingsOf, overprinted, pictureOf, type ReadPage, readPdf, wordsOf } from "./print/read-pdf.ts";
import { readQr } from "./read-qr.ts";

const faces = await deployedFaces();
const IRN = "7ba5".repeat(16);
const signedQrCode = `eyJhbGciOiJSUzI1NiJ9.${createHash("sha512").update("qr").digest("base64url").repeat(8)}.c2ln`;
const registered: Omit<PrintedDocument, "content"> = {
  ...{ irn: IRN, ackNo: "112610000000001", ackDt: "2026-08-18T14:30:09+05:30", status: "ACT", mode: "live" },
  signedQrCode,
};
const { signedQrCode: _, ...withoutQr } = registered;
const cancelled = { ...withoutQr, status: "CNL", cancelledAt: "2026-08-19T10:00:00+05:30" } as const;

function printed(invoice: unknown, over: Partial<PrintedDocument> = {}, from: Faces = faces): Buffer {
  return printPdf({ ...registered, ...over, content: PrintedContent.parse(invoice) }, from);
}

function read(invoice: unknown, over: Partial<PrintedDocument> = {}): Promise<ReadPage[]> {
  return readPdf(printed(invoice, over));
}

async function words(invoice: unknown, over: Partial<PrintedDocument> = {}): Promise<string> {
  return wordsOf(...(await read(invoice, over)));
}

function linesOfGoods(count: number): Invoice["ItemList"] {
  return Array.from({ length: count }, (_, i) =>
    anItem({ SlNo: String(i + 1), PrdDesc: `Part ${i + 1} of the order` }),
  );
}

const W = 595.28;
const H = 841.89;

/** Nothing leaves the margins, and nothing is printed over anything else. */
function expectCleanPages(pages: readonly ReadPage[]): void {
  for (const page of pages) {
    const level = page.texts.filter(({ isTurned }) => !isTurned);
    expect(
      level.filter(({ left, right, base, size }) => left < 35 || right > W - 35 || base - size < 20 || base > H - 20),
    ).toEqual([]);
    expect(overprinted(page)).toEqual([]);
  }
}

describe("the printed invoice", () => {
  it("has what rule 46 asks for", async () => {
    const invoice = anInvoice({
      SellerDtls: { Addr2: "Second floor", TrdNm: "Example Traders" },
      BuyerDtls: { Pos: "29", Loc: "Bengaluru", Pin: 560001, Stcd: "29", Gstin: "29AAAZB0002B1ZE" },
      ShipDtls: { LglNm: "Example Warehouse", Addr1: "9 Dock Road", Loc: "Mysuru", Pin: 570001, Stcd: "29" },
      ItemList: [
        anItem({
          Qty: 1500.5,
          UnitPrice: 823.111,
          TotAmt: 1235078.06,
          Discount: 78.06,
          AssAmt: 1235000,
          IgstAmt: 222300,
          CgstAmt: 0,
          SgstAmt: 0,
          TotItemVal: 1457300,
        }),
      ],
      ValDtls: {
        AssVal: 1235000,
        IgstVal: 222300,
        CgstVal: 0,
        SgstVal: 0,
        RndOffAmt: -0.4,
        OthChrg: 0.9,
        TotInvVal: 1457300.5,
      },
    });
    const text = await words(invoice, { ewbNo: "351001234567" });
    for (const asked of [
      "TAX INVOICE",
      ...["Example Seller Pvt Ltd", "Trade name: Example Traders", "1 Example Road, Second floor", "Pune 411001"],
      ...["Maharashtra (27)", "GSTIN 27AAAZA0001A1ZM", "INV/26-27/001", "18/08/2026"],
      ...["Example Buyer LLP", "Bengaluru 560001", "Karnataka (29)", "GSTIN 29AAAZB0002B1ZE"],
      ...["DELIVERED TO", "Example Warehouse", "9 Dock Road", "Mysuru 570001"],
      ...["84713010", "Example item", "1,500.5", "NOS", "823.111", "78.06", "12,35,000.00", "18%", "2,22,300.00"],
      ...["14,57,300.00", "₹ 14,57,300.50", "−0.40", "Other charges 0.90"],
      ...["PLACE OF SUPPLY Karnataka (29)", "TAX PAYABLE ON REVERSE CHARGE No", "no signature is required"],
      ...[IRN, "112610000000001", "18/08/2026 14:30:09", "351001234567"],
      "Rupees Fourteen Lakh Fifty-Seven Thousand Three Hundred and Fifty Paise Only",
    ])
      expect(text).toContain(asked);
    expect(text).not.toMatch(/\bCGST (?!Rules)|SGST|SUPPLY MEANT|TAX IS PAYABLE/);
  });

  it("has the QR code that the portal signed, large enough for a scanner", () => {
    const bytes = printed(anInvoice());
    const picture = pictureOf(bytes, 4);
    expect(picture && readQr(picture)).toBe(signedQrCode);
    const side = Number(/q (\d+(?:\.\d+)?) 0 0 /.exec(drawingsOf(bytes))?.[1]);
    expect(side).toBeGreaterThan(((picture?.width ?? 0) / 4) * 0.9);
  });

  it("halves the rate within a state, to the last decimal", async () => {
    const text = await words(anInvoice({ ItemList: [anItem({ GstRt: 0.25, CgstAmt: 1.25, SgstAmt: 1.25 })] }));
    expect(text).toContain("CGST SGST");
    expect(text).toContain("1.25 0.125% 1.25 0.125%");
  });

  it("calls the tax of a union territory by its name", async () => {
    const party = { Stcd: "04", Gstin: "04AAAZA0001A1ZU" };
    expect(await words(anInvoice({ SellerDtls: party, BuyerDtls: { ...party, Pos: "4" } }))).toContain("CGST UTGST");
  });

  it("tells each cess apart", async () => {
    const cess = {
      CesRt: 12,
      CesAmt: 120,
      CesNonAdvlAmt: 40.5,
      StateCesRt: 1,
      StateCesAmt: 10,
      StateCesNonAdvlAmt: 0.1,
    };
    const text = await words(anInvoice({ ItemList: [anItem(cess)], ValDtls: { CesVal: 160.5, StCesVal: 10.1 } }));
    expect(text).toContain("170.60 12% + 1%");
    expect(text).toContain(
      "Cess ₹ 120.00 · Cess by quantity ₹ 40.50 · State cess ₹ 10.00 · State cess by quantity ₹ 0.10",
    );
    expect(text).toContain("Cess 160.50 State cess 10.10");
  });

  it("sums what each rate comes to without losing a paisa", async () => {
    const items = Array.from({ length: 30 }, () => anItem({ AssAmt: 0.1, CgstAmt: 0.01, SgstAmt: 0.01 }));
    const text = await words(anInvoice({ ItemList: [...items, anItem({ GstRt: 5, CgstAmt: 25, SgstAmt: 25 })] }));
    expect(text).toContain("GST 5% 1 1,000.00 25.00 25.00 50.00 GST 18% 30 3.00 0.30 0.30 0.60");
  });

  it("says that the recipient pays the tax", async () => {
    const text = await words(anInvoice({ TranDtls: { RegRev: "Y" } }));
    expect(text).toContain("TAX PAYABLE ON REVERSE CHARGE Yes");
    expect(text).toContain("TAX IS PAYABLE ON REVERSE CHARGE BY THE RECIPIENT");
  });

  const MEANT = "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS";
  const UNPAID = "UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX";
  it.each([
    ["EXPWP", "ON PAYMENT OF INTEGRATED TAX"],
    ["SEZWP", "ON PAYMENT OF INTEGRATED TAX"],
    ["expwop", UNPAID],
    ["SEZWOP", UNPAID],
  ])("is endorsed for %s", async (SupTyp, how) => {
    expect(await words({ ...anInvoice(), TranDtls: { SupTyp } })).toContain(`${MEANT} ${how}`);
  });

  it.each(["B2B", "DEXP"])("is not endorsed for %s", async (SupTyp) => {
    expect(await words({ ...anInvoice(), TranDtls: { SupTyp } })).not.toContain("SUPPLY MEANT");
  });

  it("says where an export goes, and its value there", async () => {
    const ExpDtls = {
      ShipBNo: "S1",
      ShipBDt: "17/08/2026",
      Port: "INNSA1",
      ForCur: "EUR",
      CntCode: "DE",
      RefClm: "Y",
    } as const;
    const text = await words(
      anInvoice({ TranDtls: { SupTyp: "EXPWP" }, ExpDtls, ValDtls: { TotInvValFc: 1234567.5 } }),
    );
    for (const asked of ["Germany (DE)", "INNSA1", "S1 of 17/08/2026", "Value in EUR 1,234,567.50"])
      expect(text).toContain(asked);
  });

  it.each([
    ["CRN", "CREDIT NOTE"],
    ["dbn", "DEBIT NOTE"],
  ])("%s is a %s and names the invoices that it corrects", async (Typ, title) => {
    const PrecDocDtls = Array.from({ length: 60 }, (_, i) => ({ InvNo: `INV/${i + 1}`, InvDt: "01/07/2026" }));
    const pages = await read({
      ...anInvoice(),
      DocDtls: { Typ, No: "cn/1", Dt: "18/08/2026" },
      RefDtls: { PrecDocDtls },
    });
    const text = wordsOf(...pages);
    for (const asked of [
      title,
      `${title} NO. CN/1`,
      "Original invoice INV/1 of 01/07/2026;",
      "INV/60 of 01/07/2026",
      "Total note value",
    ])
      expect(text).toContain(asked);
    expectCleanPages(pages);
  });

  it("has everything else that the document says", async () => {
    const pages = await read(aFullInvoice());
    const text = wordsOf(...pages);
    for (const told of [
      ...[
        "27AAAZE0005E1CH",
        "01/08/2026 to 31/08/2026",
        "Purchase order PO1 of 02/07/2026",
        "Contract C1",
        "Batch B-1",
      ],
      ...[
        "Serial no. SN1",
        "Colour Blue",
        "Account: 0000000001",
        "Terms: 30 days",
        "Due: ₹ 1,180.00",
        "Remarks Remark",
      ],
      ...["Example Depot", "Unregistered person (URP)", "Phone 9000000000"],
    ])
      expect(text).toContain(told);
    expectCleanPages(pages);
  });

  it("prints a document whose optional members are null, and codes that a portal wrote as numbers", async () => {
    const invoice = anInvoice();
    const text = await words({
      ...invoice,
      BuyerDtls: { ...invoice.BuyerDtls, Stcd: 27, Pos: 27, Addr2: null },
      ...{ ShipDtls: null, PayDtls: null, RefDtls: null, ExpDtls: null },
    });
    expect(text).toContain("PLACE OF SUPPLY Maharashtra (27)");
    expect(text).not.toContain("null");
  });

  it("is the same, byte for byte, each time, and another one with another status", async () => {
    const [one, other] = [printed(anInvoice()), printed(anInvoice(), {}, await deployedFaces())];
    expect(one.equals(other)).toBe(true);
    expect(printed(anInvoice(), cancelled).equals(one)).toBe(false);
  });

  it("says in its own data what it is, and when it was registered", () => {
    const text = printed(anInvoice()).toString("latin1");
    expect(text).toMatch(/^%PDF-1\.7\n/);
    expect(text).toContain("/CreationDate (D:20260818143009+05'30')");
    expect(text).toMatch(/startxref\n\d+\n%%EOF\n$/);
  });
});

describe.each([1, 60, 1000])("%i lines", (count) => {
  it("go over as many pages as they take, each with the head of the table, the IRN and its number", async () => {
    const pages = await read(anInvoice({ ItemList: linesOfGoods(count) }));
    expect(pages.length).toBe({ 1: 1, 60: 3, 1000: 38 }[count]);
    const all = pages.flatMap(({ lines }) => lines);
    const rows = all.filter((line) => /^\d+ Part \d+ of the order /.test(line));
    expect(rows).toHaveLength(count);
    expect(rows.every((row, i) => row.startsWith(`${i + 1} Part ${i + 1} of the order 84713010 1 1,000.00`))).toBe(
      true,
    );
    pages.forEach(({ lines }, i) => {
      expect(lines.at(-1)).toBe(`IRN ${IRN} Page ${i + 1} of ${pages.length}`);
      const first = lines.findIndex((line) => /^\d+ Part \d+ of the order /.test(line));
      if (first > 0) expect(lines.slice(0, first).join(" ")).toContain("# Description HSN/SAC Qty");
    });
    expectCleanPages(pages);
  });
});

describe("what is larger than usual", () => {
  const most = 999_999_999_999.99;
  it.each(["W", "ക്ഷ", "漢"])("a description of 300 characters without a space: %s", async (letters) => {
    const PrdDesc = letters.repeat(300).slice(0, 300);
    const pages = await read(anInvoice({ ItemList: [anItem({ PrdDesc }), anItem({ SlNo: "2" })] }));
    expectCleanPages(pages);
    const shown = wordsOf(...pages).replaceAll(/[\s\u2060]/g, "");
    expect(shown).toContain(letters === "漢" ? "\ufffd".repeat(300) : PrdDesc);
  });

  it("the largest amounts there can be, in every column", async () => {
    const item = anItem({
      ...{ Qty: 9_999_999_999.999, UnitPrice: 999_999_999_999.999, TotAmt: most, Discount: most, AssAmt: most },
      ...{
        CgstAmt: most,
        SgstAmt: most,
        CesAmt: most,
        CesRt: 999.999,
        TotItemVal: most,
        PrdDesc: "Ship ".repeat(60).trim(),
      },
    });
    const ValDtls = {
      AssVal: 99_999_999_999_999.98,
      CgstVal: 1,
      SgstVal: 1,
      TotInvVal: 99_999_999_999_999.98,
      TotInvValFc: 99_999_999_999_999.98,
    };
    const pages = await read({
      ...anInvoice({ ItemList: [item, item], ValDtls }),
      ExpDtls: { ForCur: "ABCDEFGHIJKLMNOP" },
    });
    expectCleanPages(pages);
    const text = wordsOf(...pages);
    expect(text).toContain("9,99,99,99,99,999.99");
    expect(text).toContain("9,99,99,99,999.999");
    expect(text).toContain("₹ 9,99,99,99,99,99,999.98");
  });

  it("names and addresses as long as the schema lets them be, on every page", async () => {
    const party = {
      LglNm: "ക്ഷത്രിയൻ".repeat(11),
      TrdNm: "W".repeat(100),
      Addr1: "W".repeat(100),
      Addr2: "W".repeat(100),
    };
    const long = { ...party, Loc: "W".repeat(50), Em: `${"w".repeat(90)}@x.example` };
    const ShipDtls = { ...long, Pin: 411001, Stcd: "27" };
    const pages = await read(
      anInvoice({
        SellerDtls: long,
        BuyerDtls: long,
        ShipDtls,
        DispDtls: { ...ShipDtls, Nm: "W".repeat(100) },
        ItemList: linesOfGoods(60),
      }),
    );
    expectCleanPages(pages);
  });

  it("a line that is longer than a page", async () => {
    const AttribDtls = Array.from({ length: 400 }, (_, i) => ({
      Nm: `Property ${i}`,
      Val: "value ".repeat(10).trim(),
    }));
    const pages = await read(
      anInvoice({ ItemList: [anItem({ AttribDtls }), anItem({ SlNo: "2", PrdDesc: "The next one" })] }),
    );
    expect(pages.length).toBeGreaterThan(3);
    expectCleanPages(pages);
    const text = wordsOf(...pages);
    for (const told of ["Property 0 value", "Property 399 value", "The next one"]) expect(text).toContain(told);
  });
});

describe("the text of a document", () => {
  it("is printed as it is written, HTML too, and cannot turn what is beside it", async () => {
    const PrdDesc = "<script>alert(1)</script> &amp; \u202e00.1 ₹\u202c (x) \\ \u0000\u0007end";
    const pages = await read(anInvoice({ ItemList: [anItem({ PrdDesc })] }));
    expect(wordsOf(...pages)).toContain("<script>alert(1)</script> &amp; 00.1 ₹ (x) \\ end");
  });

  it.each([
    ["Devanagari", "राष्ट्रीय क्षत्रिय वस्त्र भण्डार"],
    ["Bengali", "রাষ্ট্রীয় শ্রী কৃষ্ণ স্ট্রিট"],
    ["Gurmukhi", "ਸ੍ਰੀ ਅੰਮ੍ਰਿਤਸਰ ਜ਼ਿਲ੍ਹਾ"],
    ["Gujarati", "શ્રી કૃષ્ણ વસ્ત્ર ભંડાર"],
    ["Oriya", "ଭୁବନେଶ୍ୱର ଓଡ଼ିଶା ବୈଶିଷ୍ଟ୍ୟ"],
    ["Tamil", "கோயம்புத்தூர் ஸ்ரீ துணி"],
    ["Telugu", "శ్రీ కృష్ణా వస్త్రం రాష్ట్రీయ"],
    ["Kannada", "ಶ್ರೀ ಕೃಷ್ಣ ವಸ್ತ್ರ ಬೆಂಗಳೂರು"],
    ["Malayalam", "തിരുവനന്തപുരം ശ്രീ വിദ്യാർത്ഥി"],
  ])("may be %s, and is found again by whoever searches for it", async (script, text) => {
    const pages = await read(
      anInvoice({ SellerDtls: { LglNm: text }, ItemList: [anItem({ PrdDesc: `${text} (₹ 5)` })] }),
    );
    const found = wordsOf(...pages).replaceAll(/[\s\u2060]/g, "");
    expect(found.split(text.replaceAll(" ", "")).length).toBeGreaterThanOrEqual(3);
    expect(found).not.toContain("\ufffd");
    expect(printed(anInvoice({ SellerDtls: { LglNm: text } })).toString("latin1")).toContain(`NotoSans${script}-Bold`);
  });

  it("is printed for want of all fonts too", async () => {
    const none = await deployedFaces(() => true);
    const text = wordsOf(...(await readPdf(printed(anInvoice({ SellerDtls: { LglNm: "राम & Sons" } }), {}, none))));
    expect(text).toContain("??? & Sons");
    expect(text).toContain("Rs. 1,180.00");
  });
});

describe("marks", () => {
  const many = anInvoice({ ItemList: linesOfGoods(60) });
  const turned = ({ texts }: ReadPage) =>
    texts
      .filter(({ isTurned }) => isTurned)
      .map(({ text }) => text.trim())
      .filter((text) => text !== "")
      .join(" ");

  it.each([
    ["a valid document", {}, ""],
    ["one that is cancelled", cancelled, "CANCELLED"],
    ["one that the registry rejected", { ...cancelled, status: "REJ" }, "REJECTED"],
    ["one of a stage for tests", { mode: "test" }, "TEST NOT A VALID INVOICE"],
    [
      "one of a stage for tests that is cancelled",
      { ...cancelled, mode: "test" },
      "CANCELLED TEST – NOT A VALID INVOICE",
    ],
  ] as const)("across each page of %s", async (_, over, mark) => {
    const { signedQrCode: code, ...base } = { ...registered, ...over };
    const content = PrintedContent.parse(many);
    const isActive = base.status === "ACT";
    const bytes = printPdf({ ...base, ...(isActive && code !== undefined && { signedQrCode: code }), content }, faces);
    expect((await readPdf(bytes)).map(turned)).toEqual([mark, mark, mark]);
    expect(pictureOf(bytes, 1) === undefined).toBe(!isActive);
  });

  it("say when it was cancelled, where else the QR code is", async () => {
    const bytes = printPdf({ ...cancelled, content: PrintedContent.parse(anInvoice()) }, faces);
    const text = wordsOf(...(await readPdf(bytes)));
    expect(text).toContain("CANCELLED on 19/08/2026 10:00:00 No QR code");
    expect(text).not.toContain("no signature is required");
  });
});
