import { describe, expect, it } from "vitest";
import { registrable } from "../../../shared/invoice/registrable.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { loadVectors } from "../../vectors/load-vectors.ts";

describe("registrable", () => {
  it("keeps every member of INV-01, the e-way bill included", () => {
    expect(registrable(aFullInvoice())).toEqual(aFullInvoice());
  });

  it("keeps the order of members, and does not touch what it was given", () => {
    const invoice = Object.freeze({ Extra: 1, ...anInvoice(), RefDtls: null });
    expect(JSON.stringify(registrable(invoice))).toBe(JSON.stringify(anInvoice()));
    expect(invoice).toHaveProperty("Extra");
  });

  it("leaves out nulls and unknown members at every level", () => {
    const invoice = {
      ...anInvoice({ BuyerDtls: { TrdNm: null } }),
      DispDtls: null,
      Custom: { Gstin: "x" },
      RefDtls: {
        InvRm: "r",
        DocPerdDtls: null,
        PrecDocDtls: [{ InvNo: "1", InvDt: "01/07/2026", OthRefNo: null, x: 1 }],
      },
      ItemList: [{ ...anItem(), Barcde: null, Colour: "blue", BchDtls: { Nm: "B1", ExpDt: null, Shelf: 4 } }],
    };
    expect(registrable(invoice)).toEqual(
      anInvoice({
        RefDtls: { InvRm: "r", PrecDocDtls: [{ InvNo: "1", InvDt: "01/07/2026" }] },
        ItemList: [anItem({ BchDtls: { Nm: "B1" } })],
      }),
    );
  });

  it("leaves out the IRN and the acknowledgement of a signed copy", () => {
    const signed = { AckNo: 1, AckDt: "2026-08-18 14:30:00", Irn: "0".repeat(64), ...anInvoice() };
    expect(registrable(signed)).toEqual(anInvoice());
  });

  it("keeps zeros and empty texts, which say something", () => {
    const item = { ...anItem({ FreeQty: 0 }), Barcde: "" };
    expect(registrable({ ItemList: [item] })).toEqual({ ItemList: [item] });
  });

  it("changes nothing when it is applied again", () => {
    for (const { request } of loadVectors("valid")) {
      const once = registrable(request);
      expect(registrable(once)).toEqual(once);
    }
  });

  it("takes no member from a prototype", () => {
    const tricky = JSON.parse('{"__proto__": {"Version": "1.1"}, "constructor": {"a": 1}, "Version": "1.1"}');
    expect(Object.keys(registrable(tricky))).toEqual(["Version"]);
  });
});
