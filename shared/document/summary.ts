import type { Invoice } from "../invoice/invoice.ts";
import type { Summary } from "./document.ts";

/** What lists say of a document. Its number as it is registered: in capitals. */
export function summaryOf({ DocDtls, BuyerDtls, ValDtls }: Invoice): Summary {
  const { Typ, No, Dt } = DocDtls;
  return {
    docType: Typ.toUpperCase(),
    docNo: No.toUpperCase(),
    docDate: Dt.split("/").reverse().join("-"),
    buyerGstin: BuyerDtls.Gstin,
    total: ValDtls.TotInvVal,
  };
}
