import type { Invoice } from "../invoice/invoice.ts";

/** One error as the portal words it. */
export interface IrpError {
  readonly code: string;
  readonly message: string;
}

/**
 * What is certain after a call. `refused`: the portal decided against it. `not-sent`: it certainly did not happen.
 * `unknown`: it may have happened; only a look-up can tell.
 */
export type Answer<T> =
  | { readonly is: "ok"; readonly value: T }
  | { readonly is: "refused"; readonly errors: readonly IrpError[] }
  | { readonly is: "not-sent"; readonly codes: readonly string[]; readonly reason: string }
  | { readonly is: "unknown"; readonly codes: readonly string[]; readonly reason: string };

/** A registered document as a portal hands it out. Nothing in it is believed before its signature is verified. */
export interface SignedDocument {
  readonly irn: string;
  readonly status: "ACT" | "CNL" | "REJ";
  readonly signedInvoice: string;
  readonly signedQrCode: string;
}

/** For whom and through which portal. */
export interface IrpCall {
  readonly gstin: string;
  readonly portal: string;
  /** Asked right before the call's own bytes leave: a login may have taken the time that was left. No means `not-sent`. */
  readonly mayStillSend: () => boolean;
}

export interface DocumentNumber {
  readonly docType: string;
  readonly docNo: string;
  /** `dd/MM/yyyy` */
  readonly docDate: string;
}

/** An Invoice Registration Portal. Expected failures are answers; nothing above this port knows the wire. */
export interface Irp {
  generate(call: IrpCall, invoice: Invoice): Promise<Answer<SignedDocument>>;
  byIrn(call: IrpCall, irn: string): Promise<Answer<SignedDocument>>;
  byDocument(call: IrpCall, number: DocumentNumber): Promise<Answer<SignedDocument>>;
}

/** The taxpayer's own API user at the portal. */
export interface IrpUser {
  readonly userName: string;
  readonly password: string;
}

export interface IrpUserStore {
  find(gstin: string): Promise<IrpUser | undefined>;
  save(gstin: string, user: IrpUser): Promise<void>;
}
