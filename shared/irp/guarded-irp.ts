import { cachedCircuits } from "./cached-circuits.ts";
import type { Circuits, OpenCircuit, PortalChoice } from "./circuits.ts";
import { pauseSeconds } from "./codes.ts";
import { spendError } from "./error-budget.ts";
import { codesOf, evidenceOf, foundNothing, TOO_MANY } from "./evidence.ts";
import type { Answer, Irp, IrpCall } from "./irp.ts";
import { portalBreaker } from "./portal-breaker.ts";
import { callersCircuit, firstClosed } from "./portal-choice.ts";
import { suspensions, TOO_MANY_PAUSE_MS } from "./portal-limits.ts";

export interface GuardDeps {
  readonly irp: Irp;
  readonly circuits: Circuits;
  /** Names, the preferred first. All of them answer for each other's documents when `via` is set. */
  readonly portals: readonly string[];
  readonly now: () => Date;
}

/**
 * Where a call may go when its portal's circuit is open. `pinned`: nowhere else. `look-up` and `change`: to the holder's
 * stand-in. `any`: to any portal. `elsewhere`: nowhere else, and it shows nothing of its portal, because the e-way bill
 * system answers it. A `via` that the caller chose is left alone.
 */
type Route = "pinned" | "look-up" | "change" | "any" | "elsewhere";

/**
 * An Irp that does not call whom it knows to be down, suspended or out of error budget, and learns from each answer.
 * What it holds back is `not-sent` with the time to try again. Circuits and counts that cannot be stored or read change
 * no answer: the guard saves work and NIC's patience, and nothing depends on it.
 */
export function guardedIrp({ irp, portals, now, ...deps }: GuardDeps): Irp & PortalChoice {
  const circuits = cachedCircuits(deps.circuits, now);
  const breaker = portalBreaker(circuits, now);

  async function routed(route: Route, call: IrpCall): Promise<IrpCall | OpenCircuit> {
    const asked = call.via ?? call.portal;
    const mayMove = route !== "pinned" && route !== "elsewhere" && call.via === undefined;
    const others = mayMove ? portals.filter((portal) => portal !== asked) : [];
    const found =
      (await callersCircuit(circuits.find, call.gstin)) ?? (await firstClosed(breaker.find, [asked, ...others]));
    if ("openUntil" in found) return found;
    if (found.portal === asked) return call;
    return route === "any" ? { ...call, portal: found.portal } : { ...call, via: found.portal };
  }

  async function guarded<T>(
    route: Route,
    call: IrpCall,
    send: (call: IrpCall) => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    const to = await routed(route, call);
    if ("openUntil" in to) return { is: "not-sent", errors: [], reason: to.reason, retryAt: to.openUntil };
    const sentAt = now();
    const answer = await send(to);
    await learn(to, answer, route === "elsewhere" ? undefined : sentAt);
    const isStandIn = route === "look-up" && to !== call;
    return withRetryAt(isStandIn ? withoutAbsence(answer) : answer, now());
  }

  async function learn(to: IrpCall, answer: Answer<unknown>, sentAt: Date | undefined): Promise<void> {
    const reason = answer.is === "unknown" || answer.is === "not-sent" ? answer.reason : "";
    const seen = { portal: to.via ?? to.portal, evidence: evidenceOf(answer), reason };
    const noted = sentAt ? [breaker.note({ ...seen, sentAt })] : [];
    // allSettled: the answer stands, whatever becomes of what it taught.
    await Promise.allSettled([...noted, ...suspend(to.gstin, answer), spend(to.gstin, answer)]);
  }

  function suspend(gstin: string, answer: Answer<unknown>): Promise<void>[] {
    return codesOf(answer).flatMap((code) => {
      const suspension = suspensions.get(code);
      if (!suspension) return [];
      const subject = suspension.subject === "gstin" ? `gstin#${gstin}` : suspension.subject;
      const openUntil = new Date(now().getTime() + suspension.ms);
      return [circuits.open(subject, { openUntil, reason: `suspended by the portal: ${code}` })];
    });
  }

  /**
   * NIC does not say whether "there is none" is an error in its count. It is not in ours: settling an unknown outcome
   * asks for absence many times, and must not pause a GSTIN for being careful. The budget is far enough below NIC's.
   */
  async function spend(gstin: string, answer: Answer<unknown>): Promise<void> {
    if (codesOf(answer).length > 0 && !foundNothing(answer)) await spendError(circuits, gstin, now());
  }

  return {
    generate: (call, invoice) => guarded("pinned", call, (to) => irp.generate(to, invoice)),
    byIrn: (call, irn) => guarded("look-up", call, (to) => irp.byIrn(to, irn)),
    byDocument: (call, number) => guarded("look-up", call, (to) => irp.byDocument(to, number)),
    cancel: (call, irn, cancellation) => guarded("change", call, (to) => irp.cancel(to, irn, cancellation)),
    rejected: (call, date) => guarded("pinned", call, (to) => irp.rejected(to, date)),
    makeEwayBill: (call, irn, request) => guarded("change", call, (to) => irp.makeEwayBill(to, irn, request)),
    ewayBillOf: (call, irn) => guarded("look-up", call, (to) => irp.ewayBillOf(to, irn)),
    cancelEwayBill: (call, ewbNo, cancellation) =>
      guarded("elsewhere", call, (to) => irp.cancelEwayBill(to, ewbNo, cancellation)),
    taxpayer: (call, gstin) => guarded("any", call, (to) => irp.taxpayer(to, gstin)),
    syncTaxpayer: (call, gstin) => guarded("any", call, (to) => irp.syncTaxpayer(to, gstin)),
    choose: async (gstin) => (await callersCircuit(circuits.find, gstin)) ?? firstClosed(breaker.find, portals),
  };
}

/** A stand-in that finds a document has found it. One that finds none may only be behind the holder, which was not asked. */
function withoutAbsence<T>(answer: Answer<T>): Answer<T> {
  if (answer.is !== "refused" || !foundNothing(answer)) return answer;
  return { is: "unknown", errors: answer.errors, reason: "the portal that holds it could not be asked" };
}

/** The portals do not say when a quota has room again. */
function withRetryAt<T>(answer: Answer<T>, at: Date): Answer<T> {
  if (answer.is !== "not-sent" || answer.retryAt) return answer;
  const suspendedMs = codesOf(answer).map((code) => suspensions.get(code)?.ms ?? 0);
  const tooManyMs = answer.reason === TOO_MANY ? TOO_MANY_PAUSE_MS : 0;
  const pauseMs = Math.max(...suspendedMs, tooManyMs, pauseSeconds(answer.errors) * 1_000);
  return pauseMs > 0 ? { ...answer, retryAt: new Date(at.getTime() + pauseMs) } : answer;
}
