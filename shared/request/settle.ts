import * as z from "zod";
import type { ProblemBody } from "../api/problem.ts";
import type { Document, Pending } from "../document/document.ts";
import type { DocumentStore, Hold } from "../document/document-store.ts";
import { registeredAnswer } from "../document/registered-answer.ts";
import type { EventRecord } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import type { Invoice } from "../invoice/invoice.ts";
import type { IrpError } from "../irp/irp.ts";
import type { Found } from "../irp/outcome.ts";
import { failedEvent, generatedEvent } from "./outcome-event.ts";
import type { Outcome, Request } from "./request.ts";
import type { RequestStore } from "./request-store.ts";
import { knownOutcome } from "./submit.ts";

export interface SettleDeps {
  readonly requests: Pick<RequestStore, "finish">;
  readonly documents: Pick<DocumentStore, "freezeAnswer" | "register" | "refuse">;
  readonly events: Pick<EventLog, "append">;
  readonly bus: Bus;
  readonly mode: "test" | "live";
  readonly now: () => Date;
}

/**
 * Registers what a portal vouches for: answer and event first, then the document, then the outcome of the request at hand,
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
  await deps.documents.freezeAnswer(irn, JSON.stringify(registeredAnswer(deps.mode, verified, signed)));
  const owner = { ...request, rid: sub.rid };
  const event = await deps.events.append(generatedEvent(deps.mode, owner, invoice, verified), deps.now());
  // Two that found the same content may both have got so far: whose it is, the event that was first says for good.
  const rid = z.string().parse(event.data["requestId"]);
  const reg = { rid, docFp: sub.docFp, portal, ackNo, ackDt };
  // The lock goes with the registration: nothing is left to protect.
  if ((await deps.documents.register(irn, hold, reg, signed.status)) === "fenced") return "fenced";
  await deps.bus.publish(event);
  await conclude(deps, request, { irn, reg, status: signed.status, ownerGstin: request.gstin });
  return "settled";
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
  else await deps.requests.finish(request.rid, outcome, deps.now());
}

export interface Refusing {
  readonly problem: ProblemBody | Extract<Outcome, { kind: "problem" }>["problem"];
  /** As the portal words them; none when the refusal is ours. */
  readonly errors?: readonly IrpError[];
  /** What stays open on the document. */
  readonly pending?: Pending | undefined;
  readonly refused?: Document["refused"];
}

/** Request, event and the document that is held, if any, change together. Fenced, nothing changes and nothing is told. */
export async function refuse(
  deps: SettleDeps,
  request: Request,
  hold: Hold | undefined,
  { problem, errors = [], pending, refused }: Refusing,
): Promise<"settled" | "fenced"> {
  const { irn, rid } = request;
  const at = deps.now();
  const event = failedEvent(deps.mode, request, { code: problem.code, errors, at });
  const outcome: Outcome = { kind: "problem", problem: { ...problem } };
  if ((await deps.documents.refuse({ irn, hold, pending, refused, rid, outcome, event, at })) === "fenced")
    return "fenced";
  await deps.bus.publish(event);
  return "settled";
}

async function tell(deps: SettleDeps, event: EventRecord): Promise<void> {
  await deps.bus.publish(await deps.events.append(event, deps.now()));
}
