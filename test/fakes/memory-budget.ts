import { type Budget, levelOf } from "../../shared/budget/budget.ts";
import {
  advanced,
  callFreeAt,
  callStep,
  dateOf,
  heldUntil,
  micros,
  queueStep,
  stepNow,
} from "../../shared/budget/gcra.ts";
import type { Policies } from "../../shared/budget/policy.ts";

/** The numbers of each GSTIN, in microseconds; `queuedAt` is when the queue got its last slot. */
export type BudgetRows = Map<string, { readonly tat?: number; readonly queueTat?: number; readonly queuedAt?: number }>;

export function memoryBudget(policies: Policies, rows: BudgetRows = new Map()): Budget {
  return {
    async take(gstin, flow, now) {
      const policy = await policies.of(gstin);
      const { tat = 0, queuedAt = 0, ...rest } = rows.get(gstin) ?? {};
      const at = micros(now);
      const next = advanced(stepNow(policy, flow, queuedAt, at), tat, at);
      if (next === undefined) return { retryAt: dateOf(callFreeAt(policy, flow, tat, queuedAt, at)) };
      rows.set(gstin, { ...rest, tat: next, queuedAt: flow === "queued" ? at : queuedAt });
      return "taken";
    },

    async holdUntil(gstin, until) {
      const held = heldUntil(callStep(await policies.of(gstin), "direct"), micros(until));
      const { tat = 0, ...rest } = rows.get(gstin) ?? {};
      rows.set(gstin, { ...rest, tat: Math.max(tat, held) });
    },

    async queue(gstin, now, most) {
      const step = queueStep(await policies.of(gstin), most);
      const { queueTat = 0, ...rest } = rows.get(gstin) ?? {};
      const next = advanced(step, queueTat, micros(now));
      if (next === undefined) return "full";
      rows.set(gstin, { ...rest, queueTat: next });
      return { startsAt: dateOf(next - step.interval) };
    },

    level: async (gstin, now) => levelOf(await policies.of(gstin), rows.get(gstin) ?? {}, now),
  };
}
