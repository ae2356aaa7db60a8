import type { Invoice } from "../../shared/invoice/invoice.ts";
import { anInvoice, anItem } from "./an-invoice.ts";

/** An invoice in which every member of INV-01 v1.1 is present, for tests that go through the schema member by member. */
export function aFullInvoice(): Invoice {
  const address = { Addr2: "Second floor", TrdNm: "Example Trade Name" };
  const contact = { Ph: "9000000000", Em: "billing@example.com" };
  return anInvoice({
    TranDtls: { RegRev: "N", EcmGstin: "27AAAZE0005E1CH", IgstOnIntra: "N" },
    SellerDtls: { ...address, ...contact },
    BuyerDtls: { ...address, ...contact },
    DispDtls: {
      Nm: "Example Depot",
      Addr1: "2 Example Road",
      Addr2: "Gate 4",
      Loc: "Pune",
      Pin: 411002,
      Stcd: "27",
    },
    ShipDtls: {
      Gstin: "URP",
      LglNm: "Example Receiver",
      TrdNm: "Receiver",
      Addr1: "3 Example Road",
      Addr2: "Gate 5",
      Loc: "Pune",
      Pin: 411003,
      Stcd: "27",
    },
    ItemList: [
      anItem({
        BchDtls: { Nm: "B-1", ExpDt: "31/12/2030", WrDt: "31/12/2031" },
        Barcde: "8900000000000",
        FreeQty: 0,
        Discount: 0,
        PreTaxVal: 1000,
        IgstAmt: 0,
        CesRt: 0,
        CesAmt: 0,
        CesNonAdvlAmt: 0,
        StateCesRt: 0,
        StateCesAmt: 0,
        StateCesNonAdvlAmt: 0,
        OthChrg: 0,
        OrdLineRef: "L1",
        OrgCntry: "IN",
        PrdSlNo: "SN1",
        AttribDtls: [{ Nm: "Colour", Val: "Blue" }],
      }),
    ],
    ValDtls: { IgstVal: 0, CesVal: 0, StCesVal: 0, Discount: 0, OthChrg: 0, RndOffAmt: 0, TotInvValFc: 1180 },
    PayDtls: {
      Nm: "Example Seller",
      AccDet: "0000000001",
      Mode: "Credit",
      FinInsBr: "EXMP0000001",
      PayTerm: "30 days",
      PayInstr: "By transfer",
      CrTrn: "None",
      DirDr: "None",
      CrDay: 30,
      PaidAmt: 0,
      PaymtDue: 1180,
    },
    RefDtls: {
      InvRm: "Remark",
      DocPerdDtls: { InvStDt: "01/08/2026", InvEndDt: "31/08/2026" },
      PrecDocDtls: [{ InvNo: "INV/1", InvDt: "01/07/2026", OthRefNo: "R1" }],
      ContrDtls: [
        {
          RecAdvRefr: "A1",
          RecAdvDt: "01/07/2026",
          TendRefr: "T1",
          ContrRefr: "C1",
          ExtRefr: "E1",
          ProjRefr: "P1",
          PORefr: "PO1",
          PORefDt: "02/07/2026",
        },
      ],
    },
    AddlDocDtls: [{ Url: "https://example.com/1", Docs: "RXhhbXBsZQ==", Info: "Delivery note" }],
    ExpDtls: {
      ShipBNo: "S1",
      ShipBDt: "17/08/2026",
      Port: "INNSA1",
      RefClm: "N",
      ForCur: "USD",
      CntCode: "US",
      ExpDuty: 0,
    },
    EwbDtls: {
      Distance: 0,
      TransId: "27AAAZT0006T1ZV",
      TransName: "Example Carrier",
      TransMode: "1",
      TransDocNo: "LR/1",
      TransDocDt: "18/08/2026",
      VehNo: "MH12AB1234",
      VehType: "R",
    },
  });
}
