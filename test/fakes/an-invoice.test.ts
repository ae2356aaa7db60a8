import { describe, expect, it } from "vitest";
import { readInvoice } from "../../shared/invoice/invoice.ts";
import { loadVectors } from "../vectors/load-vectors.ts";
import { anInvoice, anItem } from "./an-invoice.ts";

describe("anInvoice", () => {
  it("is an invoice without any finding", () => {
    expect(readInvoice(anInvoice())).toEqual({ invoice: anInvoice(), warnings: [] });
  });

  it("has the parties and the number of vector V01", () => {
    const v01 = loadVectors("valid").find(({ id }) => id === "V01-b2b-intra-goods");
    const { DocDtls, SellerDtls, BuyerDtls } = anInvoice();
    expect(v01?.request).toMatchObject({ DocDtls, SellerDtls, BuyerDtls });
  });

  it("takes a number and a date of its own", () => {
    expect(anInvoice({ docNo: "A/1", docDate: "01/04/2026" }).DocDtls).toEqual({
      Typ: "INV",
      No: "A/1",
      Dt: "01/04/2026",
    });
  });

  it("merges blocks, replaces lists and adds blocks", () => {
    const invoice = anInvoice({
      docNo: "A/1",
      DocDtls: { Typ: "CRN" },
      ItemList: [anItem(), anItem({ SlNo: "2" })],
      EwbDtls: { Distance: 0 },
    });
    expect(invoice.DocDtls).toMatchObject({ Typ: "CRN", No: "A/1" });
    expect(invoice.ItemList.map(({ SlNo }) => SlNo)).toEqual(["1", "2"]);
    expect(invoice.EwbDtls).toEqual({ Distance: 0 });
  });
});
