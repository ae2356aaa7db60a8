import { amount, block, list, oneOf, pattern, text, wideDate } from "./fields.ts";

const quantity = amount(10, 3);
const money = amount(12, 2);
const percent = amount(3, 3);

export const Item = block({
  SlNo: pattern(/^([0-9]{1,6})$/, "1 to 6 digits, as text", 'Number the lines in quotes, for instance "1".'),
  PrdDesc: text(3, 300).nullish(),
  IsServc: oneOf("Y", "N"),
  HsnCd: pattern(
    /^(?!0+$)([0-9]{4}|[0-9]{6}|[0-9]{8})$/,
    "an HSN or SAC code of 4, 6 or 8 digits, as text",
    "Use the code of the GST tariff without spaces and points, in quotes.",
  ),
  BchDtls: block({ Nm: text(3, 20), ExpDt: wideDate.nullish(), WrDt: wideDate.nullish() }).nullish(),
  Barcde: text(3, 30).nullish(),
  Qty: quantity.nullish(), // Goods need Qty and Unit: rules L-5 and L-6.
  FreeQty: quantity.nullish(),
  Unit: pattern(
    /^([A-Za-z]{3,8})$/,
    "a unit code of 3 to 8 letters",
    "Use the GST unit code, for instance NOS.",
  ).nullish(),
  UnitPrice: amount(12, 3),
  TotAmt: money,
  Discount: money.nullish(),
  PreTaxVal: money.nullish(),
  AssAmt: money,
  GstRt: percent,
  IgstAmt: money.nullish(),
  CgstAmt: money.nullish(),
  SgstAmt: money.nullish(),
  CesRt: percent.nullish(),
  CesAmt: money.nullish(),
  CesNonAdvlAmt: money.nullish(),
  StateCesRt: percent.nullish(),
  StateCesAmt: money.nullish(),
  StateCesNonAdvlAmt: money.nullish(),
  OthChrg: money.nullish(),
  TotItemVal: money,
  OrdLineRef: text(1, 50).nullish(),
  OrgCntry: pattern(/^[A-Za-z]{2}$/, "a country code of two letters", "Use the ISO code, for instance IN.").nullish(),
  PrdSlNo: text(1, 20).nullish(),
  AttribDtls: list(block({ Nm: text(1, 100).nullish(), Val: text(1, 100).nullish() })).nullish(),
});
