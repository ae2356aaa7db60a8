import { irnOf } from "../invoice/irn.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { spoiled } from "./apply-trouble.ts";
import { fault, type NicCode } from "./codes.ts";
import { type Trouble, troubleOfDocument, troubleOfGstin } from "./faults.ts";
import { heldRegistration } from "./held-registration.ts";
import { describeRegistration } from "./irn-data.ts";
import { type RegisteredDocument, unpackDocument } from "./registered-document.ts";
import type { Registration } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const DAY_MS = 24 * 60 * 60_000;
/** DD/MM/YYYY, as queries write it. */
export const DOCUMENT_DAY = /^(0[1-9]|[12]\d|3[01])\/(0[1-9]|1[0-2])\/20\d{2}$/;

/** `GET /eicore/v1.03/Invoice/irn/{irn}` */
export async function irnByIrn(deps: SandboxDeps, request: SessionRequest, irn: string): Promise<Answer> {
  return lookUp(deps, request, { irn, isMeant: () => true, absent: "2148" });
}

/** `GET /eicore/v1.03/Invoice/irnbydocdetails?doctype=&docnum=&docdate=` */
export async function irnByDocument(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const docType = (request.query.get("doctype") ?? "").toUpperCase();
  const docNo = (request.query.get("docnum") ?? "").toUpperCase();
  const docDate = request.query.get("docdate") ?? "";
  const faults = DETAILS.filter(({ name, layout }) => !layout.test(request.query.get(name) ?? ""));
  if (faults.length > 0) return refuse(faults.map(({ refusedWith }) => fault(refusedWith)));

  const sellerGstin = request.headers.get("sup_gstin") || request.session.gstin;
  const irn = irnOf({ sellerGstin, docType, docNo, docDate });
  // The IRN knows only the year of the document; the caller asked for a day.
  return lookUp(deps, request, { irn, isMeant: ({ DocDtls }) => DocDtls.Dt === docDate, absent: "2154" });
}

const DETAILS: readonly { name: string; layout: RegExp; refusedWith: NicCode }[] = [
  { name: "doctype", layout: /^(INV|CRN|DBN)$/i, refusedWith: "2280" },
  { name: "docnum", layout: /^[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}$/, refusedWith: "2281" },
  { name: "docdate", layout: DOCUMENT_DAY, refusedWith: "2293" },
];

interface Sought {
  readonly irn: string;
  readonly isMeant: (document: RegisteredDocument) => boolean;
  readonly absent: NicCode;
}

async function lookUp(deps: SandboxDeps, request: SessionRequest, sought: Sought): Promise<Answer> {
  const registration = await heldRegistration(deps, request, sought);
  if (typeof registration === "string") return refuse([fault(registration)]);
  const document = unpackDocument(registration.document);
  if (!sought.isMeant(document)) return refuse([fault(sought.absent)]);

  const trouble = { ...troubleOfGstin(request.session.gstin), ...troubleOfDocument(document.DocDtls.No) };
  const refusedWith = lags(registration, request, trouble) ? sought.absent : refusalOfReader(request, document);
  const answer = refusedWith ? refuse([fault(refusedWith)]) : await serve(deps, request, registration);
  return spoiled(answer, trouble.variant === undefined ? {} : { variant: trouble.variant });
}

function lags({ ackAt }: Registration, { at }: SessionRequest, { lagSeconds = 0 }: Trouble): boolean {
  return at.getTime() - Date.parse(ackAt) < lagSeconds * 1000;
}

async function serve({ keys, settings }: SandboxDeps, { at }: SessionRequest, registration: Registration) {
  const { retrievalDays } = settings;
  const ageMs = at.getTime() - Date.parse(registration.ackAt);
  if (ageMs > retrievalDays * DAY_MS) return refuse([fault("2283", `only for ${retrievalDays} days`)]);
  return succeed(await describeRegistration(keys, registration, at));
}

/** Whoever may register the document may read it. The recipient needs the supplier's consent, which no one can give here. */
function refusalOfReader({ session: { gstin } }: SessionRequest, document: RegisteredDocument): NicCode | undefined {
  if (gstin === document.SellerDtls.Gstin || gstin === document.TranDtls.EcmGstin) return undefined;
  return gstin === document.BuyerDtls.Gstin ? "2306" : "2226";
}
