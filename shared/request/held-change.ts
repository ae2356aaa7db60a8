import { type Change, newBill } from "../document/change.ts";
import type { Document, PendingChange } from "../document/document.ts";
import type { EwayBill, IrpCall, IrpError } from "../irp/irp.ts";
import type { Changing, Deed, Kind } from "./changes/kind.ts";
import { MOST_ERRORS, refuseHeld } from "./held-document.ts";
import { DONE, handBack, LEASE_MS, type Lease, type Verdict } from "./job.ts";
import { refusalFor, refusedByIrp } from "./refusal.ts";
import { finish, refuse } from "./settle.ts";
import { standingOutcome, stateRefusal } from "./standing.ts";

/** A change whose worker has the document locked. */
export interface ChangeJob extends Lease {
  readonly change: Change;
  readonly kind: Kind;
  readonly document: Document;
}

/** To the portal that registered the document. */
export function callOf(job: ChangeJob): IrpCall {
  const { deps, request, document } = job;
  const portal = document.reg?.portal ?? "";
  const { gstin, rid, irn } = request;
  const mayStillSend = () => job.mayStillSend(deps.callTimeoutMs);
  return { gstin, about: { rid, irn }, portal, mayStillSend, ...job.admission() };
}

/** No stand-in is asked: it may be behind, and what it does not show would count as not done. */
export function lookOf(job: ChangeJob): IrpCall {
  const call = callOf(job);
  return { ...call, via: call.portal };
}

/** `isOurs`: whether anything of it may have reached the portal. */
export function changing(
  { deps, request, document }: ChangeJob,
  { since, at }: PendingChange,
  isOurs: boolean,
): Changing {
  const { rid, docFp } = request;
  const isSettled = deps.now().getTime() >= at + LEASE_MS + deps.lookUpLagMs;
  return { document, mode: deps.mode, rid, docFp, since, isOurs, isSettled };
}

/** The event first, then the document: only under the lock, and the lock goes with it. */
export async function write(job: ChangeJob, { event, effect, names }: Deed): Promise<Verdict> {
  const { deps, request, hold, change } = job;
  const seq = job.document.seq + 1;
  const told = await deps.events.append(event, deps.now());
  if (names !== undefined) await deps.documents.nameBill(names, request.irn);
  const document = await deps.documents.change(request.irn, hold, { ...effect(told.data), seq });
  if (document === "fenced") return handBack(job, 0);
  await deps.bus.publish(told);
  return conclude(job, change, document);
}

/** What the document as it now stands says to the request. */
export async function conclude(lease: Lease, change: Change, document: Document): Promise<Verdict> {
  const { deps, request } = lease;
  const outcome = standingOutcome(deps.mode, document, { ...request, change }, deps.now());
  if (!outcome) return handBack(lease, 0);
  if (outcome.kind === "problem") await refuse(deps, request, undefined, { problem: outcome.problem });
  else await finish(deps, request, outcome);
  return DONE;
}

/** An e-way bill of which we did not know: from now on the document has it. Nobody asked us for it, so nobody is told. */
export async function refuseForBill(job: ChangeJob, bill: EwayBill): Promise<Verdict> {
  const { deps, request, document } = job;
  await deps.documents.nameBill(bill.ewbNo, request.irn);
  const bills = [...(document.bills ?? []), newBill(bill, {})];
  return refuseHeld(job, { problem: stateRefusal("eway_bill_active", request.irn, bill), bills });
}

/** The portal's clock says that the time is over: of the IRN, and of an e-way bill in its several words. */
const WINDOW_CLOSED = new Set(["2270", "315", "728", "4055"]);

/** The portal's own refusal, as this API words it. */
export function refuseBy(job: ChangeJob, errors: readonly IrpError[]): Promise<Verdict> {
  const isClosed = errors.some(({ code }) => WINDOW_CLOSED.has(code));
  const problem = isClosed ? stateRefusal("cancel_window_closed", job.request.irn) : refusedByIrp(errors);
  return refuseHeld(job, { problem, errors: errors.slice(0, MOST_ERRORS) });
}

/** No portal took it for a day, and nothing of it is done. */
export function giveUp(job: ChangeJob): Promise<Verdict> {
  return refuseHeld(job, { problem: refusalFor("not_done", job.request.irn) });
}
