import * as z from "zod";
import { checkInvoice } from "../invoice/check-invoice.ts";
import type { Finding } from "../invoice/finding.ts";
import { readInvoice } from "../invoice/invoice.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault, type NicCode } from "./codes.ts";
import { ewayBillPart } from "./eway-bill.ts";
import { troubleOfDocument } from "./faults.ts";
import { contextOf, toFault } from "./findings.ts";
import { heldRegistration } from "./held-registration.ts";
import { describeEwayBill } from "./irn-data.ts";
import { mayRegister } from "./new-registration.ts";
import { readFields } from "./read-fields.ts";
import { type RegisteredDocument, unpackDocument } from "./registered-document.ts";
import { activeEwayBill, changed, type Registration, statusOf } from "./registration.ts";
import { registryOf } from "./registry.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

/** The transport is judged by the rules of INV-01; here only what is not among its members. */
const EwayBillRequest = z.looseObject({
  Irn: z.string().regex(/^[0-9a-f]{64}$/i),
  ExpShipDtls: z.looseObject({}).nullish(),
  DispDtls: z.looseObject({}).nullish(),
});
type EwayBillRequest = z.infer<typeof EwayBillRequest>;

/** `POST /eiewb/v1.03/ewaybill` */
export async function ewayBillByIrn(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const read = readFields(request, EwayBillRequest);
  if ("faults" in read) return refuse(read.faults);

  const registration = await heldRegistration(deps, request, { irn: read.fields.Irn, absent: "4003" });
  if (typeof registration === "string") return refuse([fault(registration)]);
  const document = unpackDocument(registration.document);
  const refusedWith = refusalOf(registration, document, request);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);
  return make(deps, request, registration, withTransport(document, read.fields));
}

function refusalOf(registration: Registration, document: RegisteredDocument, { session, at }: SessionRequest) {
  if (!mayRegister(session.gstin, document)) return "2143" satisfies NicCode;
  if (statusOf(registration, at) !== "ACT") return "4000" satisfies NicCode;
  return activeEwayBill(registration) === undefined ? undefined : ("4002" satisfies NicCode);
}

async function make(
  deps: SandboxDeps,
  request: SessionRequest,
  registration: Registration,
  document: RegisteredDocument,
): Promise<Answer> {
  const findings = await findingsOf(deps, request, document);
  const read = readInvoice(document);
  if (findings.length > 0 || !("invoice" in read)) return refuse(findings.map(toFault));

  const trouble = troubleOfDocument(document.DocDtls.No);
  const at = { ...request, portal: registration.portal };
  const part = await ewayBillPart(deps, at, registration.irn, { invoice: read.invoice, findings, trouble });
  if (part.bill === undefined) return refuse(part.faults);

  const next = changed(registration, deps.randomBytes, { ewayBill: part.bill });
  // Changed by another call meanwhile: whether a bill may still be made is asked again.
  if (!(await deps.store.changeRegistration(next))) return ewayBillByIrn(deps, request);
  return succeed({ ...describeEwayBill(part.bill), Remarks: null }, ...part.info);
}

/** `GET /eiewb/v1.03/ewaybill/irn/{irn}` */
export async function getEwayBill(deps: SandboxDeps, request: SessionRequest, irn: string): Promise<Answer> {
  const registration = await heldRegistration(deps, request, { irn, absent: "4003" });
  if (typeof registration === "string") return refuse([fault(registration)]);
  if (!mayRegister(request.session.gstin, unpackDocument(registration.document))) return refuse([fault("4037")]);
  const { ewayBill } = registration;
  if (ewayBill === undefined) return refuse([fault("4005")]);

  const { EwbNo, ...days } = describeEwayBill(ewayBill);
  const Status = ewayBill.cancelledAt === undefined ? "ACT" : "CNL";
  return succeed({ EwbNo, Status, GenGstin: ewayBill.by, ...days });
}

/** The document as if it had asked for the bill itself. The port of an export has no name of its own: it is the buyer's. */
function withTransport(document: RegisteredDocument, { Irn: _, ExpShipDtls, DispDtls, ...EwbDtls }: EwayBillRequest) {
  const LglNm = document.BuyerDtls["LglNm"];
  return {
    ...document,
    EwbDtls,
    ...(ExpShipDtls ? { ShipDtls: { LglNm, ...ExpShipDtls } } : {}),
    ...(DispDtls ? { DispDtls } : {}),
  };
}

/** What is wrong with the transport; the document itself was good on the day of its IRN. */
async function findingsOf(
  deps: SandboxDeps,
  request: SessionRequest,
  document: RegisteredDocument,
): Promise<Finding[]> {
  const { SellerDtls, BuyerDtls, TranDtls } = document;
  const registry = await registryOf(deps, request, [SellerDtls.Gstin, BuyerDtls.Gstin]);
  const found = checkInvoice(document, contextOf(request, TranDtls.EcmGstin, registry));
  return found.filter(
    ({ severity, path }) => severity === "ewb" || (severity === "error" && /^(Ewb|Ship|Disp)Dtls/.test(path)),
  );
}
