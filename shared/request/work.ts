import { canonicalHash } from "../canonical-json.ts";
import type { Document, Pending } from "../document/document.ts";
import { Invoice } from "../invoice/invoice.ts";
import { needsSync } from "../irp/codes.ts";
import type { Answer, SignedDocument } from "../irp/irp.ts";
import { takenBy } from "../irp/outcome.ts";
import {
  adopt,
  ownSubmission,
  parkPending,
  refuseByPortal,
  refuseHeld,
  refuseTaken,
  refuseUnsent,
} from "./held-document.ts";
import { DONE, handBack, isOverdue, type Job, later, newJob, type Verdict, type WorkDeps, wait } from "./job.ts";
import { lookUp, lookUpBeforeRefusing } from "./look-up.ts";
import type { QueueMessage } from "./queue.ts";
import { refusalFor } from "./refusal.ts";
import { type Request, SKEW_MS } from "./request.ts";
import { refuse, settle } from "./settle.ts";

/** Who holds the lock is usually done within a second. */
const LOCKED_PAUSE_MS = 1_000;
const NOT_SENT_PAUSE_MS = 60_000;

/** The worker of the protocol: one message, one document, one submission at a time. Throws only when infrastructure failed. */
export async function work(deps: WorkDeps, { rid }: QueueMessage): Promise<Verdict> {
  const request = await deps.requests.find(rid);
  if (request?.state !== "QUEUED") return DONE;
  const invoice = await acceptedInvoice(deps, request);
  if (!invoice) return payloadLost(deps, request);

  const job = newJob(deps, request, invoice);
  const chosen = await deps.choice.choose(request.gstin);
  if ("openUntil" in chosen) return whileClosed(job, chosen.openUntil);
  const pending = firstSubmission(job, chosen.portal);
  const standing = await submitFirst(job, pending);
  return standing === "submitted" ? send(job, pending, undefined) : follow(job, standing);
}

/** Undefined when what is stored is not what was accepted: such a request can never be sent. */
async function acceptedInvoice(deps: WorkDeps, { rid, fp }: Request): Promise<Invoice | undefined> {
  const payload = await deps.requests.payload(rid);
  if (!payload || canonicalHash(payload) !== fp) return undefined;
  return Invoice.safeParse(payload.body).data;
}

/** The document is left as it is: what is pending on it, others will find. */
async function payloadLost(deps: WorkDeps, request: Request): Promise<Verdict> {
  await refuse(deps, request, undefined, { problem: refusalFor("payload_lost", request.irn) });
  return DONE;
}

function firstSubmission({ deps, request }: Job, portal: string): Pending {
  const { rid, docFp } = request;
  const at = deps.now().getTime();
  return { op: "register", rid, portal, at, since: at, n: 1, subs: [{ rid, docFp }], looks: 0 };
}

/** Nothing may be sent for it now. What needs nothing sent goes on. */
async function whileClosed(job: Job, openUntil: Date): Promise<Verdict> {
  const { deps, request } = job;
  const document = await deps.documents.find(request.irn);
  if (document?.reg || document?.pending) return follow(job, document);
  if (!isOverdue(job)) return wait(job, openUntil);
  // Under the lock: the circuit may have closed for another worker, which may be sending it now.
  const standing = await submitFirst(job, firstSubmission(job, deps.portals[0] ?? ""));
  return standing === "submitted" ? refuseUnsent(job) : follow(job, standing);
}

function submitFirst({ deps, request, hold }: Job, pending: Pending): Promise<"submitted" | Document> {
  return deps.documents.submit(request.irn, request.gstin, hold, pending, deps.now());
}

/** Another worker was here first: wait for it, or take over what it left. */
async function follow(job: Job, document: Document): Promise<Verdict> {
  const { deps, request, hold } = job;
  if (document.reg) return settled(job, document);
  const isLive = document.lock && document.lock.until + SKEW_MS >= deps.now().getTime();
  const taken = isLive ? undefined : await deps.documents.take(request.irn, hold, deps.now());
  if (!taken) return handBack(job, LOCKED_PAUSE_MS);
  if (taken.reg) return settled(job, taken);
  if (taken.pending) return takeOver(job, taken.pending);
  // Whoever had it gave up meanwhile.
  await deps.documents.unlock(request.irn, hold, undefined);
  return handBack(job, 0);
}

async function settled({ deps, request, invoice }: Job, document: Document): Promise<Verdict> {
  await settle(deps, request, invoice, document);
  return DONE;
}

async function takeOver(job: Job, pending: Pending): Promise<Verdict> {
  const seen = await lookUp(job, pending);
  return seen.is === "resubmit" ? resubmit(job, pending) : seen;
}

/** The same portal again, also for another request's content: both count from here on. */
async function resubmit(job: Job, before: Pending): Promise<Verdict> {
  const { rid, docFp, irn } = job.request;
  const subs = before.subs.some((sub) => sub.rid === rid) ? before.subs : [...before.subs, { rid, docFp }];
  const pending = { ...before, n: before.n + 1, at: job.deps.now().getTime(), subs, looks: 0 };
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
      return before ? lookUpBeforeRefusing(job, before, answer.errors) : refuseByPortal(job, answer.errors);
    case "not-sent":
      return before ? parkPending(job, before) : notSent(job, answer);
    case "unknown":
      return unknown(job, pending, before, answer);
  }
}

/** A GSTIN that the portal does not know, or holds for inactive, is synchronised once before the refusal counts (3028, 3029). */
async function generate(job: Job, { portal }: Pending): Promise<Answer<SignedDocument>> {
  const { deps, request, invoice } = job;
  const call = { gstin: request.gstin, portal, mayStillSend: () => job.mayStillSend(deps.callTimeoutMs) };
  const answer = await deps.irp.generate(call, invoice);
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

/** Nothing of the first submission left, so there is nothing to find out about. */
async function notSent(
  job: Job,
  { errors, retryAt, needsUser }: Extract<Answer<unknown>, { is: "not-sent" }>,
): Promise<Verdict> {
  const { request, deps, hold } = job;
  // Who waits for the answer is told; what is queued goes on when the user is right again.
  if (request.flow === "direct" && needsUser)
    return refuseHeld(job, { problem: refusalFor("irp_login_refused", request.irn), errors });
  if (isOverdue(job)) return refuseUnsent(job);
  await deps.documents.unlock(request.irn, hold, undefined);
  return wait(job, retryAt ?? later(job, NOT_SENT_PAUSE_MS));
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
