import * as z from "zod";
import type { ProblemBody } from "../api/problem.ts";
import type { Journal } from "../audit/journal.ts";
import { askedFingerprint, newBill } from "../document/change.ts";
import type { Document, Pending, PendingChange } from "../document/document.ts";
import type { DocumentStore, Hold } from "../document/document-store.ts";
import { originalsOf } from "../document/originals.ts";
import { type BillBeside, registeredAnswer } from "../document/registered-answer.ts";
import { summaryOf } from "../document/summary.ts";
import type { EventRecord } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { Invoice } from "../invoice/invoice.ts";
import type { IrpError } from "../irp/irp.ts";
import type { Found } from "../irp/outcome.ts";
import { BillAsTold } from "./changes/as-told.ts";
import { outcomeEntry } from "./outcome-entry.ts";
import { billEvent, billFailedEvent, failedEvent, generatedEvent } from "./outcome-event.ts";
import type { Outcome, Request } from "./request.ts";
import type { RequestStore } from "./request-store.ts";
import { knownOutcome } from "./submit.ts";

export interface SettleDeps {
  readonly requests: Pick<RequestStore, "find" | "finish" | "open">;
  readonly documents: Pick<DocumentStore, "find" | "freezeAnswer" | "register" | "nameBill" | "refuse">;
  readonly events: Pick<EventLog, "append">;
  readonly bus: Bus;
  readonly journal: Pick<Journal, "note">;
  readonly mode: "test" | "live";
  readonly now: () => Date;
}

/**
 * Registers what a portal vouches for: answer and events first, then the document, then the outcome of the request at hand,
 * which may not be the one whose submission it was. `fenced`: another worker has the document, and nothing more was written.
 */
export async function register(
  deps: SettleDeps,
  request: Request,
  hold: Hold,
  invoice: Invoice,
  found: Found & { readonly sub: Pending["subs"][number] },
): Promise<"settled" | "fenced"> {
  const { signed, verified, portal, sub } = found;
  const { irn } = request;
  const { ackNo, ackDt } = verified;
  const owner = { ...request, rid: sub.rid };
  const asked = await askedBeside(deps, request, invoice, sub);
  const seen = billBeside(signed, asked);
  const originals = await originalsOf(deps.documents, invoice);
  const body = registeredAnswer(deps.mode, { verified, signed, beside: seen, originals });
  // Another one may have seen what became of the bill, or seen it otherwise: the first answer stands, for all that follows.
  const beside = besideAsTold(await deps.documents.freezeAnswer(irn, JSON.stringify(body)), asked);
  const event = await deps.events.append(generatedEvent(deps.mode, owner, invoice, verified), deps.now());
  // Two that found the same content may both have got so far: whose it is, the event that was first says for good.
  const rid = z.string().parse(event.data["requestId"]);
  const ewbEvent = beside && (await appendBillEvent(deps, { ...owner, rid }, ackDt, beside));
  const reg = { rid, docFp: sub.docFp, portal, ackNo, ackDt };
  const bill = beside && "bill" in beside ? { ...beside.bill, rid } : undefined;
  if (bill) await deps.documents.nameBill(bill.ewbNo, irn);
  const registered = { reg, status: signed.status, about: summaryOf(invoice), bill };
  // The lock goes with the registration: nothing is left to protect.
  if ((await deps.documents.register(irn, hold, registered)) === "fenced") return "fenced";
  await deps.bus.publish(event);
  if (ewbEvent) await deps.bus.publish(ewbEvent);
  await conclude(deps, request, { irn, reg, status: signed.status, ownerGstin: request.gstin });
  return "settled";
}

/** The portal did not say what became of the bill, or said it in a way that cannot be read. */
const UNTOLD: IrpError = {
  code: "",
  message: "the portal did not say what became of the e-way bill; ask for it once more: POST /irn/{irn}/ewb",
};

const Asked = Invoice.pick({ EwbDtls: true });

/** What was asked for beside the document by the request whose submission registered it. One that is over is nobody's. */
export async function askedBeside(
  { requests }: Pick<SettleDeps, "requests">,
  request: Request,
  invoice: Invoice,
  sub: Pending["subs"][number],
): Promise<Invoice["EwbDtls"]> {
  if (sub.rid === request.rid) return invoice.EwbDtls;
  const opened = await requests.open(sub.rid);
  return Asked.safeParse(opened?.payload?.body).data?.EwbDtls;
}

/** What came with the registration; nothing where no bill was asked for: what a look-up then shows is somebody else's. */
function billBeside({ ewayBill }: Found["signed"], asked: Invoice["EwbDtls"]): BillBeside | undefined {
  if (!asked) return undefined;
  if (!ewayBill) return { errors: [UNTOLD] };
  return "errors" in ewayBill ? { errors: ewayBill.errors } : { bill: newBill(ewayBill, {}) };
}

const Errors = z.array(z.object({ code: z.string(), message: z.string() }));
const Frozen = z.object({ ewb: z.union([z.object({ errors: Errors }), BillAsTold]).optional() });

/** The same, from the frozen answer. */
function besideAsTold(answer: string, asked: Invoice["EwbDtls"]): BillBeside | undefined {
  const { ewb } = Frozen.parse(JSON.parse(answer));
  if (!ewb || "errors" in ewb) return ewb;
  return { bill: { ...ewb, status: "ACT", ...(asked && { askedFp: askedFingerprint(asked) }) } };
}

function appendBillEvent(deps: SettleDeps, owner: Request, timestamp: string, beside: BillBeside) {
  const about = { ...owner, seq: 2, timestamp };
  const event =
    "bill" in beside
      ? billEvent(deps.mode, about, beside.bill)
      : billFailedEvent(deps.mode, { ...about, seq: 1 }, beside.errors);
  return deps.events.append(event, deps.now());
}

/** The outcome that a registered document gives a request which came after it, or whose worker died before it could finish. */
export async function settle(deps: SettleDeps, request: Request, invoice: Invoice, document: Document): Promise<void> {
  const { reg } = document;
  // Whoever registered it may have stopped before the bus knew.
  if (reg?.rid === request.rid) await tell(deps, generatedEvent(deps.mode, request, invoice, reg));
  await conclude(deps, request, document);
}

/** 201 for the request that registered it, 200 for the same document again, else the number is taken. */
async function conclude(
  deps: SettleDeps,
  request: Request,
  document: Pick<Document, "irn" | "reg" | "status" | "ownerGstin">,
): Promise<void> {
  const { irn, reg } = document;
  const outcome: Outcome | undefined =
    reg?.rid === request.rid ? { kind: "registered", status: 201, irn } : knownOutcome(document, request);
  if (!outcome) throw new Error("only a registered document has an outcome");
  if (outcome.kind === "problem") await refuse(deps, request, undefined, { problem: outcome.problem });
  else await finish(deps, request, outcome);
}

/** QUEUED → FINAL, and then on record: until it is written another worker may come to another outcome. */
export async function finish(deps: SettleDeps, request: Request, outcome: Outcome): Promise<void> {
  const finished = await deps.requests.finish(request.rid, outcome, deps.now());
  if (finished === "finished") deps.journal.note(outcomeEntry(request, outcome));
  else await noteStanding(deps, request.rid);
}

export interface Refusing {
  readonly problem: ProblemBody | Extract<Outcome, { kind: "problem" }>["problem"];
  /** As the portal words them; none when the refusal is ours. */
  readonly errors?: readonly IrpError[];
  /** What stays open on the document. */
  readonly pending?: Pending | PendingChange | undefined;
  readonly refused?: Document["refused"];
  readonly bills?: Document["bills"];
}

/** Request, event and the document that is held, if any, change together. Fenced, nothing changes and nothing is told. */
export async function refuse(
  deps: SettleDeps,
  request: Request,
  hold: Hold | undefined,
  { problem, errors = [], ...noted }: Refusing,
): Promise<"settled" | "fenced"> {
  const { irn, rid } = request;
  const at = deps.now();
  const event = failedEvent(deps.mode, request, { code: problem.code, errors, at });
  const outcome: Outcome = { kind: "problem", problem: { ...problem } };
  if ((await deps.documents.refuse({ irn, hold, ...noted, rid, outcome, event, at })) === "fenced") {
    // Without a lock to lose it can only be over: by a write of this very worker, it may be, whose answer was lost.
    if (!hold) await noteStanding(deps, rid);
    return "fenced";
  }
  // Not before: fenced, the request may come to something else.
  deps.journal.note(outcomeEntry(request, outcome, errors));
  await deps.bus.publish(event);
  return "settled";
}

async function noteStanding({ requests, journal }: SettleDeps, rid: string): Promise<void> {
  const standing = await requests.find(rid);
  if (standing?.outcome) journal.note(outcomeEntry(standing, standing.outcome));
}

async function tell(deps: SettleDeps, event: EventRecord): Promise<void> {
  await deps.bus.publish(await deps.events.append(event, deps.now()));
}
