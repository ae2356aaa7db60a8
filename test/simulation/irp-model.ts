import type { Answer, Irp, IrpCall, SignedDocument, Taxpayer } from "../../shared/irp/irp.ts";
import type { Counts } from "./counts.ts";
import { type Government, irnOfInvoice, type PortalName } from "./government.ts";
import type { Instance } from "./instance.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Fate, StepPlan, Weather } from "./weather.ts";

export type SimulatedIrp = Omit<Irp, "rejected" | "taxpayer">;

export const CALL_TIMEOUT_MS = 25_000;
export const LOOK_UP_TIMEOUT_MS = 8_000;
export const LOOK_UP_LAG_MS = 15_000;

export interface IrpModelDeps {
  readonly scheduler: Scheduler;
  readonly government: Government;
  readonly weather: Weather;
  readonly counts: Counts;
  readonly tell: (text: string) => void;
  /** Told when the bytes of a call leave. */
  readonly called: (sent: Sender & { readonly call: IrpCall }) => void;
  /** Told of the first answer that an instance sees. */
  readonly heard: (sent: Sender, answer: Answer<unknown>) => void;
}

/** A call as the watch knows it: what it asks for, on behalf of which request. */
export interface Sender {
  readonly label: string;
  readonly irn: string;
  readonly by: string;
}

interface Sent<T> extends Sender {
  readonly call: IrpCall;
  readonly timeoutMs: number;
  readonly fate: Fate;
  /** The portal's decision, in the very moment in which it is made. */
  readonly decide: () => Answer<T>;
}

/** Ways to the portals: each call is a step of its instance, guarded before its bytes leave, and ends as its fate says. */
export function irpModel({ scheduler, government, weather, counts, tell, called, heard }: IrpModelDeps) {
  let registers = 0;
  let changes = 0;
  let lookUps = 0;

  function send<T>(instance: Instance, sent: Sent<T>): Promise<Answer<T>> {
    const plan = instance.begin(`irp.${sent.label} at ${sent.call.via ?? sent.call.portal}`, true);
    const hasError = plan.fault === "error" || plan.fault === "lost" || plan.fault === "late";
    return new Promise((resolve, reject) => {
      instance.wake(plan.effectMs + sent.fate.loginMs, () => {
        instance.standStill(sent.fate.pauseMs);
        instance.wake(0, () => {
          if (hasError) reject(new Error("the session could not be read"));
          else leave(instance, sent, plan, resolve);
        });
      });
    });
  }

  /** The guard, and right after it the bytes. */
  function leave<T>(instance: Instance, sent: Sent<T>, plan: StepPlan, resolve: (answer: Answer<T>) => void): void {
    const { call, timeoutMs, fate, decide } = sent;
    const portal = call.via ?? call.portal;
    const ends = government.isDead(portal, scheduler.nowMs()) ? "unreachable" : fate.ends;
    const early = call.mayStillSend() ? notReached(ends) : notSent("no time left");
    if (plan.fault === "die-before") {
      instance.die("before the call");
      return;
    }
    if (!early) called(sent);
    const answer = answerOnce<T>(instance, plan, (first) => {
      heard(sent, first);
      resolve(first);
    });
    if (early) answer(fate.networkMs, early);
    else if (ends === "reset") answer(fate.networkMs + fate.resetMs, unknown("no answer: connection reset"));
    answer(timeoutMs, unknown("no answer: time-out"));
    if (early || ends === "swallowed") return;
    scheduler.after(fate.networkMs + fate.workMs, () => {
      const decided = garbled(decide(), fate);
      tell(`${portal} decides: ${wordsFor(decided)}`);
      if (ends === "answered") answer(fate.answerMs, decided);
      else counts.timeOuts++;
    });
  }

  /** The first answer is the one that the instance sees. */
  function answerOnce<T>(instance: Instance, plan: StepPlan, resolve: (answer: Answer<T>) => void) {
    let isAnswered = false;
    return (ms: number, value: Answer<T>) =>
      scheduler.after(ms, () => {
        if (isAnswered) return;
        isAnswered = true;
        if (plan.fault === "die-after") instance.die("after the call");
        instance.standStill(plan.pauseMs);
        instance.wake(0, () => resolve(value));
      });
  }

  return (instance: Instance, submitter: (irn: string) => string): SimulatedIrp => {
    function look<T>(label: string, call: IrpCall, irn: string, decide: () => Answer<T>): Promise<Answer<T>> {
      const fate = weather.lookUp({ portal: call.portal, nth: ++lookUps });
      return send(instance, { label, call, irn, by: submitter(irn), timeoutMs: LOOK_UP_TIMEOUT_MS, fate, decide });
    }

    function change<T>(label: string, call: IrpCall, irn: string, make: (by: string) => Answer<T>): Promise<Answer<T>> {
      const fate = weather.change({ portal: call.portal, nth: ++changes });
      const by = submitter(irn);
      return send(instance, { label, call, irn, by, timeoutMs: CALL_TIMEOUT_MS, fate, decide: () => make(by) });
    }

    return {
      generate(call, invoice) {
        const fate = weather.register({ portal: call.portal, nth: ++registers });
        const irn = irnOfInvoice(invoice);
        const by = submitter(irn);
        const decide = () => government.register(call.portal as PortalName, invoice, by);
        return send(instance, { label: "generate", call, irn, by, timeoutMs: CALL_TIMEOUT_MS, fate, decide });
      },
      byIrn(call, irn) {
        counts.lookUps++;
        return look("byIrn", call, irn, () => government.byIrn(call.portal, irn, isStandIn(call)));
      },
      byDocument(call, number) {
        counts.lookUps++;
        return look("byDocument", call, "", () => government.byDocument(call.portal, call.gstin, number));
      },
      syncTaxpayer: (call, gstin) =>
        look("syncTaxpayer", call, "", (): Answer<Taxpayer> => {
          government.synchronise();
          return { is: "ok", value: taxpayer(gstin) };
        }),
      cancel: (call, irn) => change("cancel", call, irn, (by) => government.changes.cancel(call.portal, irn, by)),
      makeEwayBill: (call, irn) =>
        change("makeEwayBill", call, irn, (by) => government.changes.makeBill(call.portal, irn, by)),
      ewayBillOf(call, irn) {
        counts.lookUps++;
        return look("ewayBillOf", call, irn, () => government.changes.billOf(call.portal, irn, isStandIn(call)));
      },
      cancelEwayBill(call, ewbNo) {
        const { irn = "" } = government.changes.bills.find((bill) => bill.ewbNo === ewbNo) ?? {};
        return change("cancelEwayBill", call, irn, (by) => government.changes.cancelBill(ewbNo, by));
      },
    };
  };
}

function isStandIn({ portal, via = portal }: IrpCall): boolean {
  return via !== portal;
}

/** What certainly did not happen, and what a gateway says. */
function notReached(ends: Fate["ends"]): Answer<never> | undefined {
  switch (ends) {
    case "unreachable":
      return notSent("ECONNREFUSED");
    case "token":
      return notSent("the token was rejected", "1005");
    case "quota":
      return notSent("a quota", "3108");
    case "too-many":
      return notSent("HTTP 429");
    case "login-refused":
      return notSent("the login was refused", "3002");
    case "gateway":
      return unknown("unreadable answer: HTTP 502");
    default:
      return undefined;
  }
}

function notSent(reason: string, code?: string): Answer<never> {
  return { is: "not-sent", errors: code ? [{ code, message: reason }] : [], reason };
}

function unknown(reason: string): Answer<never> {
  return { is: "unknown", errors: [], reason };
}

function garbled<T>(answer: Answer<T>, { isGarbled }: Fate): Answer<T> {
  if (answer.is !== "ok" || !isGarbled) return answer;
  const value = { ...answer.value, signedInvoice: "not what the portal signed" } as T & Partial<SignedDocument>;
  return { is: "ok", value };
}

function wordsFor(answer: Answer<unknown>): string {
  return answer.is === "ok" ? "ok" : `${answer.is} ${answer.errors.map(({ code }) => code).join(" ")}`;
}

function taxpayer(gstin: string): Taxpayer {
  const name = "Example Buyer LLP";
  return {
    gstin,
    legalName: name,
    tradeName: name,
    type: "REG",
    status: "ACT",
    ewayBillBlocked: false,
    stateCode: "27",
    address: "1 Example Road",
  };
}
