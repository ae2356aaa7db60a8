import { Problem } from "../api/problem.ts";
import { isIrn } from "../invoice/irn.ts";
import type { Document, Registration } from "./document.ts";
import type { DocumentStore } from "./document-store.ts";

export type RegisteredDocument = Document & { readonly reg: Registration };

/** The caller's own registered document. Another GSTIN's is not there at all: `not_found`, in the same words. */
export async function ownDocument(
  documents: Pick<DocumentStore, "find">,
  gstin: string | undefined,
  irn: string,
): Promise<RegisteredDocument> {
  const document = isIrn(irn) ? await documents.find(irn) : undefined;
  if (!document?.reg || document.ownerGstin !== gstin) throw new Problem("not_found", "there is no such document");
  return { ...document, reg: document.reg };
}
