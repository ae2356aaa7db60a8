import { documentFingerprint } from "../../../shared/document/document-fingerprint.ts";
import { checkCharacter } from "../../../shared/gstin.ts";
import { irnOf } from "../../../shared/invoice/irn.ts";
import type { Submission } from "../../../shared/request/submit.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";

/** The nth GSTIN of a load. */
export function gstinOf(n: number): string {
  const first14 = `27AAALD${String(n).padStart(4, "0")}A1Z`;
  return `${first14}${checkCharacter(first14)}`;
}

/** The nth document of a GSTIN, as it is sent. */
export function documentOf(gstin: string, n: number): Pick<Submission, "gstin" | "payload" | "irn" | "docFp"> {
  const invoice = anInvoice({ docNo: `L/${n}`, SellerDtls: { Gstin: gstin } });
  const { Typ, No, Dt } = invoice.DocDtls;
  return {
    gstin,
    payload: { method: "POST", path: "/irn", query: {}, body: invoice },
    irn: irnOf({ sellerGstin: gstin, docType: Typ, docNo: No, docDate: Dt }),
    docFp: documentFingerprint(invoice),
  };
}
