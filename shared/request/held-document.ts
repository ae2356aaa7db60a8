import type { Pending, PendingChange } from "../document/document.ts";
import type { Answer, IrpError, TakenBy } from "../irp/irp.ts";
import type { Found } from "../irp/outcome.ts";
import { refusedUntil } from "../irp/refused-for-good.ts";
import type { VerifiedDocument } from "../irp/verify.ts";
import { DONE, handBack, type Job, type Lease, later, type Verdict, wait } from "./job.ts";
import { numberUsed, refusalFor, refusedByIrp } from "./refusal.ts";
import { isOverdue } from "./request.ts";
import { type Refusing, refuse, register } from "./settle.ts";

/** When an open outcome is looked up, counted from the submission or the look-up before (irp-protocol 7.1), then hourly. */
const LOOKS_MS = [2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000] as const;
const HOURLY_MS = 3_600_000;
/** When a call that certainly was not made is tried again, where the answer does not say. */
const NOT_SENT_PAUSE_MS = 60_000;
/** Of the errors that a document keeps: twenty say enough. */
export const MOST_ERRORS = 20;

/**
 * The submission whose content the signed copy has, whole: the last one that was sent, else an earlier one. That of the
 * request at hand counts even if it never was sent.
 */
export function ownSubmission({ request }: Job, { rid, subs }: Pending, { docFp }: VerifiedDocument) {
  const same = [...subs, { rid: request.rid, docFp: request.docFp }].filter((sub) => sub.docFp === docFp);
  return same.find((sub) => sub.rid === rid) ?? same[0];
}

/** The document is registered. It is ours if its content is; else another document has the number. */
export async function adopt(job: Job, pending: Pending, found: Found): Promise<Verdict> {
  const { deps, request, hold, invoice } = job;
  const sub = ownSubmission(job, pending, found.verified);
  if (!sub) return refuseHeld(job, { problem: numberUsed({ irn: request.irn, status: found.signed.status }) });
  const done = await register(deps, request, hold, invoice, { ...found, sub });
  return done === "fenced" ? handBack(job, 0) : DONE;
}

/** Refuses the request and lets go of the document. Fenced, it is looked at again. */
export async function refuseHeld(job: Lease, refusing: Refusing): Promise<Verdict> {
  const done = await refuse(job.deps, job.request, job.hold, refusing);
  return done === "fenced" ? handBack(job, 0) : DONE;
}

/** What the portal says of the payload alone is noted, so that it is not sent again unchanged. */
export function refuseByPortal(job: Job, errors: readonly IrpError[]): Promise<Verdict> {
  const until = refusedUntil(errors, job.deps.now())?.getTime();
  const { docFp } = job.request;
  const refused = until === undefined ? undefined : { docFp, until, errors: errors.slice(0, MOST_ERRORS) };
  return refuseHeld(job, { problem: refusedByIrp(errors), errors, refused });
}

/** Nobody took it for a day, and nothing of it is registered. */
export function refuseUnsent(job: Job): Promise<Verdict> {
  return refuseHeld(job, { problem: refusalFor("not_registered", job.request.irn) });
}

/** Nothing of the first submission left, so there is nothing to find out about. `giveUp`: it waited for a day. */
export async function notSent(
  job: Lease,
  { errors, retryAt, needsUser }: Extract<Answer<unknown>, { is: "not-sent" }>,
  giveUp: () => Promise<Verdict>,
): Promise<Verdict> {
  const { request, deps, hold } = job;
  // Who waits for the answer is told; what is queued goes on when the user is right again.
  if (request.flow === "direct" && needsUser)
    return refuseHeld(job, { problem: refusalFor("irp_login_refused", request.irn), errors });
  if (isOverdue(request, deps.now())) return giveUp();
  await deps.documents.unlock(request.irn, hold, undefined);
  return wait(job, retryAt ?? later(job, NOT_SENT_PAUSE_MS));
}

/** The number is a cancelled document's, or one's at another IRP. */
export function refuseTaken(
  job: Job,
  taken: Exclude<TakenBy, "active">,
  errors: readonly IrpError[] = [],
): Promise<Verdict> {
  const { irn } = job.request;
  const problem = taken === "cancelled" ? numberUsed({ irn, status: "CNL" }) : refusalFor("registered_elsewhere", irn);
  return refuseHeld(job, { problem, errors });
}

/** Frees the document, keeps what may have happened, and comes back to look: when it is of use, if that is known. */
export async function parkPending(job: Lease, pending: Pending | PendingChange, retryAt?: Date): Promise<Verdict> {
  const { looks } = pending;
  if (retryAt) {
    await job.deps.documents.unlock(job.request.irn, job.hold, pending);
    return wait(job, retryAt);
  }
  await job.deps.documents.unlock(job.request.irn, job.hold, { ...pending, looks: looks + 1 });
  return wait(job, later(job, LOOKS_MS[looks] ?? HOURLY_MS));
}
