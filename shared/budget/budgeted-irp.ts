import { pauseSeconds } from "../irp/codes.ts";
import { TOO_MANY } from "../irp/evidence.ts";
import type { Answer, Irp, IrpCall } from "../irp/irp.ts";
import type { Budget, Slot } from "./budget.ts";

export interface BudgetedDeps {
  readonly irp: Irp;
  readonly budget: Pick<Budget, "take" | "holdUntil">;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

type QuotaAnswer = Extract<Answer<never>, { is: "not-sent" }> & { readonly retryAt: Date };
/** Where the budget cannot be read, nothing is sent: the upstream's limit is hard. */
const NO_BUDGET = {};
/** A slot less than this away is awaited in place. */
const AWAITED_MS = 1_000;
/**
 * An Irp each of whose calls takes a slot of the GSTIN's budget first, look-ups too; a call that was admitted has one
 * already. Without a slot nothing is sent, and without a budget that answers neither. The upstream's own quota answers hold
 * everybody back.
 */
export function budgetedIrp({ irp, ...deps }: BudgetedDeps): Irp {
  async function within<T>(call: IrpCall, send: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const slot = call.isAdmitted ? "taken" : await slotSoon(deps, call.gstin).catch(() => NO_BUDGET);
    if (slot !== "taken") return { is: "not-sent", errors: [], reason: "no slot of the GSTIN's budget", ...slot };
    const answer = await send();
    // The answer stands, whatever becomes of what it taught.
    if (isQuotaUsedUp(answer)) await deps.budget.holdUntil(call.gstin, answer.retryAt).catch(() => undefined);
    return answer;
  }

  return {
    generate: (call, invoice) => within(call, () => irp.generate(call, invoice)),
    byIrn: (call, irn) => within(call, () => irp.byIrn(call, irn)),
    byDocument: (call, number) => within(call, () => irp.byDocument(call, number)),
    cancel: (call, irn, cancellation) => within(call, () => irp.cancel(call, irn, cancellation)),
    rejected: (call, date) => within(call, () => irp.rejected(call, date)),
    makeEwayBill: (call, irn, request) => within(call, () => irp.makeEwayBill(call, irn, request)),
    ewayBillOf: (call, irn) => within(call, () => irp.ewayBillOf(call, irn)),
    cancelEwayBill: (call, ewbNo, cancellation) => within(call, () => irp.cancelEwayBill(call, ewbNo, cancellation)),
    taxpayer: (call, gstin) => within(call, () => irp.taxpayer(call, gstin)),
    syncTaxpayer: (call, gstin) => within(call, () => irp.syncTaxpayer(call, gstin)),
  };
}

function isQuotaUsedUp(answer: Answer<unknown>): answer is QuotaAnswer {
  if (answer.is !== "not-sent" || !answer.retryAt) return false;
  return answer.reason === TOO_MANY || pauseSeconds(answer.errors) > 0;
}

/** A slot of the queued flow, awaited if it comes soon. The direct flow's share is taken at admission alone. */
export async function slotSoon(deps: Omit<BudgetedDeps, "irp">, gstin: string, place?: number): Promise<Slot> {
  const slot = await deps.budget.take(gstin, "queued", deps.now(), place);
  const waitMs = slot === "taken" ? 0 : slot.retryAt.getTime() - deps.now().getTime();
  if (slot === "taken" || waitMs >= AWAITED_MS) return slot;
  await deps.sleep(Math.max(1, waitMs));
  return deps.budget.take(gstin, "queued", deps.now(), place);
}
