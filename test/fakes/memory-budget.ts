import { type Budget, levelOf } from "../../shared/budget/budget.ts";
import { advanced, callStep, dateOf, freeAt, heldUntil, micros, queueStep } from "../../shared/budget/gcra.ts";
import type { Policies } from "../../shared/budget/policy.ts";

/** The two numbers of each GSTIN, in microseconds. */
export type BudgetRows = Map<string, { readonly tat?: number; readonly queueTat?: number }>;

export function memoryBudget(policies: Policies, rows: BudgetRows = new Map()): Budget {
  return {
    async take(gstin, flow, now) {
      const step = callStep(await policies.of(gstin), flow);
      const { tat = 0, ...rest } = rows.get(gstin) ?? {};
      const next = advanced(step, tat, micros(now));
      if (next === undefined) return { retryAt: dateOf(freeAt(step, tat, micros(now))) };
      rows.set(gstin, { ...rest, tat: next });
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
