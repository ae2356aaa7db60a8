import * as z from "zod";
import { examineInvoice } from "../invoice/check-invoice.ts";
import type { Finding } from "../invoice/finding.ts";
import type { Invoice } from "../invoice/invoice.ts";
import { toDocumentDate } from "../ist.ts";
import { type Answer, type Info, refuse, succeed } from "./answer.ts";
import { serveInTrouble } from "./apply-trouble.ts";
import { type Fault, fault } from "./codes.ts";
import { refuseDuplicate, refuseHeld } from "./duplicate.ts";
import { type EwayBillPart, ewayBillPart } from "./eway-bill.ts";
import { type Trouble, troubleOfDocument } from "./faults.ts";
import { contextOf, toFault } from "./findings.ts";
import { describeRegistration } from "./irn-data.ts";
import { mayRegister, newRegistration } from "./new-registration.ts";
import { type RegisteredDocument, toRegisteredDocument } from "./registered-document.ts";
import type { Registration } from "./registration.ts";
import { registryOf } from "./registry.ts";
import { openBody } from "./request-body.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

/** How long the registry stays down for a document that asks for it. */
const REGISTRY_DOWN_MS = 60 * 60_000;

/** Registers a document: `POST /eicore/v1.03/Invoice`. Its steps, in order, are the order of the portal's checks. */
export async function generateIrn(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const opened = openBody(request.body, Buffer.from(request.session.sek, "base64"));
  if ("fault" in opened) return refuse([opened.fault]);

  const docNo = Numbered.safeParse(opened.value).data?.DocDtls.No ?? "";
  const trouble = troubleOfDocument(docNo);
  return serveInTrouble(deps, request, { docNo, trouble }, () =>
    checkAndRegister(deps, request, opened.value, trouble),
  );
}

const Numbered = z.looseObject({ DocDtls: z.looseObject({ No: z.string() }) });

async function checkAndRegister(deps: SandboxDeps, request: SessionRequest, value: unknown, trouble: Trouble) {
  const { invoice, findings: found } = await examined(deps, request, value);
  const findings = found.filter(({ severity }) => severity === "error"); // Unknown members are no reason to refuse.
  if (!invoice) return refuse(findings.map(toFault));

  const document = toRegisteredDocument(invoice);
  const faults = [...findings.map(toFault), ...BUSINESS_CHECKS.flatMap((check) => check(document, request))];
  if (faults.length > 0) return refuse(faults);

  const billFindings = found.filter(({ severity }) => severity === "ewb");
  return register(deps, request, { document, invoice, findings: billFindings, trouble });
}

/** What the parties' GSTINs are looked up for before the rules are asked. */
const Parties = z.looseObject({
  TranDtls: z.looseObject({ EcmGstin: z.string().nullish() }).optional().catch(undefined),
  SellerDtls: z.looseObject({ Gstin: z.string() }).optional().catch(undefined),
  BuyerDtls: z.looseObject({ Gstin: z.string() }).optional().catch(undefined),
});

async function examined(deps: SandboxDeps, request: SessionRequest, value: unknown) {
  const { TranDtls, SellerDtls, BuyerDtls } = Parties.safeParse(value).data ?? {};
  const named = [SellerDtls?.Gstin, BuyerDtls?.Gstin, TranDtls?.EcmGstin].filter((gstin) => gstin != null);
  const registry = await registryOf(deps, request, named);
  return examineInvoice(value, contextOf(request, TranDtls?.EcmGstin, registry));
}

type BusinessCheck = (document: RegisteredDocument, request: SessionRequest) => readonly Fault[];

/** What the portal wants of a document beyond its schema. All of them are asked, and every fault is in the answer. */
const BUSINESS_CHECKS: readonly BusinessCheck[] = [
  (document, { session }) => (mayRegister(session.gstin, document) ? [] : [fault("2169")]),
];

interface Checked {
  readonly document: RegisteredDocument;
  readonly invoice: Invoice;
  /** About the e-way bill alone. */
  readonly findings: readonly Finding[];
  readonly trouble: Trouble;
}

async function register(deps: SandboxDeps, request: SessionRequest, checked: Checked): Promise<Answer> {
  const { document, trouble } = checked;
  const bare = newRegistration(deps.randomBytes, request, document);
  if (trouble.held !== undefined) return refuseHeld(bare, trouble.held);

  const part = await ewayBillPart(deps, request, bare.irn, checked);
  const registration = { ...bare, ...(part.bill && { ewayBill: part.bill }), ...rejection(request, trouble) };
  const outcome = await deps.store.register(registration);
  if (outcome.state === "taken") return refuseDuplicate(outcome.by, request);
  await noteRejection(deps, registration, document);
  return succeed(await describeRegistration(deps.keys, registration, request.at), ...ewayBillInfo(part));
}

/** A failed e-way bill does not fail the IRN. */
function ewayBillInfo({ faults, info }: EwayBillPart): readonly Info[] {
  return faults.length > 0 ? [{ InfCd: "EWBERR", Desc: faults }] : info;
}

function rejection({ at }: SessionRequest, { rejected }: Trouble): Pick<Registration, "rejectedAt"> {
  return rejected ? { rejectedAt: new Date(at.getTime() + REGISTRY_DOWN_MS).toISOString() } : {};
}

async function noteRejection({ store }: SandboxDeps, registration: Registration, { SellerDtls }: RegisteredDocument) {
  const { irn, portal, ackAt, rejectedAt } = registration;
  if (rejectedAt === undefined) return;
  await store.addRejection({
    v: 1,
    gstin: SellerDtls.Gstin,
    portal,
    day: toDocumentDate(new Date(ackAt)),
    irn,
    rejectedAt,
  });
}
