import type { Invoice } from "../invoice/invoice.ts";

/** One error as the portal words it. */
export interface IrpError {
  readonly code: string;
  readonly message: string;
}

/** What a portal says of the registration that stands in the way (InfoDtls DUPIRN, DUPIRNGLP). Nothing of it is verified. */
export interface Existing {
  readonly irn?: string;
  /** The IRP that holds it, as the registry names it. */
  readonly irp?: string;
}

/** Who holds a number that is taken: an active document, a cancelled one, or one at an IRP that is none of ours. */
export const takenBys = ["active", "cancelled", "elsewhere"] as const;
export type TakenBy = (typeof takenBys)[number];

/**
 * What is certain after a call. `refused`: the portal decided against it. `not-sent`: it certainly did not happen.
 * `unknown`: it may have happened; only a look-up can tell. `errors` are empty where no portal answered.
 */
export type Answer<T> =
  | { readonly is: "ok"; readonly value: T }
  | { readonly is: "refused"; readonly errors: readonly IrpError[] }
  | {
      readonly is: "not-sent";
      readonly errors: readonly IrpError[];
      readonly reason: string;
      /** Trying before this time is of no use. */
      readonly retryAt?: Date;
      /** The GSTIN's API user is missing, or its name or password wrong: somebody has to change that. */
      readonly needsUser?: true;
    }
  | {
      readonly is: "unknown";
      readonly errors: readonly IrpError[];
      readonly reason: string;
      readonly existing?: Existing;
    };

/** A call as it was on the wire, logins included, and what is certain after it. */
export interface WireCall extends Pick<IrpCall, "gstin" | "about"> {
  readonly portal: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly answer: Answer<unknown>;
  readonly tookMs: number;
}

/** For whom and through which portal. */
export interface IrpCall {
  /** Who asks: the supplier, or the e-commerce operator who acts for one. */
  readonly gstin: string;
  /** The supplier for whom an e-commerce operator asks (`sup_gstin`). */
  readonly supplier?: string;
  /** The portal that holds the document, or that a new one goes to. */
  readonly portal: string;
  /** The portal that is asked in the holder's place, and is told by the `irp` header where the document is. Never for a registration. */
  readonly via?: string;
  /** The request and the document that it is for, where it is for one: for the record alone. */
  readonly about?: { readonly rid?: string; readonly irn?: string };
  /** A slot of the GSTIN's budget was taken for this call already. */
  readonly isAdmitted?: true;
  /** Asked right before the call's own bytes leave: a login may have taken the time that was left. No means `not-sent`. */
  readonly mayStillSend: () => boolean;
}

/** A registered document as a portal hands it out. Nothing in it is believed before its signature is verified. */
export interface SignedDocument {
  readonly irn: string;
  readonly status: "ACT" | "CNL" | "REJ";
  readonly signedInvoice: string;
  readonly signedQrCode: string;
  /** Present when the request asked for an e-way bill. A bill that failed does not fail the registration. */
  readonly ewayBill?: EwayBill | { readonly errors: readonly IrpError[] };
}

/** An e-way bill. Times in RFC 3339 with +05:30. */
export interface EwayBill {
  readonly ewbNo: string;
  readonly madeAt: string;
  /** None while only part A is known. */
  readonly validTill?: string;
  /** Told by look-ups alone. */
  readonly status?: "ACT" | "CNL";
  readonly generatedBy?: string;
  /** What the portal worked out where the request said 0. */
  readonly distanceKm?: number;
}

export interface DocumentNumber {
  readonly docType: string;
  readonly docNo: string;
  /** `dd/MM/yyyy` */
  readonly docDate: string;
}

/** Why something is cancelled. Each system numbers these in its own way. */
export const cancelReasons = ["duplicate", "data_entry_mistake", "order_cancelled", "other"] as const;
export type CancelReason = (typeof cancelReasons)[number];

export interface Cancellation {
  readonly reason: CancelReason;
  readonly remarks: string;
}

/** When the portal cancelled it, in RFC 3339 with +05:30. */
export interface Cancelled {
  readonly cancelledAt: string;
}

/** The members of INV-01's EwbDtls, and where the goods leave or end, for the e-way bill of a registered document. */
export type EwayBillRequest = Readonly<Record<string, unknown>>;

export interface Taxpayer {
  readonly gstin: string;
  readonly legalName: string;
  readonly tradeName: string;
  readonly type: string;
  readonly status: "ACT" | "CNL" | "INA" | "PRO" | "SUS";
  /** Barred from e-way bills for returns not filed. */
  readonly ewayBillBlocked: boolean;
  readonly stateCode: string;
  readonly pin?: string;
  readonly address: string;
  /** `yyyy-MM-dd` */
  readonly registeredOn?: string;
  readonly deregisteredOn?: string;
}

/** An Invoice Registration Portal. Expected failures are answers; nothing above this port knows the wire. */
export interface Irp {
  generate(call: IrpCall, invoice: Invoice): Promise<Answer<SignedDocument>>;
  byIrn(call: IrpCall, irn: string): Promise<Answer<SignedDocument>>;
  byDocument(call: IrpCall, number: DocumentNumber): Promise<Answer<SignedDocument>>;
  cancel(call: IrpCall, irn: string, cancellation: Cancellation): Promise<Answer<Cancelled>>;
  /** IRNs given out on a day (`dd/MM/yyyy`) that the registry rejected later. */
  rejected(call: IrpCall, date: string): Promise<Answer<readonly string[]>>;
  makeEwayBill(call: IrpCall, irn: string, request: EwayBillRequest): Promise<Answer<EwayBill>>;
  ewayBillOf(call: IrpCall, irn: string): Promise<Answer<EwayBill>>;
  cancelEwayBill(call: IrpCall, ewbNo: string, cancellation: Cancellation): Promise<Answer<Cancelled>>;
  taxpayer(call: IrpCall, gstin: string): Promise<Answer<Taxpayer>>;
  /** Has the portal fetch the taxpayer anew from the common GST portal. */
  syncTaxpayer(call: IrpCall, gstin: string): Promise<Answer<Taxpayer>>;
}

/** The taxpayer's own API user at the portal. */
export interface IrpUser {
  readonly userName: string;
  readonly password: string;
}

export interface StoredIrpUser extends IrpUser {
  /** Changes whenever the user is saved, the same password again included, and tells nothing of it. */
  readonly version: string;
}

/** The password is sealed at rest. */
export interface IrpUserStore {
  find(gstin: string): Promise<StoredIrpUser | undefined>;
  save(gstin: string, user: IrpUser): Promise<void>;
}

/** Whom the portals know as ours: every GSTIN that has an API user. */
export interface GstinList {
  /** Each once, in no order. One that is added meanwhile may be missing. */
  gstins(): AsyncIterable<string>;
}
