import { Problem } from "../api/problem.ts";
import type { Audit } from "../audit/audit-log.ts";
import type { Asked } from "../audit/record.ts";
import type { Flow } from "../budget/flow.ts";
import { canonicalHash } from "../canonical-json.ts";
import type { Change } from "../document/change.ts";
import type { Document } from "../document/document.ts";
import type { DocumentStore } from "../document/document-store.ts";
import { requestKey } from "../idempotency/key.ts";
import { groupOf, type Queue } from "./queue.ts";
import { numberUsed, refusedByIrp } from "./refusal.ts";
import type { Outcome, Payload, Request } from "./request.ts";
import type { NewRequest, RequestStore } from "./request-store.ts";
import { standingOutcome } from "./standing.ts";
import { type Start, type StartDeps, startOf } from "./start.ts";

export interface SubmitDeps extends StartDeps {
  readonly requests: RequestStore;
  readonly documents: Pick<DocumentStore, "find">;
  readonly queue: Pick<Queue, "send">;
  /** What cannot be recorded is not accepted. */
  readonly audit: Audit;
  readonly mode: "test" | "live";
  readonly sleep: (ms: number) => Promise<void>;
  readonly newId: () => string;
}

/** One call that is to end at the IRP. */
export interface Submission {
  readonly gstin: string;
  readonly payload: Payload;
  readonly irn: string;
  /** Which document it is, or what a change asks for. */
  readonly docFp: string;
  /** What is to happen to a registered document; none when it is to be registered. */
  readonly change?: Change;
  readonly flow: Flow;
  readonly idempotencyKey: string | undefined;
  /** Who calls, for the record. Its request id is unique per HTTP request: the key of a call that brought none. */
  readonly asked: Asked;
}

/**
 * `known`: answered from what is stored, nothing accepted; `replayOf` is the rid of the finished request whose key was used.
 * `accepted`: will end, wait for it under `rid`.
 */
export type Submitted =
  | { readonly is: "known"; readonly outcome: Outcome; readonly replayOf: string | undefined }
  | { readonly is: "accepted"; readonly rid: string; readonly joined: boolean; readonly startsAt?: Date };

/** A claim lasts ten seconds at the most; a live one is waited out for a part of that. */
const BUSY_TRIES = 10;
const BUSY_PAUSE_MS = 200;

/**
 * Steps 2 to 6 of the protocol's handler: claims the key, looks at the document, stores the payload and the audit intent, accepts, sends.
 * Throws a Problem: 400 for a key used otherwise, 429 without a slot or a place, 503 when nothing was accepted. Once it returns `accepted`, the request ends.
 */
export async function submit(deps: SubmitDeps, submission: Submission): Promise<Submitted> {
  const claim = newClaim(deps, submission);
  for (let tries = 0; tries < BUSY_TRIES; tries++) {
    const holder = await orNothingAccepted(() => deps.requests.claim(claim, deps.now()));
    if (holder === "claimed" || holder.owner === claim.owner) {
      const submitted = await acceptClaim(deps, claim, submission);
      if (submitted !== "lost") return submitted;
    } else if (holder.state !== "CLAIMED") {
      return follow(holder, claim.fp);
    }
    await deps.sleep(BUSY_PAUSE_MS);
  }
  throw new Problem("claim_busy", "repeat with the same key", { headers: { "retry-after": "1" } });
}

/** The key that the submission's request has: the caller's, or of this call alone. */
export function keyOfSubmission({ gstin, payload, idempotencyKey, asked }: Submission): string {
  const name = idempotencyKey === undefined ? `request ${asked.requestId}` : `key ${idempotencyKey}`;
  return requestKey(gstin, payload.method, payload.path, name);
}

function newClaim(deps: SubmitDeps, submission: Submission): NewRequest {
  const { gstin, payload, irn, docFp, change, flow } = submission;
  const key = keyOfSubmission(submission);
  const createdAt = deps.now().toISOString();
  const rid = `${key}.${deps.newId()}`;
  return {
    key,
    rid,
    owner: deps.newId(),
    gstin,
    fp: canonicalHash(payload),
    docFp,
    irn,
    op: change?.op ?? "register",
    flow,
    createdAt,
  };
}

/** The key belongs to an accepted request: its outcome is ours too, if it is the same request. */
function follow(holder: Request, fp: string): Submitted {
  if (holder.fp !== fp) {
    throw new Problem(
      "idempotency_key_reused",
      "this key was used for another payload; use a new key, or repeat the first payload unchanged",
    );
  }
  if (holder.outcome) return { is: "known", outcome: holder.outcome, replayOf: holder.rid };
  return { is: "accepted", rid: holder.rid, joined: true };
}

async function acceptClaim(deps: SubmitDeps, claim: NewRequest, submission: Submission): Promise<Submitted | "lost"> {
  const prepared = await prepare(deps, claim, submission).catch(async (error: unknown) => {
    // The claim is only a courtesy: if it cannot be given back, its lease ends in ten seconds.
    await deps.requests.release(claim.rid, claim.owner).catch(() => undefined);
    throw error instanceof Problem ? error : nothingAccepted(error);
  });
  if ("kind" in prepared) return { is: "known", outcome: prepared, replayOf: undefined };
  const { startsAt, isSent } = prepared;
  if ((await accept(deps, claim, prepared)) === "lost") return "lost";
  const message = { v: 1, rid: claim.rid, irn: claim.irn, attempt: 1 } as const;
  // The request is accepted and durable: a message that is not sent now is sent by the sweeper.
  if (isSent)
    await deps.queue.send(claim.flow, groupOf(claim.flow, claim.gstin, claim.irn), message).catch(() => undefined);
  return { is: "accepted", rid: claim.rid, joined: false, ...(startsAt && { startsAt }) };
}

/** What is known of the document already, or else a slot or place taken and the payload stored. */
async function prepare(deps: SubmitDeps, claim: NewRequest, submission: Submission): Promise<Outcome | Start> {
  const { payload, change } = submission;
  const document = await deps.documents.find(claim.irn);
  const known = change
    ? standingOutcome(deps.mode, registeredDocument(document, claim.gstin, change), { ...claim, change }, deps.now())
    : (knownOutcome(document, claim) ?? knownRefusal(document, claim, deps.now()));
  if (known) {
    await deps.requests.release(claim.rid, claim.owner);
    return known;
  }
  const start = await startOf(deps, claim.gstin, claim.flow);
  await Promise.all([
    deps.requests.savePayload(claim.rid, payload, deps.now()),
    deps.audit({ kind: "intent", ...submission.asked, ...intended(claim) }),
  ]);
  return start;
}

function intended({ gstin, rid, irn, op, flow, fp, docFp }: NewRequest) {
  return { gstin, rid, irn, op, flow, fp, docFp };
}

/** A registered document answers for itself: the same one again is 200, anything else under its number is refused. */
export function knownOutcome(
  document: Pick<Document, "irn" | "reg" | "status" | "ownerGstin"> | undefined,
  { docFp, gstin }: { docFp: string; gstin: string },
): Outcome | undefined {
  if (!document?.reg) return undefined;
  const { irn, status, reg, ownerGstin } = document;
  if (reg.docFp === docFp && status === "ACT" && ownerGstin === gstin) return { kind: "registered", status: 200, irn };
  return { kind: "problem", problem: { ...numberUsed(document) } };
}

/** The document that a change is of. Throws a Problem: 404 for another GSTIN's too, 409 while it is being registered. */
export function registeredDocument(document: Document | undefined, gstin: string, change?: Change): Document {
  if (document?.reg && document.ownerGstin === gstin && hasBill(document, change)) return document;
  if (document?.pending && !document.reg && document.ownerGstin === gstin)
    throw new Problem("registration_in_progress", "repeat it when the registration has an outcome", {
      irn: document.irn,
      headers: { "retry-after": "5" },
    });
  throw new Problem("not_found", "there is no such registered document");
}

/** A bill's number leads to its document before the document has it. */
function hasBill({ bills = [] }: Document, change: Change | undefined): boolean {
  return change?.op !== "cancel_ewb" || bills.some(({ ewbNo }) => ewbNo === change.ewbNo);
}

/** What the portal refused for good is not sent again unchanged: each error counts against the GSTIN there. */
function knownRefusal(document: Document | undefined, { docFp, gstin }: NewRequest, now: Date): Outcome | undefined {
  const refused = document?.ownerGstin === gstin ? document.refused : undefined;
  if (refused?.docFp !== docFp || refused.until < now.getTime()) return undefined;
  return { kind: "problem", problem: { ...refusedByIrp(refused.errors) } };
}

/** Without an answer the write may have happened all the same, and only a read can tell. */
async function accept(deps: SubmitDeps, claim: NewRequest, start: Start): Promise<"accepted" | "lost"> {
  const { rid, owner } = claim;
  try {
    if ((await deps.requests.accept(rid, owner, start.sweepAt, start)) === "accepted") return "accepted";
    // The SDK repeats a write whose answer was lost, and then loses to its own.
    return (await isAccepted(deps, claim)) ? "accepted" : "lost";
  } catch {
    if (await isAccepted(deps, claim).catch(() => false)) return "accepted";
    throw new Problem("acceptance_unknown", "repeat with the same key and payload", {
      headers: { "retry-after": "1" },
    });
  }
}

async function isAccepted({ requests }: SubmitDeps, { rid }: NewRequest): Promise<boolean> {
  const request = await requests.find(rid);
  return request !== undefined && request.state !== "CLAIMED";
}

async function orNothingAccepted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nothingAccepted(error);
  }
}

function nothingAccepted(cause: unknown): Problem {
  const problem = new Problem("store_unavailable", "nothing was accepted; repeat the request", {
    headers: { "retry-after": "1" },
  });
  problem.cause = cause;
  return problem;
}
