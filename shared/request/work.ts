import { problemBody } from "../api/problem.ts";
import { canonicalHash } from "../canonical-json.ts";
import type { Document } from "../document/document.ts";
import type { DocumentStore, Hold } from "../document/document-store.ts";
import { registeredAnswer } from "../document/registered-answer.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { type Invoice, Invoice as InvoiceSchema } from "../invoice/invoice.ts";
import type { Irp, IrpError, SignedDocument } from "../irp/irp.ts";
import type { VerifiedDocument } from "../irp/verify.ts";
import { failedEvent, generatedEvent } from "./outcome-event.ts";
import type { QueueMessage } from "./queue.ts";
import { KEY_LIFE_MS, type Outcome, type Request, SKEW_MS } from "./request.ts";
import type { RequestStore } from "./request-store.ts";
import { knownOutcome } from "./submit.ts";

export interface WorkDeps {
  readonly requests: RequestStore;
  readonly documents: DocumentStore;
  readonly events: EventLog;
  readonly bus: Bus;
  readonly irp: Pick<Irp, "generate">;
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  readonly portal: string;
  readonly mode: "test" | "live";
  readonly callTimeoutMs: number;
  readonly now: () => Date;
  /** Milliseconds of a clock that never jumps, for leases. */
  readonly monotonicMs: () => number;
  readonly newId: () => string;
}

/** `done`: acknowledge the message. `hand-back`: it is needed again at that time. */
export type Verdict = { readonly is: "done" } | { readonly is: "hand-back"; readonly until: Date };

type RefusedOutcome = Extract<Outcome, { kind: "problem" }>;

const DONE: Verdict = { is: "done" };
const LEASE_MS = 40_000;
/** What must be left of the lease beyond the call's own time-out when the call is sent. */
const GUARD_MS = 5_000;
const PARK_MS = 60_000;
/** Who holds the lock is usually done within a second. */
const LOCKED_PAUSE_MS = 1_000;

/** The worker of the protocol: one message, one document, one submission. Throws only when infrastructure failed. */
export async function work(deps: WorkDeps, { rid }: QueueMessage): Promise<Verdict> {
  const request = await deps.requests.find(rid);
  if (request?.state !== "QUEUED") return DONE;
  const invoice = await acceptedInvoice(deps, request);

  const leaseEnds = deps.monotonicMs() + LEASE_MS;
  const hold = { worker: deps.newId(), until: deps.now().getTime() + LEASE_MS };
  const standing = await takeDocument(deps, request, hold);
  if (standing !== "submitted") return follow(deps, request, invoice, standing);

  const mayStillSend = () => deps.monotonicMs() + deps.callTimeoutMs + GUARD_MS <= leaseEnds;
  const answer = await deps.irp.generate({ gstin: request.gstin, portal: deps.portal, mayStillSend }, invoice);
  switch (answer.is) {
    case "ok":
      return registered(deps, request, hold, invoice, answer.value);
    case "refused":
      return refused(deps, request, hold, answer.errors);
    case "not-sent":
      return notSent(deps, request, hold);
    case "unknown":
      return park(deps, request, hold, { clearPending: false });
  }
}

async function acceptedInvoice(deps: WorkDeps, { rid, fp }: Request): Promise<Invoice> {
  const payload = await deps.requests.payload(rid);
  if (!payload || canonicalHash(payload) !== fp) throw new Error("the stored payload is not the accepted one");
  return InvoiceSchema.parse(payload.body);
}

function takeDocument(
  deps: WorkDeps,
  { irn, gstin, rid, docFp }: Request,
  hold: Hold,
): Promise<"submitted" | Document> {
  const now = deps.now();
  const pending = {
    op: "register",
    rid,
    portal: deps.portal,
    at: now.getTime(),
    n: 1,
    subs: [{ rid, docFp }],
  } as const;
  return deps.documents.submit(irn, gstin, hold, { ...pending, subs: [...pending.subs] }, now);
}

/** Another worker was here first: wait for it, or take over what it left. */
async function follow(deps: WorkDeps, request: Request, invoice: Invoice, document: Document): Promise<Verdict> {
  if (document.reg) return settle(deps, request, invoice, document);
  if (document.lock && document.lock.until + SKEW_MS >= deps.now().getTime())
    return { is: "hand-back", until: later(deps, LOCKED_PAUSE_MS) };
  // Something was sent and nobody knows its outcome: it stays parked until it is looked up.
  await deps.requests.park(request.rid, later(deps, PARK_MS));
  return DONE;
}

/** Registered counts only once the portal's signature has vouched for it, and for this very document. */
async function registered(
  deps: WorkDeps,
  request: Request,
  hold: Hold,
  invoice: Invoice,
  signed: SignedDocument,
): Promise<Verdict> {
  // A copy that cannot be vouched for says nothing for certain: like no answer at all.
  const verified = await deps.verify(signed).catch(() => undefined);
  if (verified?.irn !== request.irn || verified.docFp !== request.docFp) {
    return park(deps, request, hold, { clearPending: false });
  }
  await deps.documents.freezeAnswer(request.irn, JSON.stringify(registeredAnswer(deps.mode, verified, signed)));
  const event = await deps.events.append(generatedEvent(deps.mode, request, invoice, verified));
  const { ackNo, ackDt } = verified;
  const reg = { rid: request.rid, docFp: request.docFp, portal: deps.portal, ackNo, ackDt };
  // The lock goes with the registration: nothing is left to protect.
  if ((await deps.documents.register(request.irn, hold, reg)) === "fenced")
    return { is: "hand-back", until: later(deps, 0) };
  await deps.bus.publish(event);
  return finish(deps, request, { kind: "registered", status: 201, irn: request.irn });
}

function refused(deps: WorkDeps, request: Request, hold: Hold, errors: readonly IrpError[]): Promise<Verdict> {
  return refuse(deps, request, hold, { ...refusal(errors) }, errors);
}

/** Request, event and the document that is held, if any, change together. */
async function refuse(
  deps: WorkDeps,
  request: Request,
  hold: Hold | undefined,
  problem: RefusedOutcome["problem"],
  errors: readonly IrpError[] = [],
): Promise<Verdict> {
  const { irn, rid } = request;
  const event = failedEvent(deps.mode, request, { code: problem.code, errors, at: deps.now() });
  const refusal = { irn, hold, rid, outcome: { kind: "problem", problem }, event } as const;
  if ((await deps.documents.refuse({ ...refusal, expiresAt: later(deps, KEY_LIFE_MS) })) === "refused")
    await deps.bus.publish(event);
  return DONE;
}

function refusal(errors: readonly IrpError[]) {
  const findings = errors.map(
    ({ code, message }) => ({ code: "IRP", irpCode: code, severity: "error", path: "", message }) as const,
  );
  return problemBody("refused_by_irp", "correct what the portal names and send the document again", {
    errors: findings,
  });
}

function notSent(deps: WorkDeps, request: Request, hold: Hold): Promise<Verdict> {
  return park(deps, request, hold, { clearPending: true });
}

async function park(
  deps: WorkDeps,
  { irn, rid }: Request,
  hold: Hold,
  options: { clearPending: boolean },
): Promise<Verdict> {
  await deps.documents.unlock(irn, hold, options);
  await deps.requests.park(rid, later(deps, PARK_MS));
  return DONE;
}

/** 201 for the request that registered it, 200 for the same document again, else the number is taken. */
async function settle(deps: WorkDeps, request: Request, invoice: Invoice, document: Document): Promise<Verdict> {
  const { irn, reg } = document;
  if (reg?.rid === request.rid) {
    // Whoever registered it may have stopped before the bus knew.
    await deps.bus.publish(await deps.events.append(generatedEvent(deps.mode, request, invoice, reg)));
    return finish(deps, request, { kind: "registered", status: 201, irn });
  }
  const known = knownOutcome(document, request);
  if (!known) throw new Error("only a registered document has an outcome");
  return known.kind === "problem" ? refuse(deps, request, undefined, known.problem) : finish(deps, request, known);
}

async function finish(deps: WorkDeps, { rid }: Request, outcome: Outcome): Promise<Verdict> {
  await deps.requests.finish(rid, outcome, later(deps, KEY_LIFE_MS));
  return DONE;
}

function later(deps: WorkDeps, ms: number): Date {
  return new Date(deps.now().getTime() + ms);
}
