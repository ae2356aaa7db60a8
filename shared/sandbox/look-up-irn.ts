import { irnOf } from "../invoice/irn.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault, type NicCode } from "./codes.ts";
import { describeRegistration } from "./irn-data.ts";
import { Portal } from "./portal.ts";
import { type RegisteredDocument, unpackDocument } from "./registered-document.ts";
import type { Registration } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const DAY_MS = 24 * 60 * 60_000;

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
  { name: "docdate", layout: /^(0[1-9]|[12]\d|3[01])\/(0[1-9]|1[0-2])\/20\d{2}$/, refusedWith: "2293" },
];

interface Sought {
  readonly irn: string;
  readonly isMeant: (document: RegisteredDocument) => boolean;
  readonly absent: NicCode;
}

async function lookUp(deps: SandboxDeps, request: SessionRequest, sought: Sought): Promise<Answer> {
  const holder = Portal.safeParse(request.headers.get("irp") || request.portal);
  if (!holder.success) return refuse([fault("3098")]);

  const registration = await deps.store.findRegistration(sought.irn);
  if (registration?.portal !== holder.data) return refuse([fault(sought.absent)]);
  const document = unpackDocument(registration.document);
  if (!sought.isMeant(document)) return refuse([fault(sought.absent)]);

  const refusedWith = refusalOfReader(request.session.gstin, document);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);
  return serve(deps, request, registration);
}

async function serve({ keys, settings }: SandboxDeps, { at }: SessionRequest, registration: Registration) {
  const { retrievalDays } = settings;
  const ageMs = at.getTime() - Date.parse(registration.ackAt);
  if (ageMs > retrievalDays * DAY_MS) return refuse([fault("2283", `only for ${retrievalDays} days`)]);
  return succeed(await describeRegistration(keys, registration));
}

/** Whoever may register the document may read it. The recipient needs the supplier's consent, which no one can give here. */
function refusalOfReader(gstin: string, document: RegisteredDocument): NicCode | undefined {
  if (gstin === document.SellerDtls.Gstin || gstin === document.TranDtls.EcmGstin) return undefined;
  return gstin === document.BuyerDtls.Gstin ? "2306" : "2226";
}
