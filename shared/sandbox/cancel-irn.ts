import * as z from "zod";
import { toPortalTime } from "../ist.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault, type NicCode } from "./codes.ts";
import { heldRegistration } from "./held-registration.ts";
import { mayRegister } from "./new-registration.ts";
import { readFields } from "./read-fields.ts";
import { unpackDocument } from "./registered-document.ts";
import { activeEwayBill, changed, type Registration, statusOf } from "./registration.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

const WINDOW_MS = 24 * 60 * 60_000;

/** Reasons: 1 duplicate, 2 data-entry mistake, 3 order cancelled, 4 other. */
const Cancellation = z.object({
  Irn: z.string().regex(/^[0-9a-f]{64}$/i),
  CnlRsn: z.enum(["1", "2", "3", "4"]),
  CnlRem: z.string().min(1).max(100),
});

/** `POST /eicore/v1.03/Invoice/Cancel` */
export async function cancelIrn(deps: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const read = readFields(request, Cancellation);
  if ("faults" in read) return refuse(read.faults);

  const registration = await heldRegistration(deps, request, { irn: read.fields.Irn, absent: "2148" });
  if (typeof registration === "string") return refuse([fault(registration)]);
  const refusedWith = refusalOf(registration, request);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);

  const cancelled = changed(registration, deps.randomBytes, { cancelledAt: request.at.toISOString() });
  // Changed by another call meanwhile, which may have cancelled it or made an e-way bill: everything is asked again.
  if (!(await deps.store.changeRegistration(cancelled))) return cancelIrn(deps, request);
  return succeed({ Irn: registration.irn, CancelDate: toPortalTime(request.at) });
}

function refusalOf(registration: Registration, { session, at }: SessionRequest): NicCode | undefined {
  if (!mayRegister(session.gstin, unpackDocument(registration.document))) return "2143";
  if (statusOf(registration, at) !== "ACT") return "9999";
  if (activeEwayBill(registration) !== undefined) return "2230";
  return at.getTime() - Date.parse(registration.ackAt) > WINDOW_MS ? "2270" : undefined;
}
