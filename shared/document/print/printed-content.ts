import * as z from "zod";

/** Portals write some codes and numbers as text and some as numbers; on paper both look alike. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => value ?? "");
const amount = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const Party = z.object({
  Gstin: text,
  LglNm: text,
  TrdNm: text,
  Nm: text,
  Addr1: text,
  Addr2: text,
  Loc: text,
  Pin: text,
  Stcd: text,
  Pos: text,
  Ph: text,
  Em: text,
});
export type Party = z.infer<typeof Party>;

const Item = z.object({
  SlNo: text,
  PrdDesc: text,
  HsnCd: text,
  Barcde: text,
  BchDtls: z.object({ Nm: text, ExpDt: text, WrDt: text }).nullish(),
  Qty: z.number().nullish(),
  FreeQty: amount,
  Unit: text,
  UnitPrice: amount,
  TotAmt: amount,
  Discount: amount,
  PreTaxVal: amount,
  AssAmt: amount,
  GstRt: amount,
  IgstAmt: amount,
  CgstAmt: amount,
  SgstAmt: amount,
  CesRt: amount,
  CesAmt: amount,
  CesNonAdvlAmt: amount,
  StateCesRt: amount,
  StateCesAmt: amount,
  StateCesNonAdvlAmt: amount,
  OthChrg: amount,
  TotItemVal: amount,
  OrdLineRef: text,
  OrgCntry: text,
  PrdSlNo: text,
  AttribDtls: z.array(z.object({ Nm: text, Val: text })).nullish(),
});
export type Item = z.infer<typeof Item>;

/**
 * What is printed of a registered document: INV-01 as the portal signed it. Wider than the schema of requests: a document
 * that is registered is printed, whatever became of the schema since.
 */
export const PrintedContent = z.object({
  TranDtls: z.object({ SupTyp: text, RegRev: text, EcmGstin: text, IgstOnIntra: text }),
  DocDtls: z.object({ Typ: text, No: text, Dt: text }),
  SellerDtls: Party,
  BuyerDtls: Party,
  DispDtls: Party.nullish(),
  ShipDtls: Party.nullish(),
  ItemList: z.array(Item),
  ValDtls: z.object({
    AssVal: amount,
    CgstVal: amount,
    SgstVal: amount,
    IgstVal: amount,
    CesVal: amount,
    StCesVal: amount,
    Discount: amount,
    OthChrg: amount,
    RndOffAmt: amount,
    TotInvVal: amount,
    TotInvValFc: amount,
  }),
  PayDtls: z
    .object({
      Nm: text,
      AccDet: text,
      Mode: text,
      FinInsBr: text,
      PayTerm: text,
      PayInstr: text,
      CrTrn: text,
      DirDr: text,
      CrDay: text,
      PaidAmt: z.number().nullish(),
      PaymtDue: z.number().nullish(),
    })
    .nullish(),
  RefDtls: z
    .object({
      InvRm: text,
      DocPerdDtls: z.object({ InvStDt: text, InvEndDt: text }).nullish(),
      PrecDocDtls: z.array(z.object({ InvNo: text, InvDt: text, OthRefNo: text })).nullish(),
      ContrDtls: z
        .array(
          z.object({
            RecAdvRefr: text,
            RecAdvDt: text,
            TendRefr: text,
            ContrRefr: text,
            ExtRefr: text,
            ProjRefr: text,
            PORefr: text,
            PORefDt: text,
          }),
        )
        .nullish(),
    })
    .nullish(),
  ExpDtls: z
    .object({
      ShipBNo: text,
      ShipBDt: text,
      Port: text,
      RefClm: text,
      ForCur: text,
      CntCode: text,
      ExpDuty: z.number().nullish(),
    })
    .nullish(),
});
export type PrintedContent = z.infer<typeof PrintedContent>;
