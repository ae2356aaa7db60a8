import { Problem } from "../api/problem.ts";
import type { Document, Registration } from "./document.ts";
import type { DocumentStore } from "./document-store.ts";

/** Anything else is no key to ask the store for: it may be longer than a key can be. */
const IRN = /^[0-9a-f]{64}$/;

export type RegisteredDocument = Document & { readonly reg: Registration };

/** The caller's own registered document. Another GSTIN's is not there at all: `not_found`, in the same words. */
export async function ownDocument(
  documents: Pick<DocumentStore, "find">,
  gstin: string | undefined,
  irn: string,
): Promise<RegisteredDocument> {
  const document = IRN.test(irn) ? await documents.find(irn) : undefined;
  if (!document?.reg || document.ownerGstin !== gstin) throw new Problem("not_found", "there is no such document");
  return { ...document, reg: document.reg };
}
