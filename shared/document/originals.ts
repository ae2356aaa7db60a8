import type { Invoice } from "../invoice/invoice.ts";
import { irnOf } from "../invoice/irn.ts";
import type { DocumentStore } from "./document-store.ts";

/** A note may name any number of documents; so many are looked up. */
const MOST_LOOKED_UP = 20;

/** IRNs of the invoices that a credit or debit note names as preceding it and that we registered for the same supplier. */
export async function originalsOf(
  documents: Pick<DocumentStore, "find">,
  { DocDtls, SellerDtls, RefDtls }: Invoice,
): Promise<string[]> {
  if (DocDtls.Typ.toUpperCase() === "INV") return [];
  const named = (RefDtls?.PrecDocDtls ?? []).slice(0, MOST_LOOKED_UP);
  const irns = named.map(({ InvNo, InvDt }) =>
    irnOf({ sellerGstin: SellerDtls.Gstin, docType: "INV", docNo: InvNo, docDate: InvDt }),
  );
  const found = await Promise.all([...new Set(irns)].map((irn) => documents.find(irn)));
  return found.flatMap((document) => (document?.reg && document.ownerGstin === SellerDtls.Gstin ? [document.irn] : []));
}
