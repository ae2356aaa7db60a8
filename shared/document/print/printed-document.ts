import type { PrintedContent } from "./printed-content.ts";

/** Everything that stands on the paper. */
export interface PrintedDocument {
  readonly irn: string;
  readonly ackNo: string;
  /** RFC 3339 with +05:30. */
  readonly ackDt: string;
  readonly status: "ACT" | "CNL" | "REJ";
  readonly cancelledAt?: string;
  /** Of the e-way bill that is active. */
  readonly ewbNo?: string;
  /** A stage for tests registers nothing that is valid. */
  readonly mode: "test" | "live";
  readonly content: PrintedContent;
  /** None where the document is not active: whoever scans it would take it for valid. */
  readonly signedQrCode?: string;
}
