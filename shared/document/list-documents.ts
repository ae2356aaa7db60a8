import { lookThrough } from "../look-through.ts";
import type { Document, Registration, Summary } from "./document.ts";
import type { DocumentPage, DocumentPosition, DocumentStore } from "./document-store.ts";

type Status = NonNullable<Document["status"]>;

export interface DocumentListQuery extends Pick<DocumentPage, "from" | "to" | "limit"> {
  /** Undefined: documents of every status, or of every type. */
  readonly status: Status | undefined;
  readonly docType: string | undefined;
  readonly before: DocumentPosition | undefined;
}

/** A document as lists show it: all of them are registered, and were when there were lists. */
export type ListedDocument = Pick<Document, "irn" | "bills"> & {
  readonly reg: Registration;
  readonly status: Status;
  readonly about: Summary;
};

export interface DocumentList {
  readonly documents: readonly ListedDocument[];
  /** There may be more behind this one. */
  readonly next?: DocumentPosition;
}

/**
 * The GSTIN's registered documents of some days, the latest first. A list that is shorter than asked for, even empty, may
 * go on at `next`: status and type stand in no index.
 */
export async function listDocuments(
  documents: Pick<DocumentStore, "list">,
  gstin: string,
  { status, docType, before, limit, ...days }: DocumentListQuery,
): Promise<DocumentList> {
  const isWanted = (document: ListedDocument) =>
    (!status || document.status === status) && (!docType || document.about.docType === docType);
  const { found, next } = await lookThrough(
    {
      read: async (limit, before) => {
        const page = await documents.list(gstin, { ...days, limit, ...(before && { before }) });
        return { rows: page.documents, next: page.next };
      },
      show: async (rows) => rows.flatMap(listed).filter(isWanted),
      positionOf: ({ irn, about: { docDate } }): DocumentPosition => ({ docDate, irn }),
    },
    { limit, isFiltered: status !== undefined || docType !== undefined, before },
  );
  return { documents: found, ...(next && { next }) };
}

function listed({ reg, status, about, ...document }: Document): ListedDocument[] {
  return reg && status && about ? [{ ...document, reg, status, about }] : [];
}
