import type { AuditEntry } from "../../shared/audit/record.ts";
import { canonicalHash } from "../../shared/canonical-json.ts";
import type { Document } from "../../shared/document/document.ts";
import type { Hold, Refusal } from "../../shared/document/document-store.ts";
import { eventId } from "../../shared/event/event.ts";
import { keyOf, type Outcome, type Request, SKEW_MS } from "../../shared/request/request.ts";
import type { NewRequest } from "../../shared/request/request-store.ts";
import type { AuditRows } from "../fakes/memory-audit-log.ts";
import type { EventRow } from "../fakes/memory-event-log.ts";
import type { MemoryStores } from "../fakes/memory-stores.ts";
import { type AuditInvariant, newAuditWatch } from "./audit-invariants.ts";
import { type ChangeInvariant, type ChangeWatch, newChangeWatch } from "./change-invariants.ts";
import type { Counts } from "./counts.ts";
import type { Registered } from "./government.ts";
import type { MadeBill } from "./government-changes.ts";
import type { Effect } from "./instance.ts";
import type { Sender } from "./irp-model.ts";
import { MOST_SKEW_MS } from "./weather.ts";
import { type DeliveryWatch, newDeliveryWatch, type WebhookInvariant } from "./webhook-invariants.ts";
import type { Webhooks } from "./webhooks.ts";

/** What must be true. A sabotage names the one that notices it. */
export type Invariant =
  | "one registration"
  | "no registration after a refusal"
  | "no registration is forgotten"
  | "reg names a sub of its content"
  | "the outcome is true"
  | "an accepted request stays"
  | "FINAL is written once"
  | "frozen bytes"
  | "another payload gets no outcome"
  | "400 only for an accepted key"
  | "202 only for an accepted request"
  | "nothing accepted means nothing accepted"
  | "a stale owner changes nothing"
  | "the portal is pinned"
  | "what is accepted can be read back"
  | "the event comes first"
  | "a refusal is one write"
  | "a message is not swallowed"
  | "everything ends"
  | "every event is told"
  | "every call has a slot"
  | ChangeInvariant
  | AuditInvariant
  | WebhookInvariant;

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  readonly atMs: number;
}

/** Codes with which nothing is accepted. */
const DENIALS: ReadonlySet<string> = new Set(["store_unavailable", "claim_busy", "rate_limited", "backlog_full"]);

/** One HTTP call as the watch sees it. */
export interface Call {
  readonly id: string;
  readonly irn: string;
  readonly fp: string;
  readonly key: string | undefined;
  readonly startedMs: number;
}

/** What an HTTP call was answered. `rid`: the accepted request that the answer comes from. */
export interface CallAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly rid: string | undefined;
}

export interface Ended {
  readonly outcome: Outcome;
  readonly atMs: number;
}

export interface Watch {
  readonly violations: readonly Violation[];
  readonly accepted: ReadonlyMap<string, Request>;
  readonly ended: ReadonlyMap<string, Ended>;
  /** What happens to registered documents. */
  readonly changes: ChangeWatch;
  /** What becomes of events. */
  readonly deliveries: DeliveryWatch;
  observe(effect: Effect, run: () => Promise<unknown>): Promise<unknown>;
  committed(registered: Registered): void;
  answered(call: Call, answer: CallAnswer): void;
  /** A slot of the budget was taken. */
  slot(): void;
  /** The bytes of a call left. */
  called(sent: Sender): void;
  published(row: EventRow | undefined, id: string): void;
  toldOf(id: string): void;
  /** The audit trail could not be written. */
  unrecorded(entry: AuditEntry): void;
  swallowed(messageOf: string): void;
  /** Whether everything has ended. */
  isAtRest(): boolean;
  /** Called when everything should have ended. */
  atRest(): void;
  /** The same of accepted requests alone. */
  allEnded(): void;
}

export interface WatchDeps {
  readonly webhooks: Webhooks;
  readonly rows: MemoryStores["rows"];
  readonly nowMs: () => number;
  readonly startMs: number;
  readonly registered: () => readonly Registered[];
  readonly bills: () => readonly MadeBill[];
  readonly records: AuditRows;
  /** Whether a portal was gone for so long that nobody can tell what became of a document. */
  readonly mayStayUnknown: boolean;
  readonly queued: () => number;
  readonly tell: (text: string) => void;
  readonly counts: Counts;
}

/** Refusals after which nothing of the request may ever be registered. */
const FOR_GOOD = new Set(["refused_by_irp", "not_registered", "irp_login_refused", "payload_lost"]);
/** By how much a clock may be ahead of true time when it has allowed for skew. */
const AHEAD_MS = MOST_SKEW_MS - SKEW_MS;
const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_VIOLATIONS = 10;

/** Watches every effect, answer and registration, and notes what must not be. It sees the truth, which nobody else does. */
export function newWatch(deps: WatchDeps): Watch {
  const { rows, nowMs, startMs, counts } = deps;
  const violations: Violation[] = [];
  const accepted = new Map<string, Request>();
  const ended = new Map<string, Ended>();
  /** The HTTP call of each claim, by rid. */
  const callOf = new Map<string, string>();
  const deniedCalls = new Set<string>();
  const bytesOf = new Map<string, string>();
  const told = new Set<string>();

  function broken(invariant: Invariant, detail: string): void {
    deps.tell(`VIOLATION ${invariant}: ${detail}`);
    if (violations.length < MOST_VIOLATIONS) violations.push({ invariant, detail, atMs: nowMs() });
  }

  function must(isTrue: boolean, invariant: Invariant, detail: () => string): void {
    if (!isTrue) broken(invariant, detail());
  }

  const wallMs = () => startMs + nowMs();
  const audit = newAuditWatch({ ...deps, must });
  const changes = newChangeWatch({ ...deps, accepted, ended, must, eventOf });
  const deliveries = newDeliveryWatch({ ...deps, events: rows.events, must });

  // Requests

  function requestChanged(effect: Effect, before: Request | undefined, after: Request | undefined): void {
    if (before === after) return;
    if (before) mayChange(effect, before, after);
    if (after && after.rid !== before?.rid) claimed(effect, before, after);
    if (after?.state === "QUEUED" && before?.state !== "QUEUED") nowAccepted(after);
    if (after?.state === "FINAL" && before?.state !== "FINAL") nowFinal(effect, after);
  }

  function mayChange(effect: Effect, before: Request, after: Request | undefined): void {
    const what = `${effect.label} by ${effect.instance} made ${before.rid} (${before.state}) ${after?.state ?? "vanish"}`;
    if (before.state === "QUEUED")
      must(after?.rid === before.rid && after.state !== "CLAIMED", "an accepted request stays", () => what);
    if (before.state === "FINAL") {
      const isOver = (before.expiresAt ?? 0) * 1000 <= wallMs() + AHEAD_MS;
      must(isOver && after?.state !== "FINAL", "FINAL is written once", () => what);
    }
    if (before.state === "CLAIMED" && after?.rid !== before.rid && effect.label === "requests.claim") {
      const isOver = (before.leaseUntil ?? 0) < wallMs() + AHEAD_MS;
      must(isOver, "a stale owner changes nothing", () => what);
    }
  }

  function claimed({ label, args }: Effect, before: Request | undefined, after: Request): void {
    must(label === "requests.claim", "a stale owner changes nothing", () => `${label} wrote ${after.rid}`);
    const [{ rid }] = args as [NewRequest];
    callOf.set(rid, callOfOwner(after.owner));
    if (before?.state === "FINAL") counts.keyExpiries++;
    if (before?.state === "CLAIMED") counts.takeovers++;
  }

  function nowAccepted(request: Request): void {
    const { rid, fp } = request;
    accepted.set(rid, request);
    const text = rows.payloads.get(rid);
    const isReadable = text !== undefined && canonicalHash(JSON.parse(text)) === fp;
    must(isReadable, "what is accepted can be read back", () => rid);
    audit.accepted(request);
    notDenied(rid);
  }

  function notDenied(rid: string): void {
    must(!deniedCalls.has(callOf.get(rid) ?? ""), "nothing accepted means nothing accepted", () => rid);
  }

  function nowFinal(effect: Effect, { rid, outcome }: Request): void {
    const request = accepted.get(rid);
    if (!request || !outcome) {
      broken("FINAL is written once", `${rid} was never accepted`);
      return;
    }
    must(!ended.has(rid), "FINAL is written once", () => rid);
    ended.set(rid, { outcome, atMs: nowMs() });
    if (outcome.kind === "problem") counts.refusals++;
    if (request.op === "register") isTrue(request, outcome);
    else changes.final(effect, request, outcome);
  }

  /** The outcome against what is really registered. */
  function isTrue(request: Request, outcome: Outcome): void {
    const { rid, irn, docFp } = request;
    const reg = rows.documents.get(irn)?.reg;
    const detail = () => `${rid}: ${words(outcome)}, reg of ${reg?.rid ?? "none"}`;
    if (outcome.kind === "registered") {
      const isMine = outcome.status === 201 ? reg?.rid === rid : reg !== undefined && reg.rid !== rid;
      must(isMine && reg?.docFp === docFp, "the outcome is true", detail);
      must(rows.answers.has(irn), "the event comes first", () => `${rid}: no frozen answer`);
      // With 200 the event is another request's, and its worker may still have to write it: it was first to register.
      must(hasEvent(eventId("irn.generated", irn)), "the event comes first", () => `${rid}: no event`);
      return;
    }
    must(outcome.kind === "problem", "the outcome is true", detail);
    if (outcome.kind !== "problem") return;
    const { code } = outcome.problem;
    const truths = deps.registered().filter((each) => each.irn === irn);
    if (code === "number_used") {
      const isUsed = truths.some((each) => each.docFp !== docFp || each.status !== "ACT");
      const isKnown = reg !== undefined && (reg.docFp !== docFp || rows.documents.get(irn)?.status !== "ACT");
      must(isUsed || isKnown, "the outcome is true", detail);
    }
    if (code === "registered_elsewhere")
      must(
        truths.some(({ at }) => at === "IRIS"),
        "the outcome is true",
        detail,
      );
    if (code === "outcome_unknown") must(deps.mayStayUnknown, "the outcome is true", detail);
    if (FOR_GOOD.has(code)) must(!truths.some(({ by }) => by === rid), "no registration after a refusal", detail);
    if (code === "payload_lost") broken("what is accepted can be read back", rid);
    must(hasEvent(failedEventOf(rid, code)), "a refusal is one write", detail);
  }

  function hasEvent(id: string): boolean {
    return eventOf(id) !== undefined;
  }

  function eventOf(id: string): EventRow | undefined {
    for (const row of rows.events.values()) if (row.event.id === id) return row;
    return undefined;
  }

  // Documents

  function documentChanged(effect: Effect, before: Document | undefined, after: Document | undefined): void {
    if (before === after) return;
    if (before?.reg) must(after?.reg?.rid === before.reg.rid, "a stale owner changes nothing", () => "reg was changed");
    if (after?.reg && !before?.reg) nowRegistered(after, after.reg);
    changes.document(effect, before, after);
    const [was, is] = [before?.pending, after?.pending];
    if (was?.op === "register" && is?.op === "register") {
      must(was.portal === is.portal, "the portal is pinned", () => `${was.portal} became ${is.portal}`);
      if (is.n > was.n) counts.resubmissions++;
    }
    const { lock } = before ?? {};
    if (after?.lock && lock && lock.worker !== after.lock.worker) {
      counts.takeovers++;
      counts.leaseExpiries++;
      const isOver = lock.until < wallMs() + AHEAD_MS;
      must(isOver, "a stale owner changes nothing", () => `${effect.instance} took a live lock`);
    }
  }

  function nowRegistered({ irn }: Document, reg: NonNullable<Document["reg"]>): void {
    const request = accepted.get(reg.rid);
    const truth = deps.registered().find((each) => each.irn === irn && each.at === reg.portal);
    const isOurs = request !== undefined && request.irn === irn && truth?.docFp === request.docFp;
    must(isOurs && reg.docFp === truth?.docFp, "reg names a sub of its content", () => `${irn} for ${reg.rid}`);
    must(hasEvent(eventId("irn.generated", irn)), "the event comes first", () => `${irn} registered without an event`);
    must(rows.answers.has(irn), "the event comes first", () => `${irn} registered without an answer`);
  }

  /** A write under a lock that is no longer held. */
  function fencedWrite({ label, args }: Effect, before: Document | undefined): Hold | undefined {
    const hold = label === "documents.refuse" ? (args[0] as Refusal).hold : holdOf(label, args);
    return hold && before?.lock?.worker !== hold.worker ? hold : undefined;
  }

  function observe(effect: Effect, run: () => Promise<unknown>): Promise<unknown> {
    const { irn, rid } = touched(effect);
    const documentBefore = irn === undefined ? undefined : rows.documents.get(irn);
    const requestBefore = rid === undefined ? undefined : rows.requests.get(keyOf(rid));
    const result = deliveries.around(effect, run);
    const document = irn === undefined ? undefined : rows.documents.get(irn);
    const request = rid === undefined ? undefined : rows.requests.get(keyOf(rid));
    const stale = irn === undefined ? undefined : fencedWrite(effect, documentBefore);
    if (stale) {
      counts.refusedFences++;
      const isUntouched = document === documentBefore && request === requestBefore;
      must(isUntouched, "a stale owner changes nothing", () => `${effect.label} by ${effect.instance}`);
    }
    if (effect.label === "requests.accept" || effect.label === "requests.release")
      staleClaim(effect, requestBefore, request);
    requestChanged(effect, requestBefore, request);
    documentChanged(effect, documentBefore, document);
    return result;
  }

  function staleClaim({ label, args }: Effect, before: Request | undefined, after: Request | undefined): void {
    const isMine = before?.state === "CLAIMED" && before.rid === args[0] && before.owner === args[1];
    if (isMine) return;
    if (before) counts.refusedFences++;
    must(before === after, "a stale owner changes nothing", () => `${label} of ${before?.rid} (${before?.state})`);
  }

  // Calls

  let slots = 0;
  let calls = 0;

  function slot(): void {
    slots++;
  }

  function called(sent: Sender): void {
    calls++;
    changes.sent(sent);
    must(calls <= slots, "every call has a slot", () => `${calls} calls, ${slots} slots`);
  }

  // Answers

  function answered(call: Call, { status, code, text, rid }: CallAnswer): void {
    const detail = () => `${call.id}: ${status} ${code ?? ""} ${rid ?? ""}`;
    if (code !== undefined && DENIALS.has(code)) {
      deniedCalls.add(call.id);
      for (const [claimed, owner] of callOf)
        if (owner === call.id) must(!accepted.has(claimed), "nothing accepted means nothing accepted", detail);
    }
    if (code === "idempotency_key_reused") must(isReused(call), "400 only for an accepted key", detail);
    changes.told(call, text);
    if (code === "registration_in_progress") counts.inProgress++;
    if (rid === undefined) return;
    const request = accepted.get(rid);
    must(request !== undefined, "202 only for an accepted request", detail);
    must(request?.fp === call.fp, "another payload gets no outcome", detail);
    if (status !== 202) replayed(rid, `${status} ${text}`);
  }

  function isReused({ key, fp, startedMs }: Call): boolean {
    return [...accepted.values()].some((request) => {
      const end = ended.get(request.rid);
      const isLive = !end || end.atMs + DAY_MS + 2 * MOST_SKEW_MS > startedMs;
      return request.key === key && request.fp !== fp && isLive;
    });
  }

  function replayed(rid: string, bytes: string): void {
    const first = bytesOf.get(rid);
    if (first !== undefined) counts.replays++;
    must(ended.has(rid), "the outcome is true", () => `${rid} was answered before its end`);
    must(first === undefined || first === bytes, "frozen bytes", () => `${rid}: ${first} became ${bytes}`);
    bytesOf.set(rid, first ?? bytes);
  }

  // The government

  function committed(registered: Registered): void {
    const { irn, by, at } = registered;
    if (by === undefined) return;
    counts.registrations++;
    const others = deps.registered().filter((each) => each.irn === irn && each.by !== undefined && each !== registered);
    must(others.length === 0, "one registration", () => `${irn} at ${others.map((each) => each.at)} and ${at}`);
    const end = ended.get(by)?.outcome;
    const isRefused = end?.kind === "problem" && FOR_GOOD.has(end.problem.code);
    must(!isRefused, "no registration after a refusal", () => `${by} at ${at}`);
  }

  // The end

  function isAtRest(): boolean {
    if (ended.size < accepted.size || deps.queued() > 0) return false;
    for (const { event, dispatchAt } of rows.events.values())
      if (dispatchAt !== undefined || !told.has(event.id)) return false;
    return deliveries.isAtRest();
  }

  function allEnded(): void {
    for (const rid of accepted.keys()) must(ended.has(rid), "everything ends", () => `${rid} never ended`);
  }

  function atRest(): void {
    allEnded();
    must(deps.queued() === 0, "everything ends", () => `${deps.queued()} messages are left`);
    for (const registered of deps.registered()) if (registered.by !== undefined) isKnown(registered);
    for (const document of rows.documents.values()) if (document.reg) isTold(document, document.reg);
    changes.atRest();
    audit.atRest(ended);
    deliveries.atRest();
    for (const { event, dispatchAt } of rows.events.values())
      must(told.has(event.id) && dispatchAt === undefined, "every event is told", () => event.id);
  }

  function isKnown({ irn, at, docFp, by }: Registered): void {
    const { reg } = rows.documents.get(irn) ?? {};
    if (!reg && deps.mayStayUnknown) return;
    const isSame = reg?.portal === at && reg.docFp === docFp;
    must(isSame, "no registration is forgotten", () => `${irn} at ${at} for ${by}`);
  }

  function isTold({ irn }: Document, { rid }: NonNullable<Document["reg"]>): void {
    const event = eventOf(eventId("irn.generated", irn))?.event;
    must(event?.data["requestId"] === rid, "every event is told", () => `${irn} is ${rid}'s, its event another's`);
    const outcome = ended.get(rid)?.outcome;
    const isCreated = outcome?.kind === "registered" && outcome.status === 201;
    const mayBe = isCreated || deps.mayStayUnknown;
    must(mayBe, "the outcome is true", () => `${rid} registered ${irn} and was told ${outcome && words(outcome)}`);
  }

  return {
    violations,
    accepted,
    ended,
    changes,
    deliveries,
    observe,
    committed,
    answered,
    slot,
    called,
    published(row, id) {
      must(row !== undefined, "the event comes first", () => `${id} is on the bus without a row`);
    },
    toldOf: (id) => void told.add(id),
    unrecorded: audit.unrecorded,
    swallowed: (messageOf) => broken("a message is not swallowed", messageOf),
    isAtRest,
    atRest,
    allEnded,
  };
}

/** Owners are named after their HTTP call. */
function callOfOwner(owner = ""): string {
  return owner.split(":")[0] ?? owner;
}

export function words(outcome: Outcome): string {
  if (outcome.kind === "problem") return outcome.problem.code;
  return outcome.kind === "registered" ? `${outcome.status} ${outcome.irn.slice(0, 6)}` : String(outcome.status);
}

function failedEventOf(rid: string, code: string): string {
  const type = code === "outcome_unknown" ? "irn.outcome_unknown" : "irn.failed";
  return eventId(type, rid.replace(".", "-"));
}

const FENCED = new Set(["documents.resubmit", "documents.register", "documents.change", "documents.unlock"]);

function holdOf(label: string, args: readonly unknown[]): Hold | undefined {
  return FENCED.has(label) ? (args[1] as Hold) : undefined;
}

/** The document and the request that a call may change. */
function touched({ label, args }: Effect): { readonly irn?: string; readonly rid?: string } {
  const [port, method] = label.split(".");
  if (method === "refuse") {
    const { irn, rid } = args[0] as Refusal;
    return { irn, rid };
  }
  if (port === "documents") return { irn: args[0] as string };
  if (port !== "requests" || method === "due" || method === "current") return {};
  return { rid: method === "claim" ? (args[0] as NewRequest).rid : (args[0] as string) };
}
