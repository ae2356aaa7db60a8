import { documentFingerprint } from "../../shared/document/document-fingerprint.ts";
import type { Invoice } from "../../shared/invoice/invoice.ts";
import { irnOf } from "../../shared/invoice/irn.ts";
import { registrable } from "../../shared/invoice/registrable.ts";
import type { Answer, DocumentNumber, IrpError, SignedDocument } from "../../shared/irp/irp.ts";
import type { VerifiedDocument } from "../../shared/irp/verify.ts";
import { portalTimeToTimestamp, toPortalTime } from "../../shared/ist.ts";
import { type ContentName, content } from "./documents.ts";
import {
  type Ending,
  type GovernmentChanges,
  type GovernmentChangesDeps,
  governmentChanges,
} from "./government-changes.ts";

export const portals = ["NIC1", "NIC2"] as const;
export type PortalName = (typeof portals)[number];

/** A time of the run, in ms from its start; the end does not belong to it. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the government's side does of itself. */
export interface GovernmentPlan {
  /** Then a portal knows only its own documents, and what the registry had told before. */
  readonly registryDown: readonly Window[];
  /** The date is refused, before anything else is looked at. */
  readonly dateRule: readonly Window[];
  /** Contents that are refused whenever they come. */
  readonly refuses: readonly ContentName[];
  /** The buyer is not in the portal's copy of the taxpayers, until it is synchronised. */
  readonly unknownTaxpayer: readonly Window[];
  /** A portal of this name shows and takes nothing. */
  readonly dead: readonly (Window & { readonly portal: PortalName })[];
  /** Somebody else registers, through another system, here or at an IRP that is none of ours. */
  readonly others: readonly {
    readonly atMs: number;
    readonly at: PortalName | "IRIS";
    readonly content: ContentName;
  }[];
  /** Somebody cancels at the portal whatever is registered by then. */
  readonly cancelsAtMs: readonly number[];
  /** The registry rejects whatever is registered by then, and active. */
  readonly rejectsAtMs: readonly number[];
  /** By so much later a portal that answers for the other shows what becomes of its documents. */
  readonly standInLagMs: number;
  /** E-way bills are refused, also those beside a registration. */
  readonly refusesBills: readonly Window[];
  /** Somebody makes e-way bills at the portal for what is registered by then, or cancels them. */
  readonly billsElsewhere: readonly { readonly atMs: number; readonly is: "made" | "cancelled" }[];
}

export const quietGovernment: GovernmentPlan = {
  registryDown: [],
  dateRule: [],
  refuses: [],
  unknownTaxpayer: [],
  dead: [],
  others: [],
  cancelsAtMs: [],
  rejectsAtMs: [],
  standInLagMs: 0,
  refusesBills: [],
  billsElsewhere: [],
};

/** The truth, which nobody of ours sees. */
export interface Registered {
  readonly irn: string;
  readonly at: PortalName | "IRIS";
  readonly docFp: string;
  readonly docDate: string;
  /** The request whose call it was; undefined for somebody else's. */
  readonly by: string | undefined;
  readonly atMs: number;
  /** From here on look-ups show it. */
  readonly visibleMs: number;
  readonly signed: Omit<SignedDocument, "status">;
  status: SignedDocument["status"];
  ended?: Ending;
}

export interface Government {
  /** What happens to what is registered. */
  readonly changes: GovernmentChanges;
  readonly registered: readonly Registered[];
  isDead(portal: string, ms: number): boolean;
  /** A portal's decision on a document that reached it. `by` is the request that sent it. */
  register(portal: PortalName, invoice: Invoice, by: string): Answer<SignedDocument>;
  /** `isStandIn`: another portal is asked in its place. */
  byIrn(portal: string, irn: string, isStandIn: boolean): Answer<SignedDocument>;
  byDocument(portal: string, gstin: string, number: DocumentNumber): Answer<SignedDocument>;
  synchronise(): void;
  registerForAnother(at: PortalName | "IRIS", name: ContentName): void;
}

interface GovernmentDeps {
  readonly plan: GovernmentPlan;
  readonly nowMs: () => number;
  readonly startMs: number;
  readonly lagMs: () => number;
  readonly committed: (registered: Registered) => void;
  readonly changed: GovernmentChangesDeps["changed"];
}

interface Sought {
  readonly docDate?: string;
  readonly isStandIn?: boolean;
}

/** Portals show a document for three days (2283). */
const SHOWN_MS = 3 * 24 * 60 * 60 * 1000;

/** Two portals and the registry behind them, as far as answers tell. */
export function newGovernment({ plan, nowMs, startMs, lagMs, committed, changed }: GovernmentDeps): Government {
  const registered: Registered[] = [];
  const changes = governmentChanges({ plan, nowMs, startMs, lagMs, registered, changed });
  const byIrn = new Map<string, Registered[]>();
  const of = (irn: string) => byIrn.get(irn) ?? [];
  let synchronisedAtMs = -Infinity;

  /** What the portal finds when it looks for a duplicate. */
  function duplicateOf(portal: PortalName, irn: string): Registered | undefined {
    const isDown = isIn(plan.registryDown, nowMs());
    return of(irn).find((other) => other.at === portal || !isDown || !isIn(plan.registryDown, other.atMs));
  }

  function refusalOf(docFp: string): IrpError | undefined {
    const ms = nowMs();
    if (isIn(plan.dateRule, ms)) return { code: "2270", message: "the document is too old" };
    const isUnknown = plan.unknownTaxpayer.some((window) => isIn([window], ms) && synchronisedAtMs < window.fromMs);
    if (isUnknown) return { code: "3028", message: "the buyer's GSTIN is not known" };
    if (plan.refuses.some((name) => content(name).docFp === docFp)) return { code: "2172", message: "a wrong amount" };
    return undefined;
  }

  function add(at: Registered["at"], document: Known, by: string | undefined): Registered {
    const atMs = nowMs();
    const AckNo = 112610000000001 + registered.length;
    const ack = { AckNo, AckDt: toPortalTime(new Date(startMs + atMs)), Irn: document.irn };
    const signed = {
      irn: document.irn,
      signedInvoice: JSON.stringify({ ...ack, data: document.text }),
      signedQrCode: JSON.stringify({ Irn: document.irn }),
    };
    const { irn, docFp, docDate } = document;
    const entry: Registered = { irn, at, docFp, docDate, by, atMs, visibleMs: atMs + lagMs(), signed, status: "ACT" };
    registered.push(entry);
    byIrn.set(irn, [...of(irn), entry]);
    committed(entry);
    return entry;
  }

  function shown(portal: string, irn: string, { docDate, isStandIn = false }: Sought = {}): Answer<SignedDocument> {
    const found = of(irn).find(
      (other) => other.at === portal && (docDate ?? other.docDate) === other.docDate && other.visibleMs <= nowMs(),
    );
    if (!found) return { is: "refused", errors: [{ code: "2154", message: "IRN details are not found" }] };
    if (nowMs() - found.atMs > SHOWN_MS) return { is: "refused", errors: [{ code: "2283", message: "too old" }] };
    const ewayBill = changes.shownBeside(found.irn);
    return {
      is: "ok",
      value: { ...found.signed, status: changes.shownStatus(found, isStandIn), ...(ewayBill && { ewayBill }) },
    };
  }

  return {
    registered,
    changes,
    isDead: (portal, ms) => plan.dead.some((each) => each.portal === portal && isIn([each], ms)),
    register(portal, invoice, by) {
      const document = known(invoice);
      const refusal = refusalOf(document.docFp);
      if (refusal) return { is: "refused", errors: [refusal] };
      const duplicate = duplicateOf(portal, document.irn);
      if (duplicate) return taken(portal, duplicate);
      const { signed, irn } = add(portal, document, by);
      const ewayBill = invoice.EwbDtls ? changes.billBeside(irn, by) : undefined;
      return { is: "ok", value: { ...signed, status: "ACT", ...(ewayBill && { ewayBill }) } };
    },
    byIrn: (portal, irn, isStandIn) => shown(portal, irn, { isStandIn }),
    byDocument: (portal, gstin, { docType, docNo, docDate }) =>
      shown(portal, irnOf({ sellerGstin: gstin, docType, docNo, docDate }), { docDate }),
    synchronise() {
      synchronisedAtMs = nowMs();
    },
    registerForAnother(at, name) {
      const document = known(content(name).invoice);
      if (isIn(plan.registryDown, nowMs()) || of(document.irn).length > 0) return;
      add(at, document, undefined);
    },
  };
}

/** What a portal says of a number that is taken. */
function taken(portal: PortalName, { irn, at, status }: Registered): Answer<SignedDocument> {
  const code = status !== "ACT" ? "2278" : at === "IRIS" ? "2295" : "2150";
  const existing = at === portal ? {} : { existing: { irn, irp: at } };
  return { is: "unknown", errors: [{ code, message: "the number is taken" }], reason: code, ...existing };
}

export function isIn(windows: readonly Window[], ms: number): boolean {
  return windows.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
}

interface Known {
  readonly irn: string;
  readonly docFp: string;
  readonly docDate: string;
  /** The content as it is signed: the number in capitals. */
  readonly text: string;
}

const documents = new Map<string, Known>();
const fingerprints = new Map<string, string>();
/** A load has more contents than fit into memory twice. */
const MOST_KEPT = 5_000;

/** Worked out once per content and process, unless there are very many. */
function known(invoice: Invoice): Known {
  return kept(documents, JSON.stringify(invoice), () => knownNow(invoice));
}

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  if (values.size >= MOST_KEPT) values.clear();
  values.set(key, value);
  return value;
}

export function irnOfInvoice(invoice: Invoice): string {
  return known(invoice).irn;
}

function knownNow(invoice: Invoice): Known {
  const { Typ, No, Dt } = invoice.DocDtls;
  const DocDtls = { ...invoice.DocDtls, Typ: Typ.toUpperCase(), No: No.toUpperCase() };
  const text = JSON.stringify({ ...registrable(invoice), DocDtls });
  const irn = irnOf({ sellerGstin: invoice.SellerDtls.Gstin, docType: Typ, docNo: No, docDate: Dt });
  return { irn, docFp: fingerprintOf(text), docDate: Dt, text };
}

/** The fingerprint of the signed content itself, whatever was sent. */
export function fingerprintOf(text: string): string {
  return kept(fingerprints, text, () => documentFingerprint(JSON.parse(text)));
}

/** Stands for the portal's signature: a garbled copy is no JSON. */
export async function verifySigned({ signedInvoice }: SignedDocument): Promise<VerifiedDocument> {
  const { AckNo, AckDt, Irn, data } = JSON.parse(signedInvoice) as Record<"AckNo" | "AckDt" | "Irn" | "data", string>;
  return { irn: Irn, ackNo: String(AckNo), ackDt: portalTimeToTimestamp(AckDt), docFp: fingerprintOf(data) };
}
