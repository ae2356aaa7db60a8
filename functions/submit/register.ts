import { readPrefer } from "../../shared/api/prefer.ts";
import { Problem } from "../../shared/api/problem.ts";
import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { checkingContext } from "../../shared/taxpayer/checking-context.ts";
import { checkedDocument, invalidDocument } from "../pipeline/checked-document.ts";
import type { Call, HttpAnswer } from "../pipeline/http.ts";
import { answerTo, type SubmitFunctionDeps } from "./answer.ts";

/** `POST /irn` takes every type of document, `POST /cdnr` (`notesOnly`) credit and debit notes. */
export async function register(
  deps: SubmitFunctionDeps,
  call: Call<unknown>,
  { notesOnly }: { readonly notesOnly: boolean },
): Promise<HttpAnswer> {
  const { gstin } = callerOf(call);
  const context = await checkingContext(deps.profiles, gstin, deps.now());
  const { invoice, findings, isRefused } = checkedDocument(call.body, context);
  if (notesOnly) requireNote(invoice);
  const preference = readPrefer(call.headers["prefer"]);
  const refusal = isRefused && !preference.lenient ? () => invalidDocument(findings) : undefined;
  return answerTo(deps, call, preference, {
    gstin: ownGstin(gstin, invoice),
    body: invoice,
    irn: irnOfInvoice(invoice),
    docFp: documentFingerprint(invoice),
    refusal,
  });
}

export function callerOf({ caller }: Call<unknown>) {
  if (!caller) throw new Error("the route asks for no token");
  return caller;
}

function requireNote({ DocDtls }: Invoice): void {
  if (DocDtls.Typ.toUpperCase() !== "INV") return;
  throw new Problem("wrong_document_type", "POST /cdnr takes DocDtls.Typ CRN and DBN; send an invoice to POST /irn");
}

/** A token speaks for one GSTIN; the document must be its own. */
function ownGstin(gstin: string, { SellerDtls }: Invoice): string {
  if (SellerDtls.Gstin === gstin) return gstin;
  throw new Problem("gstin_mismatch", "SellerDtls.Gstin must be the GSTIN that the access token was issued for");
}

function irnOfInvoice({ SellerDtls, DocDtls }: Invoice): string {
  return irnOf({ sellerGstin: SellerDtls.Gstin, docType: DocDtls.Typ, docNo: DocDtls.No, docDate: DocDtls.Dt });
}
