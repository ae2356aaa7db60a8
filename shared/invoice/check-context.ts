import type { Finding } from "./finding.ts";
import type { DocumentIdentity } from "./irn.ts";

/** What is known beside the document. Plain facts: nobody is asked while a document is checked. Days are DD/MM/YYYY. */
export interface CheckContext {
  /** The day in India. */
  readonly today: string;
  readonly taxpayer: TaxpayerProfile;
  /** The first document day that the portal still takes (D-4). Moves every year. */
  readonly cutoff: string;
  readonly requester: Requester;
  /** Changes to the table of rules, by the sheet's number: `{"L-8": {severity: "error"}, "P-24": "off"}`. */
  readonly switches?: Readonly<Record<string, Switch>>;
  /** Rules that need a look-up which is not given are not checked. */
  readonly registry?: Registry;
}

/** The supplier, as its own books know it. */
export interface TaxpayerProfile {
  /** The highest of these that its aggregate annual turnover has reached in any year since 2017-18, in crore rupees. */
  readonly turnoverCrore: 0 | 5 | 10 | 100;
  /** Those who need not issue e-invoices at all. The IRP refuses one of them, a SEZ unit (P-26). */
  readonly exemptClass?: ExemptClass;
}

export const exemptClasses = [
  "sez-unit",
  "bank-or-insurer",
  "goods-transport",
  "passenger-transport",
  "multiplex",
  "government",
] as const;
export type ExemptClass = (typeof exemptClasses)[number];

/** Who sends the document to the portal. Without a GSTIN it is not compared with those of the document. */
export interface Requester {
  readonly kind: "supplier" | "operator";
  readonly gstin?: string;
}

/** `from` and `to` replace the days of a rule that has such. */
export type Switch = "off" | { readonly severity?: Finding["severity"]; readonly from?: string; readonly to?: string };

/** Look-ups in data fetched before. Each answers undefined when it can not say: then nothing is found. */
export interface Registry {
  /** `nobody`: the portal does not know the GSTIN. */
  taxpayer?(gstin: string): RegisteredTaxpayer | "nobody" | undefined;
  /** Whether the supplier's number was used before. */
  document?(identity: DocumentIdentity): "registered" | "cancelled" | "elsewhere" | undefined;
  /** Whether the GST master has the HSN or SAC code. */
  hsn?(code: string): boolean | undefined;
  /** The portal's distance between two PIN codes in km; `unknown` when it has none. */
  distance?(fromPin: number, toPin: number): number | "unknown" | undefined;
}

export interface RegisteredTaxpayer {
  readonly status: "active" | "suspended" | "cancelled" | "inactive";
  readonly type:
    | "regular"
    | "composition"
    | "sez-unit"
    | "sez-developer"
    | "casual"
    | "input-service-distributor"
    | "uin"
    | "tcs"
    | "tds"
    | "other";
  readonly registeredOn?: string;
  readonly cancelledOn?: string;
}

/** NIC's page of 2026 takes documents from this day. */
export const PORTAL_CUTOFF = "01/04/2025";

/**
 * The context when nothing else is known: the strictest, a supplier of 10 crore who sends its own documents, without
 * any look-up. `today` is the day in India, DD/MM/YYYY.
 */
export function defaultContext(today: string): CheckContext {
  return { today, taxpayer: { turnoverCrore: 10 }, cutoff: PORTAL_CUTOFF, requester: { kind: "supplier" } };
}
