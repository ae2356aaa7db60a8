import * as z from "zod";
import { type CheckContext, defaultContext } from "../invoice/check-context.ts";
import { checkInvoice } from "../invoice/check-invoice.ts";
import type { Finding } from "../invoice/finding.ts";
import { readInvoice } from "../invoice/invoice.ts";
import { toDocumentDate } from "../ist.ts";
import { type Answer, type Info, refuse, succeed } from "./answer.ts";
import { type Fault, fault } from "./codes.ts";
import { refuseDuplicate } from "./duplicate.ts";
import { describeRegistration } from "./irn-data.ts";
import { mayRegister, newRegistration } from "./new-registration.ts";
import { type RegisteredDocument, toRegisteredDocument } from "./registered-document.ts";
import { openBody } from "./request-body.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

/** DynamoDB's limit is 400 KB an item; the rest of the record needs less than one. */
const LARGEST_RECORD_BYTES = 390 * 1024;

/**
 * Registers a document: `POST /eicore/v1.03/Invoice`. Its steps, in order, are the order of the portal's checks. Every
 * taxpayer counts as one of 10 crore turnover, for whom the rules are strictest.
 */
export async function generateIrn(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const opened = openBody(request.body, Buffer.from(request.session.sek, "base64"));
  if ("fault" in opened) return refuse([opened.fault]);

  const findings = checkInvoice(opened.value, contextOf(opened.value, request)).filter(isError);
  const read = readInvoice(opened.value);
  if (!("invoice" in read)) return refuse(findings.map(toFault));

  const document = toRegisteredDocument(read.invoice);
  const faults = [...findings.map(toFault), ...BUSINESS_CHECKS.flatMap((check) => check(document, request))];
  if (faults.length > 0) return refuse(faults);

  return register(deps, request, document);
}

/** An e-commerce operator sends in its own name what names it. */
function contextOf(document: unknown, { session, at }: SessionRequest): CheckContext {
  const named = Named.safeParse(document);
  const isOperator = named.success && named.data.TranDtls.EcmGstin === session.gstin;
  return { ...defaultContext(toDocumentDate(at)), requester: { kind: isOperator ? "operator" : "supplier" } };
}

const Named = z.looseObject({ TranDtls: z.looseObject({ EcmGstin: z.string() }) });

type BusinessCheck = (document: RegisteredDocument, request: SessionRequest) => readonly Fault[];

/** What the portal wants of a document beyond its schema. All of them are asked, and every fault is in the answer. */
const BUSINESS_CHECKS: readonly BusinessCheck[] = [
  (document, { session }) => (mayRegister(session.gstin, document) ? [] : [fault("2169")]),
];

async function register(deps: SandboxDeps, request: SessionRequest, document: RegisteredDocument): Promise<Answer> {
  const registration = newRegistration(deps.randomBytes, request, document);
  if (registration.document.length > LARGEST_RECORD_BYTES) return refuse([fault("5002", "too large to be kept")]);

  const outcome = await deps.store.register(registration);
  if (outcome.state === "taken") return refuseDuplicate(outcome.by, request.portal);
  return succeed(await describeRegistration(deps.keys, registration), ...ewayBillNote(document));
}

/** The sandbox makes no e-way bills yet. It says so the way the portals do when that part fails: the IRN stands. */
function ewayBillNote(document: RegisteredDocument): Info[] {
  return document["EwbDtls"] === undefined ? [] : [{ InfCd: "EWBERR", Desc: [fault("4001")] }];
}

function isError({ severity }: Finding): boolean {
  return severity === "error"; // Members that the schema does not know are no reason to refuse.
}

function toFault({ irpCode, path, message }: Finding): Fault {
  return { ErrorCode: irpCode ?? "5002", ErrorMessage: path === "" ? message : `${path}: ${message}` };
}
