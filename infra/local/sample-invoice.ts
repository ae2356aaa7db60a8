/** A small valid invoice to begin with: one laptop, sold within Maharashtra at 18 % GST. */
export function sampleInvoice(sellerGstin: string, date: string, number: string) {
  const address = { Addr1: "1 Example Road", Loc: "Pune", Pin: 411001, Stcd: "27" };
  return {
    Version: "1.1",
    TranDtls: { TaxSch: "GST", SupTyp: "B2B" },
    DocDtls: { Typ: "INV", No: number, Dt: date },
    SellerDtls: { Gstin: sellerGstin, LglNm: "Example Seller Pvt Ltd", ...address },
    BuyerDtls: { Gstin: "27AAAZB0002B1ZI", LglNm: "Example Buyer LLP", ...address, Pos: "27" },
    ItemList: [
      {
        SlNo: "1",
        PrdDesc: "Laptop",
        IsServc: "N",
        HsnCd: "84713010",
        Qty: 1,
        Unit: "NOS",
        UnitPrice: 50000,
        TotAmt: 50000,
        AssAmt: 50000,
        GstRt: 18,
        CgstAmt: 4500,
        SgstAmt: 4500,
        TotItemVal: 59000,
      },
    ],
    ValDtls: { AssVal: 50000, CgstVal: 4500, SgstVal: 4500, TotInvVal: 59000 },
  };
}
