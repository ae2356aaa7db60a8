import type { Document, Pending } from "../document/document.ts";
import { Invoice } from "../invoice/invoice.ts";
import { needsSync } from "../irp/codes.ts";
import type { Answer, SignedDocument } from "../irp/irp.ts";
import { takenBy } from "../irp/outcome.ts";
import { acceptedContent, withContent } from "./content.ts";
import {
  adopt,
  notSent,
  ownSubmission,
  parkPending,
  refuseByPortal,
  refuseTaken,
  refuseUnsent,
} from "./held-document.ts";
import {
  DONE,
  handBack,
  handBackLocked,
  isLocked,
  type Job,
  type Lease,
  newLease,
  type Verdict,
  type WorkDeps,
  wait,
} from "./job.ts";
import { lookUp, refusedLater } from "./look-up.ts";
import { refusalFor } from "./refusal.ts";
import { isOverdue, type Request } from "./request.ts";
import { refuse, settle } from "./settle.ts";
import { workChange } from "./work-change.ts";

/**
 * The worker of the protocol: one admitted request, one document, one submission at a time. Throws only when infrastructure
 * failed.
 */
export async function work(deps: WorkDeps, request: Request, hasSlot = true): Promise<Verdict> {
  const lease = newLease(deps, request, hasSlot);
  if (request.op !== "register") return workChange(lease);
  if (!hasSlot) return whileClosed(lease, deps.now());
  const chosen = await deps.choice.choose(request.gstin);
  if ("openUntil" in chosen) return whileClosed(lease, chosen.openUntil);
  const pending = firstSubmission(lease, chosen.portal);
  const standing = await submitFirst(lease, pending);
  return standing === "submitted"
    ? withJob(lease, undefined, (job) => send(job, pending, undefined))
    : follow(lease, standing);
}

function firstSubmission({ deps, request }: Lease, portal: string): Pending {
  const { rid, docFp } = request;
  const at = deps.now().getTime();
  return { op: "register", rid, portal, at, since: at, n: 1, subs: [{ rid, docFp }], looks: 0 };
}

function submitFirst({ deps, request, hold }: Lease, pending: Pending): Promise<"submitted" | Document> {
  return deps.documents.submit(request.irn, request.gstin, hold, pending, deps.now());
}

function withJob(lease: Lease, left: Pending | undefined, work: (job: Job) => Promise<Verdict>): Promise<Verdict> {
  return withContent(lease, left, Invoice, (invoice) => work({ ...lease, invoice }));
}

/** Nothing may be sent for it now. What needs nothing sent goes on. */
async function whileClosed(lease: Lease, openUntil: Date): Promise<Verdict> {
  const { deps, request } = lease;
  const document = await deps.documents.find(request.irn);
  if (document?.reg || document?.pending) return follow(lease, document);
  if (!isOverdue(request, deps.now())) return wait(lease, openUntil);
  // Under the lock: the circuit may have closed for another worker, which may be sending it now.
  const standing = await submitFirst(lease, firstSubmission(lease, deps.portals[0] ?? ""));
  return standing === "submitted" ? withJob(lease, undefined, refuseUnsent) : follow(lease, standing);
}

/** Another worker was here first: wait for it, or take over what it left. */
async function follow(lease: Lease, document: Document): Promise<Verdict> {
  const { deps, request, hold } = lease;
  if (document.reg) return settled(lease, document);
  const taken = isLocked(document, deps.now()) ? undefined : await deps.documents.take(request.irn, hold, deps.now());
  if (!taken) return handBackLocked(lease, document);
  const { reg, pending } = taken;
  if (pending?.op === "register" && !reg) return withJob(lease, pending, (job) => takeOver(job, pending));
  // Whoever had it registered it meanwhile, or gave up. What is pending on a registered document is not this request's.
  await deps.documents.unlock(request.irn, hold, pending);
  return reg ? settled(lease, taken) : handBack(lease, 0);
}

/** A registration stays: its outcome needs no lock. */
async function settled({ deps, request }: Lease, document: Document): Promise<Verdict> {
  const opened = await deps.requests.open(request.rid);
  const invoice = opened && acceptedContent(opened, Invoice);
  if (invoice) await settle(deps, request, invoice, document);
  else if (opened) await refuse(deps, request, undefined, { problem: refusalFor("payload_lost", request.irn) });
  return DONE;
}

async function takeOver(job: Job, pending: Pending): Promise<Verdict> {
  const seen = await lookUp(job, pending);
  return seen.is === "resubmit" ? resubmit(job, seen.before) : seen;
}

/** The same portal again, also for another request's content: both count from here on. */
async function resubmit(job: Job, before: Pending): Promise<Verdict> {
  const { rid, docFp, irn } = job.request;
  const subs = before.subs.some((sub) => sub.rid === rid) ? before.subs : [...before.subs, { rid, docFp }];
  const { without: _, refusal: __, ...kept } = before;
  const pending = { ...kept, rid, n: before.n + 1, at: job.deps.now().getTime(), subs, looks: 0 };
  const noted = await job.deps.documents.resubmit(irn, job.hold, pending);
  return noted === "fenced" ? handBack(job, 0) : send(job, pending, before);
}

/** Sends a submission that is noted on the document. `before`: the one that it follows, of which nothing is registered. */
async function send(job: Job, pending: Pending, before: Pending | undefined): Promise<Verdict> {
  const answer = await generate(job, pending);
  switch (answer.is) {
    case "ok":
      return registered(job, pending, answer.value);
    case "refused":
      return before ? takeOver(job, refusedLater(job, before, answer.errors)) : refuseByPortal(job, answer.errors);
    case "not-sent":
      return before ? parkPending(job, before, answer.retryAt) : notSent(job, answer, () => refuseUnsent(job));
    case "unknown":
      return unknown(job, pending, before, answer);
  }
}

/** A GSTIN that the portal does not know, or holds for inactive, is synchronised once before the refusal counts (3028, 3029). */
async function generate(job: Job, { portal }: Pending): Promise<Answer<SignedDocument>> {
  const { deps, request, invoice } = job;
  const { gstin, rid, irn } = request;
  const call = { gstin, about: { rid, irn }, portal, mayStillSend: () => job.mayStillSend(deps.callTimeoutMs) };
  const answer = await deps.irp.generate({ ...call, ...job.admission() }, invoice);
  if (answer.is !== "refused" || !needsSync(answer.errors)) return answer;
  const parties = [invoice.BuyerDtls.Gstin, invoice.SellerDtls.Gstin].filter((gstin) => gstin !== "URP");
  const synced = await Promise.all(parties.map((gstin) => deps.irp.syncTaxpayer(call, gstin)));
  if (!synced.some((taxpayer) => taxpayer.is === "ok" && taxpayer.value.status === "ACT")) return answer;
  const again = await deps.irp.generate(call, invoice);
  // Where there was no time for another call, the refusal stands: it was an answer.
  return again.is === "not-sent" ? answer : again;
}

/** Registered counts only once the portal's signature has vouched for it, and for what was submitted. */
async function registered(job: Job, pending: Pending, signed: SignedDocument): Promise<Verdict> {
  const verified = await job.deps.verify(signed).catch(() => undefined);
  // A copy that cannot be vouched for says nothing for certain: like no answer at all.
  if (verified?.irn !== job.request.irn || !ownSubmission(job, pending, verified)) return parkPending(job, pending);
  return adopt(job, pending, { signed, verified, portal: pending.portal });
}

async function unknown(
  job: Job,
  pending: Pending,
  before: Pending | undefined,
  answer: Extract<Answer<unknown>, { is: "unknown" }>,
): Promise<Verdict> {
  const taken = takenBy(answer, job.deps.portals);
  if (!taken) return parkPending(job, pending);
  // The registry's word on a first submission: whatever has the number, it is nothing that was sent before.
  if (!before && taken !== "active") return refuseTaken(job, taken, answer.errors);
  return parkPending(job, { ...pending, taken });
}
