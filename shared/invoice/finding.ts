/** One thing that is wrong with a document. `path` is written like `ItemList[0].HsnCd`; "" is the document itself. */
export interface Finding {
  /** The rule's number on the sheet (`D-1`, `X-5`), or `SCHEMA` for a breach of the INV-01 schema. */
  readonly code: string;
  /** The NIC code that the portal would answer with. */
  readonly irpCode?: string;
  readonly severity: "error" | "warning" | "ewb";
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}
