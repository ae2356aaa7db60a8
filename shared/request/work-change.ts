import { Change } from "../document/change.ts";
import type { Document, PendingChange } from "../document/document.ts";
import { actionOf } from "../irp/codes.ts";
import type { IrpError } from "../irp/irp.ts";
import { cancelEwayBill } from "./changes/cancel-eway-bill.ts";
import { cancelIrn } from "./changes/cancel-irn.ts";
import type { Kind } from "./changes/kind.ts";
import { makeEwayBill } from "./changes/make-eway-bill.ts";
import { acceptedContent, withContent } from "./content.ts";
import {
  type ChangeJob,
  callOf,
  changing,
  conclude,
  giveUp,
  lookOf,
  refuseBy,
  refuseForBill,
  write,
} from "./held-change.ts";
import { MOST_ERRORS, notSent, parkPending, refuseHeld } from "./held-document.ts";
import { DONE, handBack, handBackLocked, isLocked, type Lease, later, type Verdict, wait } from "./job.ts";
import { resubmitFrom, SHOWN_MS } from "./look-up.ts";
import { refusalFor } from "./refusal.ts";
import { isOverdue } from "./request.ts";
import { finish, refuse } from "./settle.ts";
import { standingOutcome } from "./standing.ts";

/** Another request's change has no outcome yet: it is looked up by its own worker. */
const OTHERS_PAUSE_MS = 60_000;

/**
 * The worker of the protocol for what happens to a registered document: an e-way bill, a cancellation. It is sent to the
 * portal that registered the document, one change at a time.
 */
export async function workChange(lease: Lease): Promise<Verdict> {
  const { deps, request, hold } = lease;
  const at = deps.now().getTime();
  const pending: PendingChange = { op: "change", rid: request.rid, at, since: at, n: 1, looks: 0 };
  const begun = await deps.documents.begin(request.irn, hold, pending, deps.now());
  return begun.is === "begun"
    ? withJob(lease, begun.document, (job) => unlessDecided(job, pending, () => send(job, pending, undefined)))
    : follow(lease, begun.document);
}

function withJob(lease: Lease, document: Document, work: (job: ChangeJob) => Promise<Verdict>): Promise<Verdict> {
  return withContent(lease, undefined, Change, (change) => work({ ...lease, change, kind: kindOf(change), document }));
}

function kindOf(change: Change): Kind {
  switch (change.op) {
    case "cancel":
      return cancelIrn(change);
    case "make_ewb":
      return makeEwayBill(change);
    case "cancel_ewb":
      return cancelEwayBill(change);
  }
}

/** The document is not free: it is ended, somebody works on it, or a change is pending. */
async function follow(lease: Lease, document: Document | undefined): Promise<Verdict> {
  const { deps, request, hold } = lease;
  if (!document?.reg) throw new Error("a change of a document that is not registered was accepted");
  if (document.status !== "ACT") return ended(lease, document);
  if (isLocked(document, deps.now())) return handBackLocked(lease, document);
  const other = document.pending && document.pending.rid !== request.rid ? document.pending.rid : undefined;
  if (other !== undefined && (await isOpen(lease, other))) return wait(lease, later(lease, OTHERS_PAUSE_MS));
  const taken = await deps.documents.take(request.irn, hold, deps.now());
  if (!taken) return handBackLocked(lease, document);
  const { pending } = taken;
  if (pending?.op === "change" && pending.rid === request.rid)
    return withJob(lease, taken, (job) => unlessDecided(job, pending, () => takeUp(job, pending)));
  // A late write of a worker whose request was over: nothing of it was sent, and nobody would ever find out about it.
  const isNobodys = pending !== undefined && pending.rid === other;
  await deps.documents.unlock(request.irn, hold, isNobodys ? undefined : pending);
  return handBack(lease, 0);
}

async function isOpen({ deps }: Lease, rid: string): Promise<boolean> {
  return (await deps.requests.find(rid))?.state === "QUEUED";
}

/** A document that is cancelled or rejected stays so: the outcome needs no lock. */
async function ended(lease: Lease, document: Document): Promise<Verdict> {
  const { deps, request } = lease;
  const opened = await deps.requests.open(request.rid);
  const change = opened && acceptedContent(opened, Change);
  if (change) return conclude(lease, change, document);
  if (opened) await refuse(deps, request, undefined, { problem: refusalFor("payload_lost", request.irn) });
  return DONE;
}

/**
 * The state of the document may have decided it since the request was accepted. It is still as it was when the change began:
 * what was decided then was not sent by the worker that began it, even if it stopped there.
 */
async function unlessDecided(job: ChangeJob, { since }: PendingChange, go: () => Promise<Verdict>): Promise<Verdict> {
  const { deps, request, hold, change, document } = job;
  const outcome = standingOutcome(deps.mode, document, { ...request, change }, new Date(since));
  if (!outcome) return go();
  if (outcome.kind === "problem") return refuseHeld(job, { problem: outcome.problem });
  // The document first: what is pending belongs to an open request.
  await deps.documents.unlock(request.irn, hold, undefined);
  await finish(deps, request, outcome);
  return DONE;
}

/** Sends a change that is noted on the document. `before`: the submission that it follows, of which nothing is done. */
async function send(job: ChangeJob, pending: PendingChange, before: PendingChange | undefined): Promise<Verdict> {
  const answer = await job.kind.ask(job.deps.irp, callOf(job), changing(job, pending, true));
  switch (answer.is) {
    case "ok":
      return write(job, answer.value);
    case "refused":
      return before ? resolve(job, refusedLater(before, answer.errors)) : refused(job, answer.errors, pending);
    case "not-sent":
      return before ? parkPending(job, before, answer.retryAt) : notSent(job, answer, () => giveUp(job));
    case "unknown":
      if (!answer.errors.some(({ code }) => actionOf(code) === "reconcile")) return parkPending(job, pending);
      // The portal says that it is there. Before a first submission it was there without us.
      return before ? resolve(job, pending) : refused(job, answer.errors, pending);
  }
}

/** Refused before anything was sent, so nothing is ours; but the document may not be as we know it. */
async function refused(job: ChangeJob, errors: readonly IrpError[], pending: PendingChange): Promise<Verdict> {
  if (errors.some(({ code }) => job.kind.telltale.has(code))) {
    const seen = await job.kind.look(job.deps.irp, lookOf(job), changing(job, pending, false), errors);
    if (seen.is === "done") return write(job, seen.deed);
    if (seen.is === "bill-active") return refuseForBill(job, seen.bill);
  }
  return refuseBy(job, errors);
}

/** What is known to be undone needs no look: with one slot at a time there would never be another to send it with. */
function takeUp(job: ChangeJob, pending: PendingChange): Promise<Verdict> {
  return pending.isUndone ? again(job, pending) : resolve(job, pending);
}

/** A refusal may hide that an earlier submission was done: the portal is asked before it counts. */
function refusedLater({ isUndone: _, ...before }: PendingChange, errors: readonly IrpError[]): PendingChange {
  return { ...before, refusal: errors.slice(0, MOST_ERRORS) };
}

/** What became of a submission whose answer was lost, or of those before one that was refused. */
async function resolve(job: ChangeJob, pending: PendingChange): Promise<Verdict> {
  const { refusal = [] } = pending;
  const sought = changing(job, pending, true);
  const seen = await job.kind.look(job.deps.irp, lookOf(job), sought, refusal);
  switch (seen.is) {
    case "done":
      return write(job, seen.deed);
    // A look that comes too early shows nothing: the call may be running still, or what it did not be visible yet.
    case "bill-active":
      return sought.isSettled ? refuseForBill(job, seen.bill) : parkPending(job, pending);
    case "not-done":
      return sought.isSettled ? undone(job, pending) : parkPending(job, pending);
    case "unclear":
      return isShown(job, pending)
        ? parkPending(job, pending, seen.retryAt)
        : refuseHeld(job, { problem: refusalFor("outcome_unknown", job.request.irn) });
  }
}

function isShown({ deps }: ChangeJob, { since }: PendingChange): boolean {
  return deps.now().getTime() - since <= SHOWN_MS;
}

/** Nothing of what was sent is done. */
function undone(job: ChangeJob, pending: PendingChange): Promise<Verdict> {
  return pending.refusal ? refuseBy(job, pending.refusal) : again(job, { ...pending, isUndone: true });
}

/** Certainly not done, and due to be sent once more after a pause. */
async function again(job: ChangeJob, pending: PendingChange): Promise<Verdict> {
  const { deps, request } = job;
  if (isOverdue(request, deps.now())) return giveUp(job);
  const mayFrom = resubmitFrom(pending);
  return mayFrom > deps.now().getTime() ? parkPending(job, pending, new Date(mayFrom)) : resubmit(job, pending);
}

async function resubmit(job: ChangeJob, before: PendingChange): Promise<Verdict> {
  const { deps, request, hold } = job;
  const { isUndone: _, ...kept } = before;
  const pending = { ...kept, n: before.n + 1, at: deps.now().getTime(), looks: 0 };
  const noted = await deps.documents.resubmit(request.irn, hold, pending);
  return noted === "fenced" ? handBack(job, 0) : send(job, pending, before);
}
