import * as z from "zod";
import { type Bill, type Cancellation, Change } from "../../shared/document/change.ts";
import type { Document } from "../../shared/document/document.ts";
import type { Hold } from "../../shared/document/document-store.ts";
import { eventId } from "../../shared/event/event.ts";
import type { Answer } from "../../shared/irp/irp.ts";
import type { Outcome, Request } from "../../shared/request/request.ts";
import type { EventRow } from "../fakes/memory-event-log.ts";
import type { Registered } from "./government.ts";
import type { ChangeMade, Ending, MadeBill } from "./government-changes.ts";
import type { Effect } from "./instance.ts";
import { type Call, type Invariant, type WatchDeps, words } from "./invariants.ts";
import type { Sender } from "./irp-model.ts";
import { MOST_SKEW_MS } from "./weather.ts";

/** What must be true of a registered document's life. */
export type ChangeInvariant =
  | "one change per request"
  | "no change after its end"
  | "no change before the registration"
  | "no change is forgotten"
  | "the status goes upwards"
  | "a change is what its event says"
  | "an event is one"
  | "changes are numbered"
  | "a pending change is its request's"
  | "a bill's number leads to its document"
  | "the answer tells of the bill";

export interface ChangeWatch {
  /** A portal has made a change. */
  committed(made: ChangeMade): void;
  /** The bytes of a call left. */
  sent(sender: Sender): void;
  /** An instance that lives has the answer. */
  heard(sender: Sender, answer: Answer<unknown>): void;
  /** A request for a change is FINAL. */
  final(effect: Effect, request: Request, outcome: Outcome): void;
  document(effect: Effect, before: Document | undefined, after: Document | undefined): void;
  /** A caller was answered. */
  told(call: Call, text: string): void;
  atRest(): void;
}

export interface ChangeWatchDeps extends WatchDeps {
  readonly accepted: ReadonlyMap<string, Request>;
  readonly ended: ReadonlyMap<string, { readonly outcome: Outcome }>;
  readonly must: (isTrue: boolean, invariant: Invariant, detail: () => string) => void;
  readonly eventOf: (id: string) => EventRow | undefined;
}

const CHANGES = new Set(["cancel", "makeEwayBill", "cancelEwayBill"]);
const DAY_MS = 24 * 60 * 60 * 1000;
/** The portals' times are rounded to the minute, and may be another clock's. */
const CLOCK_MS = 3 * 60 * 1000;
const failures = { cancel: "irn.cancel_failed", make_ewb: "ewb.failed", cancel_ewb: "ewb.cancel_failed" } as const;
/** Events that tell a change of the document, each under a number of its own. */
const NUMBERED = new Set(["irn.generated", "irn.cancelled", "ewb.generated", "ewb.cancelled"]);

const Told = z.looseObject({
  ewbNo: z.string().optional(),
  ewb: z.looseObject({ status: z.string(), ewbNo: z.string().optional() }).optional(),
});

/** What an event or an answer says of a bill's or a document's end. */
const End = z.object({
  requestId: z.string().optional(),
  cancelledAt: z.string(),
  reason: z.string().optional(),
  remarks: z.string().optional(),
});

/** What a request has sent since it first was noted on the document, and how often the portal's word was no. */
interface Submissions {
  readonly worker: string | undefined;
  readonly atMs: number;
  sends: number;
  noes: number;
}

/** Watches what becomes of registered documents: at the government, on the document, and in what callers are told. */
export function newChangeWatch(deps: ChangeWatchDeps): ChangeWatch {
  const { rows, nowMs, startMs, counts, accepted, ended, must, eventOf } = deps;
  const made: ChangeMade[] = [];
  const submissionsOf = new Map<string, Submissions>();
  /** Workers that let go of a document: what has their lock after that is a late copy of a write. */
  const gone = new Set<string>();

  const documentOf = (irn: string) => rows.documents.get(irn);
  const truthOf = ({ irn, reg }: Document) =>
    deps.registered().find((entry: Registered) => entry.irn === irn && entry.at === reg?.portal);
  const billOf = (ewbNo: string) => deps.bills().find((bill: MadeBill) => bill.ewbNo === ewbNo);
  const endOf = (rid: string) => ended.get(rid)?.outcome;

  function committed(change: ChangeMade): void {
    made.push(change);
    const { op, by } = change;
    if (by === undefined) {
      counts.changesElsewhere++;
      return;
    }
    counts[op === "cancel" ? "cancellations" : op === "make_ewb" ? "bills" : "billCancellations"]++;
    const own = made.filter((each) => each.by === by);
    must(own.length === 1, "one change per request", () => `${by} made ${own.map((each) => each.op)}`);
    const end = endOf(by);
    must(!end || isUnknown(end), "no change after its end", () => `${op} for ${by}, which ended: ${end && words(end)}`);
  }

  function sent({ label, irn, by }: Sender): void {
    if (!CHANGES.has(label)) return;
    const detail = () => `${label} of ${irn.slice(0, 6)} for ${by}`;
    must(documentOf(irn)?.reg !== undefined, "no change before the registration", detail);
    must(!ended.has(by), "no change after its end", detail);
    const submissions = submissionsOf.get(by);
    if (submissions) submissions.sends++;
  }

  function heard({ label, by }: Sender, answer: Answer<unknown>): void {
    if (!CHANGES.has(label)) return;
    const isNo = answer.is === "refused" || (answer.is === "unknown" && answer.errors.length > 0);
    const submissions = submissionsOf.get(by);
    if (isNo && submissions) submissions.noes++;
  }

  /**
   * Whether a worker may take what it finds for its request's doing. Who began the change knows what it sent, and what the
   * portal said to that; whoever takes over knows neither.
   */
  function mayBeOf(rid: string, worker: string | undefined): boolean {
    const began = submissionsOf.get(rid);
    return began !== undefined && (began.worker !== worker || began.sends > began.noes);
  }

  // Outcomes

  function final(effect: Effect, request: Request, outcome: Outcome): void {
    const { rid, irn } = request;
    const document = documentOf(irn);
    const detail = () => `${request.op} ${rid}: ${words(outcome)}`;
    const { worker = "" } = document?.lock ?? {};
    const isHeld = worker.startsWith(`${effect.instance}:`) && !gone.has(worker);
    must(
      document?.pending?.rid !== rid || !isHeld,
      "a pending change is its request's",
      () => `${detail()}, and it is pending still`,
    );
    must(document !== undefined && outcome.kind !== "registered", "the outcome is true", detail);
    if (document && outcome.kind === "changed") isChanged(request, outcome, document, detail);
    if (document && outcome.kind === "problem") isRefused(request, outcome, document, detail);
  }

  function isChanged(
    { rid, op, docFp, irn }: Request,
    { status, body }: Extract<Outcome, { kind: "changed" }>,
    document: Document,
    detail: () => string,
  ): void {
    const number = String(body["ewbNo"]);
    const bill = document.bills?.find(({ ewbNo }) => ewbNo === number);
    counts.changed++;
    if (op === "cancel") {
      const isTold = document.status === "CNL" && document.cancelled?.rid !== undefined;
      must(isTold && status === 200 && isSameEnd(document.cancelled, body), "the outcome is true", detail);
      must(eventOf(eventId("irn.cancelled", irn)) !== undefined, "the event comes first", detail);
    } else if (op === "make_ewb") {
      const isTold = status === 201 ? bill?.rid === rid : bill?.askedFp === docFp;
      must(bill !== undefined && isTold && bill.madeAt === body["ewbDt"], "the outcome is true", detail);
      must(eventOf(eventId("ewb.generated", number)) !== undefined, "the event comes first", detail);
    } else {
      const isTold = bill?.cancelled?.rid !== undefined && isSameEnd(bill.cancelled, body);
      must(isTold && status === 200, "the outcome is true", detail);
      must(eventOf(eventId("ewb.cancelled", number)) !== undefined, "the event comes first", detail);
    }
  }

  /** Nothing of a refused request happened, or ever will. */
  function isRefused(
    { rid, op, irn, createdAt }: Request,
    { problem }: Extract<Outcome, { kind: "problem" }>,
    document: Document,
    detail: () => string,
  ): void {
    const { code } = problem;
    if (op === "register") return;
    const id = eventId(failures[op], rid.replace(".", "-"));
    must(eventOf(id) !== undefined, "a refusal is one write", detail);
    if (code === "payload_lost") must(false, "what is accepted can be read back", detail);
    if (code === "outcome_unknown") {
      must(deps.mayStayUnknown, "the outcome is true", detail);
      return;
    }
    must(!made.some(({ by }) => by === rid), "no change after its end", () => `${detail()}, and it was made`);
    must(isTrueOf(code, document, rows.payloads.get(rid)), "the outcome is true", () => `${detail()}, ${irn}`);
    if (code === "not_done") {
      const ageMs = startMs + nowMs() - Date.parse(createdAt);
      must(ageMs > DAY_MS - 2 * MOST_SKEW_MS, "the outcome is true", detail);
    }
  }

  /** What a refusal says of the document, against the document and the truth. */
  function isTrueOf(code: string, document: Document, payload: string | undefined): boolean {
    const asked = Change.safeParse(JSON.parse(payload ?? "{}").body).data;
    const number = asked?.op === "cancel_ewb" ? asked.ewbNo : undefined;
    const truth = truthOf(document);
    const ageMs = nowMs() - ((number ? billOf(number)?.atMs : truth?.atMs) ?? 0);
    switch (code) {
      case "not_active":
        return truth?.status !== "ACT" || (number !== undefined && billOf(number)?.ended !== undefined);
      case "eway_bill_active":
        return document.bills?.some(({ status }) => status === "ACT") === true;
      case "cancel_window_closed":
        return ageMs > DAY_MS - 5_000;
      default:
        return true;
    }
  }

  // Documents

  function document(effect: Effect, before: Document | undefined, after: Document | undefined): void {
    if (!after) return;
    if (before?.lock && !after.lock) gone.add(before.lock.worker);
    onlyUpwards(before, after);
    const [was, is] = [before?.pending, after.pending];
    if (is?.op === "change") {
      const request = accepted.get(is.rid);
      const isOwn = request !== undefined && request.irn === after.irn && request.op !== "register";
      must(isOwn && after.reg !== undefined, "a pending change is its request's", () => `${is.rid} is none`);
      must(!was || was.rid === is.rid, "a pending change is its request's", () => `${is.rid} in place of ${was?.rid}`);
      if (was?.rid !== is.rid)
        submissionsOf.set(is.rid, { worker: after.lock?.worker, atMs: nowMs(), sends: 0, noes: 0 });
      if (was && is.n > was.n) counts.changeResubmissions++;
    }
    const worker = holderOf(effect);
    if (after.reg && !before?.reg) hasFrozen(after);
    if (after.cancelled && !before?.cancelled) nowCancelled(before, after, after.cancelled, worker);
    if (after.status === "REJ" && before?.status === "ACT") nowRejected(after);
    for (const bill of after.bills ?? []) {
      const old = before?.bills?.find(({ ewbNo }) => ewbNo === bill.ewbNo);
      if (!old) nowMade(before, after, bill, worker);
      if (bill.cancelled && !old?.cancelled) nowBillCancelled(before, after, bill, worker);
    }
  }

  function onlyUpwards(before: Document | undefined, after: Document): void {
    if (!before) return;
    const detail = () => `${before.irn.slice(0, 6)}: ${JSON.stringify([before, after])}`;
    const isKept = !before.status || before.status === after.status || before.status === "ACT";
    must(isKept && after.seq >= before.seq, "the status goes upwards", detail);
    for (const bill of before.bills ?? []) {
      const now = after.bills?.find(({ ewbNo }) => ewbNo === bill.ewbNo);
      const isSame = now?.rid === bill.rid && now?.madeAt === bill.madeAt && now?.askedFp === bill.askedFp;
      const isUp = bill.status === "ACT" || (now?.status === "CNL" && now.cancelled?.rid === bill.cancelled?.rid);
      must(isSame && isUp, "the status goes upwards", detail);
    }
    const { bills = [] } = after;
    const active = bills.filter(({ status }) => status === "ACT");
    const isEachOnce = new Set(bills.map(({ ewbNo }) => ewbNo)).size === bills.length;
    must(active.length <= 1 && isEachOnce, "the status goes upwards", detail);
  }

  function nowCancelled(
    before: Document | undefined,
    after: Document,
    cancelled: Cancellation,
    worker: string | undefined,
  ): void {
    isClaim(before, cancelled, truthOf(after)?.ended, worker, `cancellation of ${after.irn.slice(0, 6)}`);
    isAsTold(eventId("irn.cancelled", after.irn), after, cancelled);
  }

  function nowRejected(after: Document): void {
    counts.rejections++;
    const event = eventOf(eventId("irn.rejected", after.irn))?.event;
    must(event !== undefined, "the event comes first", () => `${after.irn} rejected`);
    // Who found it may have stopped after the event, and a bill have been cancelled since.
    const isSame = Number(event?.data["seq"]) <= after.seq;
    must(isSame, "a change is what its event says", () => `${after.irn}: ${JSON.stringify(event)}`);
    must(truthOf(after)?.status === "REJ", "the outcome is true", () => `${after.irn} is not rejected`);
  }

  function nowBillCancelled(
    before: Document | undefined,
    after: Document,
    bill: Bill,
    worker: string | undefined,
  ): void {
    const { ewbNo, cancelled } = bill;
    if (!cancelled) return;
    isClaim(before, cancelled, billOf(ewbNo)?.ended, worker, `cancellation of ${ewbNo}`);
    isAsTold(eventId("ewb.cancelled", ewbNo), after, cancelled);
  }

  /** Who ended it, as the document says, against the truth. Nobody knows a stranger's reasons. */
  function isClaim(
    before: Document | undefined,
    { rid, reason }: Cancellation,
    truth: Ending | undefined,
    worker: string | undefined,
    what: string,
  ): void {
    const detail = () => `${what} by ${rid ?? "somebody"}, in truth by ${truth ? (truth.by ?? "somebody") : "nobody"}`;
    must(truth !== undefined, "the outcome is true", detail);
    if (rid === undefined) must(truth?.by !== before?.pending?.rid && !reason, "the outcome is true", detail);
    else must(truth?.by === rid || mayBeOf(rid, worker), "the outcome is true", detail);
  }

  function isAsTold(id: string, after: Document, cancelled: Cancellation): void {
    const event = eventOf(id)?.event;
    must(event !== undefined, "the event comes first", () => id);
    const isSame = event?.data["seq"] === after.seq && isSameEnd(cancelled, event.data);
    const isWhose = event?.data["requestId"] === cancelled.rid;
    must(isSame && isWhose, "a change is what its event says", () => `${id}: ${JSON.stringify([cancelled, event])}`);
  }

  function nowMade(before: Document | undefined, after: Document, bill: Bill, worker: string | undefined): void {
    const { ewbNo, rid } = bill;
    const truth = billOf(ewbNo);
    const detail = () => `${ewbNo} of ${rid ?? "somebody"}, in truth of ${truth ? (truth.by ?? "somebody") : "nobody"}`;
    must(truth?.irn === after.irn, "the outcome is true", detail);
    must(rows.bills.get(ewbNo) === after.irn, "a bill's number leads to its document", detail);
    if (rid === undefined) {
      must(truth?.by === undefined || isUnknown(endOf(truth.by)), "the outcome is true", detail);
      return;
    }
    const since = (submissionsOf.get(rid)?.atMs ?? Infinity) - CLOCK_MS;
    const mayBe = before?.reg ? mayBeOf(rid, worker) && (truth?.atMs ?? 0) >= since : true;
    must(truth?.by === rid || mayBe, "the outcome is true", detail);
    const event = eventOf(eventId("ewb.generated", ewbNo))?.event;
    must(event !== undefined, "the event comes first", detail);
    const data = event?.data ?? {};
    const isSame = data["ewbDt"] === bill.madeAt && data["distanceKm"] === bill.distanceKm;
    const isWhose = data["seq"] === after.seq && data["requestId"] === rid;
    must(isSame && isWhose, "a change is what its event says", () => `${detail()} ${JSON.stringify([bill, event])}`);
  }

  /** The frozen answer of a registration that asked for a bill says what became of it. */
  function hasFrozen({ irn, reg, bills = [] }: Document): void {
    const { ewb } = Told.parse(JSON.parse(rows.answers.get(irn) ?? "{}"));
    const isAsked = (rows.payloads.get(reg?.rid ?? "") ?? "").includes('"EwbDtls"');
    const detail = () => `${irn.slice(0, 6)}: ${JSON.stringify(ewb)} for ${JSON.stringify(bills)}`;
    must(isAsked === (ewb !== undefined), "the answer tells of the bill", detail);
    must(bills[0]?.ewbNo === ewb?.ewbNo, "the answer tells of the bill", detail);
    const own = deps.bills().find(({ by }) => by === reg?.rid);
    if (ewb?.status === "failed") must(!own || own.ended !== undefined, "the answer tells of the bill", detail);
  }

  // Answers

  function told({ id, irn }: Call, text: string): void {
    if (!text.includes('"ewbNo"')) return;
    const { ewbNo, ewb } = Told.parse(JSON.parse(text));
    for (const number of [ewbNo, ewb?.ewbNo]) {
      if (number === undefined) continue;
      const isKnown = documentOf(irn)?.bills?.some((bill) => bill.ewbNo === number) === true;
      const leads = rows.bills.get(number) === irn && isKnown;
      must(leads, "a bill's number leads to its document", () => `${id}: ${number}`);
    }
  }

  // The end

  function atRest(): void {
    for (const entry of deps.registered()) if (entry.ended?.by) isCancelled(entry, entry.ended.by);
    for (const bill of deps.bills()) isKept(bill);
    const ids = new Set<string>();
    for (const { event } of rows.events.values()) {
      must(!ids.has(event.id), "an event is one", () => event.id);
      ids.add(event.id);
    }
    for (const each of rows.documents.values()) if (each.reg) isNumbered(each);
  }

  function isCancelled({ irn }: Registered, by: string): void {
    const { status, cancelled } = documentOf(irn) ?? {};
    const isOpen = deps.mayStayUnknown && isUnknown(endOf(by));
    must(isOpen || (status === "CNL" && cancelled?.rid === by), "no change is forgotten", () => `${irn} by ${by}`);
    must(isOpen || endOf(by)?.kind === "changed", "the outcome is true", () => `${by} cancelled ${irn}`);
  }

  function isKept({ ewbNo, irn, by, ended: end }: MadeBill): void {
    const bill = documentOf(irn)?.bills?.find((each) => each.ewbNo === ewbNo);
    const detail = () => `${ewbNo} of ${irn.slice(0, 6)} for ${by ?? "somebody"}, as ${JSON.stringify(bill)}`;
    if (by !== undefined && !end) {
      const isOpen = deps.mayStayUnknown && (isUnknown(endOf(by)) || documentOf(irn)?.reg === undefined);
      must(isOpen || (bill?.rid === by && bill.status === "ACT"), "no change is forgotten", detail);
    }
    if (end?.by !== undefined) {
      const isOpen = deps.mayStayUnknown && isUnknown(endOf(end.by));
      must(isOpen || bill?.cancelled?.rid === end.by, "no change is forgotten", detail);
    }
    must(bill?.status !== "CNL" || end !== undefined, "the outcome is true", detail);
  }

  /** The first change of a document is 1, and none is missing or told twice. The registry's word has no place among them. */
  function isNumbered({ irn, seq, status }: Document): void {
    const numbers = [...rows.events.values()]
      .filter(({ event }) => event.data["irn"] === irn && NUMBERED.has(event.type))
      .map(({ event }) => Number(event.data["seq"]));
    const isFound = status === "REJ" && eventOf(eventId("irn.rejected", irn)) !== undefined;
    const isWhole = numbers.length === seq - (isFound ? 1 : 0) && new Set(numbers).size === numbers.length;
    const isWithin = numbers.every((number) => number >= 1 && number <= seq);
    must(isWhole && isWithin, "changes are numbered", () => `${irn.slice(0, 6)} at ${seq} has events ${numbers}`);
  }

  return { committed, sent, heard, final, document, told, atRest };
}

/** Who registers a document, or writes what became of it. */
function holderOf({ label, args }: Effect): string | undefined {
  return label === "documents.change" || label === "documents.register" ? (args[1] as Hold).worker : undefined;
}

function isUnknown(outcome: Outcome | undefined): boolean {
  return outcome?.kind === "problem" && outcome.problem.code === "outcome_unknown";
}

/** The same time, and the same words. */
function isSameEnd(cancelled: Cancellation | undefined, told: object): boolean {
  const { cancelledAt, reason, remarks } = End.parse(told);
  return cancelled?.at === cancelledAt && cancelled.reason === reason && cancelled.remarks === remarks;
}
