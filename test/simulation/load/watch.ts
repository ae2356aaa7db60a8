import type { Flow } from "../../../shared/budget/flow.ts";
import { KEEP_MS, type Policy } from "../../../shared/budget/policy.ts";
import { keyOf } from "../../../shared/request/request.ts";
import type { MemoryStores } from "../../fakes/memory-stores.ts";
import { MOST_SKEW_MS } from "../weather.ts";
import type { LoadPlan } from "./plan.ts";
import { type LimitWatch, limitWatch } from "./window.ts";

/** What must be true of a load. A sabotage names the one that notices it. */
export type LoadInvariant =
  | "slots stay within the limit"
  | "calls stay within the limit"
  | "every call has a slot"
  | "one registration"
  | "everything ends"
  | "every outcome is a registration"
  | "direct calls have their reserve"
  | "the queue goes on"
  | "the backlog uses the limit"
  | "the queue is a window"
  | "no busy loop";

export interface LoadViolation {
  readonly invariant: LoadInvariant;
  readonly detail: string;
  readonly atMs: number;
}

/** What one GSTIN did. */
interface Account {
  readonly gstin: string;
  readonly isBusy: boolean;
  slots: number;
  calls: number;
  slotLimit: LimitWatch;
  callLimit: LimitWatch;
  /** As `callLimit`, without any allowance for clocks and delays: for the figures. */
  readonly bareLimit: LimitWatch;
  directShare: LimitWatch;
  /** Queued requests that wait, and since when none of them has ended. */
  waiting: number;
  stillSinceMs: number;
  inQueue: number;
  backlogLeft: number;
}

interface Open {
  readonly account: Account;
  readonly irn: string;
  readonly flow: Flow;
  readonly acceptedMs: number;
  receives: number;
}

/** A slot that is older is not used: the worker takes another. */
const SLOT_LIFE_MS = 5_000;
/** From reading the clock to the effect of the write, a repeat by the SDK included. */
const ON_THE_WAY_MS = 100;
const MOST_VIOLATIONS = 20;
const MINUTE_MS = 60_000;

export type LoadWatch = ReturnType<typeof newLoadWatch>;

export interface LoadWatchDeps {
  readonly plan: LoadPlan;
  readonly rows: MemoryStores["rows"];
  readonly nowMs: () => number;
}

/**
 * Watches every slot, call, message and outcome of a load.
 *
 * The window invariant, for each GSTIN: a slot is taken by the clock of whoever takes it, and the number is shared. Of n
 * slots the first leaves the number at its taker's time + 1 interval at least, each further one adds an interval, and the
 * last is allowed while the number is at most its own taker's time + (burst - 1) intervals. So, where two clocks differ by D
 * at the most (the time included that the write takes after its clock was read), **slots in any window W <= burst + rate ×
 * (W + D)**, and D is 4 s and a little when each clock is wrong by up to 2 s. A call leaves later than its slot was taken, by L at the most (a slot is stale after 5 s, as the taker's and the worker's clocks
 * measure them: L = 5 s + D), so the calls of a window W have their slots in a window W + L: **calls in any window W <= burst +
 * rate × (W + D + L)**. Where a policy changes, a window that lies wholly before obeys the old one, and one that begins when
 * every instance has read the new one (10 s, and L, later) obeys that; in between the wider of the two holds.
 */
export function newLoadWatch({ plan, rows, nowMs }: LoadWatchDeps) {
  const violations: LoadViolation[] = [];
  const accounts = new Map<string, Account>();
  const open = new Map<string, Open>();
  const registrations = new Map<string, number>();
  const latencies = { direct: [] as number[], queued: [] as number[] };
  const skewMs = (plan.isStormy ? 2 * MOST_SKEW_MS : 0) + ON_THE_WAY_MS;
  const lateMs = SLOT_LIFE_MS + skewMs;
  let policy = plan.policy;
  const totals = {
    ...{ accepted: 0, ended: 0, direct: 0, refusedDirect: 0, receives: 0, sends: 0, handBacks: 0, deliveries: 0 },
    ...{ mostReceives: 0, mostInQueue: 0, longestStillMs: 0, mostBeyond: -Infinity, leastUse: Infinity, drainedMs: 0 },
  };

  function broken(invariant: LoadInvariant, detail: string): void {
    const isKnown = violations.filter((each) => each.invariant === invariant).length >= 3;
    if (!isKnown && violations.length < MOST_VIOLATIONS) violations.push({ invariant, detail, atMs: nowMs() });
  }

  function account(gstin: string): Account {
    const found = accounts.get(gstin);
    if (!found) throw new RangeError(`${gstin} is none of the load's`);
    return found;
  }

  function limits(held: Policy) {
    return {
      slotLimit: limitWatch(held, skewMs),
      callLimit: limitWatch(held, skewMs + lateMs),
      // The queue may have one of the reserve, and a tenth of the rate.
      directShare: limitWatch(
        { ...held, calls: 9 * held.calls, perSeconds: 10 * held.perSeconds, burst: held.reserve - 1 },
        -skewMs,
      ),
    };
  }

  function add(gstin: string, isBusy: boolean): void {
    accounts.set(gstin, {
      ...{ gstin, isBusy, slots: 0, calls: 0, waiting: 0, stillSinceMs: 0, inQueue: 0 },
      ...limits(policy),
      bareLimit: limitWatch(policy, 0),
      backlogLeft: isBusy ? plan.backlog : 0,
    });
  }

  function hold(next: Policy): void {
    policy = next;
    for (const each of accounts.values()) if (each.isBusy) Object.assign(each, limits(next));
  }

  /** The limit of the busy ones is another one from now on. */
  function changed(next: Policy): () => void {
    hold({
      calls: Math.max(policy.calls * next.perSeconds, next.calls * policy.perSeconds),
      perSeconds: policy.perSeconds * next.perSeconds,
      burst: Math.max(policy.burst, next.burst),
      reserve: Math.min(policy.reserve, next.reserve),
    });
    return () => hold(next);
  }

  /** Of each GSTIN's limit, and of its queue's share of it, in calls until that time. */
  function allowed(untilMs: number): number {
    const steps = [{ atMs: 0, policy: plan.policy }, ...plan.changes];
    return steps.reduce((sum, { atMs, policy: { calls, perSeconds } }, i) => {
      const toMs = Math.min(steps[i + 1]?.atMs ?? Infinity, untilMs);
      return sum + (Math.max(0, toMs - atMs) * calls) / (perSeconds * 1_000);
    }, 0);
  }

  function slot(gstin: string, flow: Flow): void {
    const of = account(gstin);
    of.slots++;
    if (flow === "direct") of.directShare.take(nowMs());
    const excess = of.slotLimit.take(nowMs());
    if (excess > 1e-6) broken("slots stay within the limit", `${gstin}: ${excess.toFixed(2)} slots too many`);
  }

  /** A direct call found no slot. Those that keep to the reserve and the rate always find one. */
  function refused(gstin: string): void {
    totals.refusedDirect++;
    const within = account(gstin).directShare.excess(nowMs());
    if (within <= 0)
      broken("direct calls have their reserve", `${gstin} was refused ${(-within).toFixed(1)} within it`);
  }

  function called(gstin: string): void {
    const of = account(gstin);
    of.calls++;
    if (of.calls > of.slots) broken("every call has a slot", `${gstin}: ${of.calls} calls, ${of.slots} slots`);
    totals.mostBeyond = Math.max(totals.mostBeyond, of.bareLimit.take(nowMs()));
    const excess = of.callLimit.take(nowMs());
    if (excess > 1e-6) broken("calls stay within the limit", `${gstin}: ${excess.toFixed(2)} calls too many`);
  }

  function accepted(rid: string): void {
    const request = rows.requests.get(keyOf(rid));
    if (request?.state !== "QUEUED" || open.has(rid)) return;
    const of = account(request.gstin);
    totals.accepted++;
    open.set(rid, { account: of, irn: request.irn, flow: request.flow, acceptedMs: nowMs(), receives: 0 });
    if (request.flow === "direct") totals.direct++;
    else if (of.waiting++ === 0) of.stillSinceMs = nowMs();
  }

  function ended(rid: string): void {
    const found = open.get(rid);
    const outcome = rows.requests.get(keyOf(rid))?.outcome;
    if (!found || !outcome) return;
    open.delete(rid);
    totals.ended++;
    totals.mostReceives = Math.max(totals.mostReceives, found.receives);
    const isRegistered = outcome.kind === "registered" && outcome.status === 201 && registrations.get(found.irn) === 1;
    if (!isRegistered) broken("every outcome is a registration", `${rid}: ${JSON.stringify(outcome).slice(0, 100)}`);
    if (found.flow === "queued") queuedEnded(found);
  }

  function queuedEnded({ account: of, acceptedMs }: Open): void {
    still(of);
    of.waiting--;
    of.stillSinceMs = nowMs();
    if (!of.isBusy) latencies.queued.push(nowMs() - acceptedMs);
    else if (--of.backlogLeft === 0) drained(of);
  }

  function drained({ gstin, calls }: Account): void {
    const share = calls / allowed(nowMs());
    totals.leastUse = Math.min(totals.leastUse, share);
    totals.drainedMs = Math.max(totals.drainedMs, nowMs());
    if (share < plan.leastUse)
      broken("the backlog uses the limit", `${gstin} used ${(share * 100).toFixed(1)} % of it`);
  }

  function still(of: Account): void {
    if (of.waiting === 0) return;
    const stillMs = nowMs() - of.stillSinceMs;
    totals.longestStillMs = Math.max(totals.longestStillMs, stillMs);
    if (stillMs > plan.longestStillMs)
      broken("the queue goes on", `${of.gstin}: none of ${of.waiting} ended for ${(stillMs / 1_000).toFixed(0)} s`);
  }

  function registered(irn: string): void {
    const times = (registrations.get(irn) ?? 0) + 1;
    registrations.set(irn, times);
    if (times > 1) broken("one registration", `${irn} ${times} times`);
  }

  function sent(gstin: string, flow: Flow): void {
    totals.sends++;
    if (flow === "direct") return;
    const of = account(gstin);
    of.inQueue++;
    totals.mostInQueue = Math.max(totals.mostInQueue, of.inQueue);
    const most = Math.max(20, (policy.calls * plan.mostWindow * 60) / policy.perSeconds);
    if (plan.changes.length === 0 && of.inQueue > most)
      broken("the queue is a window", `${gstin} has ${of.inQueue} messages in it`);
  }

  function received(rid: string): void {
    totals.receives++;
    const found = open.get(rid);
    if (!found) return;
    found.receives++;
    if (found.receives > plan.mostReceives)
      broken("no busy loop", `${rid.slice(0, 8)} of ${found.account.gstin} was received ${found.receives} times`);
  }

  return {
    violations,
    totals,
    latencies,
    ...{ add, changed, slot, refused, called, accepted, ended, registered, sent, received },
    removed: (gstin: string) => void account(gstin).inQueue--,
    answered: (ms: number) => void latencies.direct.push(ms),
    handedBack: () => void totals.handBacks++,
    delivered: () => void totals.deliveries++,
    backlogLeft: () => [...accounts.values()].reduce((sum, each) => sum + each.backlogLeft, 0),
    isAtRest: () => open.size === 0,
    settleMs: KEEP_MS + lateMs + skewMs,
    /** Each minute. */
    look: () => accounts.forEach(still),
    /** Called when everything should have ended. */
    atRest() {
      for (const [rid, { account: of }] of [...open].slice(0, 3)) broken("everything ends", `${rid} of ${of.gstin}`);
      const documents = totals.accepted;
      if (registrations.size !== documents && open.size === 0)
        broken("one registration", `${registrations.size} of ${documents} documents`);
      if (totals.receives > documents * plan.mostReceivesEach)
        broken("no busy loop", `${(totals.receives / documents).toFixed(1)} receives for each document`);
    },
    minuteMs: MINUTE_MS,
  };
}
