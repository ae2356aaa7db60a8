import { type Budget, lastPlaceOf, levelOf } from "../../shared/budget/budget.ts";
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
import type { LineNumbers } from "../../shared/budget/line.ts";
import type { Policies } from "../../shared/budget/policy.ts";

/** The numbers of each GSTIN, in microseconds; `queuedAt` is when the queue got its last slot. */
export type BudgetRows = Map<string, LineNumbers & { readonly queuedAt?: number }>;

export function memoryBudget(policies: Policies, rows: BudgetRows = new Map()): Budget {
  return {
    async take(gstin, flow, now, place = 0) {
      const policy = await policies.of(gstin);
      const { tat = 0, queuedAt = 0, ...rest } = rows.get(gstin) ?? {};
      const at = micros(now);
      const next = advanced(stepNow(policy, flow, queuedAt, at), tat, at);
      if (next === undefined) return { retryAt: dateOf(callFreeAt(policy, flow, tat, queuedAt, at)) };
      const admitted = place > (rest.admitted ?? 0) ? { admitted: place, admittedAt: at } : {};
      rows.set(gstin, { ...rest, tat: next, queuedAt: flow === "queued" ? at : queuedAt, ...admitted });
      return "taken";
    },

    async holdUntil(gstin, until) {
      const held = heldUntil(callStep(await policies.of(gstin), "direct"), micros(until));
      const { tat = 0, ...rest } = rows.get(gstin) ?? {};
      rows.set(gstin, { ...rest, tat: Math.max(tat, held) });
    },

    async queue(gstin, now, most) {
      const policy = await policies.of(gstin);
      const { queueTat = 0, placed = 0, ...rest } = rows.get(gstin) ?? {};
      const next = advanced(queueStep(policy, most), queueTat, micros(now));
      if (next === undefined) return "full";
      const numbers = { ...rest, queueTat: next, placed: placed + 1 };
      rows.set(gstin, numbers);
      return lastPlaceOf(policy, numbers, now);
    },

    level: async (gstin, now) => levelOf(await policies.of(gstin), rows.get(gstin) ?? {}, now),
  };
}
