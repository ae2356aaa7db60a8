import type { Irp } from "../../../shared/irp/irp.ts";
import type { LoadSabotage, WorkerDeps } from "./world.ts";

const MINUTE_MS = 60_000;

/**
 * The safeguards of the shared budget, each taken away alone by standing between the product and its ports; no product code
 * is touched.
 */
export const loadSabotages = {
  /** The queue may use the direct calls' reserve too. */
  queuedTolerance: {
    budget: (budget) => ({ ...budget, take: (gstin, _, now, place) => budget.take(gstin, "direct", now, place) }),
  },

  /** A slot pays for a request, not for a call: look-ups are free. */
  slotsOfLookUps: {
    work: (deps) =>
      withIrp(deps, {
        byIrn: (call, irn) => deps.irp.byIrn({ ...call, isAdmitted: true }, irn),
        byDocument: (call, number) => deps.irp.byDocument({ ...call, isAdmitted: true }, number),
      }),
  },

  /** Each instance has a budget of its own. */
  sharedBudget: { budget: (_, own) => own },

  /** The limit is one for all GSTINs of a portal. */
  budgetByGstin: {
    budget: (budget) => ({ ...budget, take: (_, flow, now, place) => budget.take("NIC1", flow, now, place) }),
  },

  /** A budget that cannot be asked allows. */
  failsClosed: {
    work: (deps) => ({
      ...deps,
      budget: { ...deps.budget, take: (...args) => deps.budget.take(...args).catch(() => "taken" as const) },
    }),
  },

  /** Clocks are minutes apart, and nobody sees to it. */
  clocks: {
    budget: (budget) => ({
      ...budget,
      // The queue's workers are ahead of whoever takes direct calls.
      take: (gstin, flow, now, place) =>
        budget.take(gstin, flow, flow === "queued" ? new Date(now.getTime() + MINUTE_MS) : now, place),
    }),
  },

  /** Nobody brings what waits in the table into the queue. */
  refill: { sweep: (deps) => ({ ...deps, requests: { ...deps.requests, due: async () => [] } }) },

  /** All that is accepted is sent at once. */
  windowAtAcceptance: {
    budget: (budget) => ({
      ...budget,
      async queue(gstin, now, most) {
        const place = await budget.queue(gstin, now, most);
        return place === "full" ? place : { ...place, startsAt: now };
      },
    }),
  },

  /** What has no slot yet is given back for its visibility time-out, not for its turn. */
  handBack: { work: (deps) => ({ ...deps, queue: { handBack: async () => undefined } }) },

  /** Only the first of a group is handed back, and not the rest that came with it. */
  handBackOfTheRest: {
    work: (deps) => {
      let last = 0;
      return {
        ...deps,
        queue: {
          async handBack(flow, receipt, until, now) {
            if (now.getTime() === last) return;
            last = now.getTime();
            await deps.queue.handBack(flow, receipt, until, now);
          },
        },
      };
    },
  },

  /** What has no slot yet comes again at once. */
  turn: {
    work: (deps) => ({
      ...deps,
      queue: { handBack: (flow, receipt, _, now) => deps.queue.handBack(flow, receipt, now, now) },
    }),
  },

  /** Direct calls may use all there is. */
  queueShare: {
    budget: (budget) => ({
      ...budget,
      async take(gstin, flow, now, place) {
        const { remaining, policy } = await budget.level(gstin, now);
        if (flow === "queued" && remaining <= policy.reserve) return { retryAt: new Date(now.getTime() + 1_000) };
        return budget.take(gstin, flow, now, place);
      },
    }),
  },

  /** The sweeper sends whatever is due, whether there is room for it or not. */
  roomInTheQueue: {
    sweep: (deps) => ({
      ...deps,
      budget: {
        async level(gstin, now) {
          const level = await deps.budget.level(gstin, now);
          return { ...level, policy: { ...level.policy, calls: 100 * level.policy.calls } };
        },
      },
    }),
  },

  /** What is in the queue and waits for its turn is sent again when it is due. */
  waitingItsTurn: {
    sweep: (deps) => ({
      ...deps,
      budget: {
        async level(gstin, now) {
          const level = await deps.budget.level(gstin, now);
          return { ...level, line: { ...level.line, isUntouched: true } };
        },
      },
    }),
  },

  /** Nobody notes how far the queue is. */
  furthestPlace: { budget: (budget) => ({ ...budget, take: (gstin, flow, now) => budget.take(gstin, flow, now) }) },

  /** What waits in the table comes when it should have by the limit of its acceptance. */
  lookAhead: {
    sweep: (deps) => ({
      ...deps,
      requests: {
        ...deps.requests,
        due: (at, limit) => deps.requests.due(at > deps.now() ? deps.now() : at, limit),
      },
    }),
  },
} as const satisfies Record<string, LoadSabotage>;

function withIrp(deps: WorkerDeps, changed: Partial<Pick<Irp, "byIrn" | "byDocument">>): WorkerDeps {
  return { ...deps, irp: { ...deps.irp, ...changed } };
}
