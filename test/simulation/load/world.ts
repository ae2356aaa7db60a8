import { fifoQueue } from "../../../infra/local/engines/fifo-queue.ts";
import type { MessageQueue } from "../../../infra/local/engines/message-queue.ts";
import type { Budget } from "../../../shared/budget/budget.ts";
import type { Flow } from "../../../shared/budget/flow.ts";
import { type Policy, type PolicyStore, policiesOf } from "../../../shared/budget/policy.ts";
import type { Bus } from "../../../shared/event/event-log.ts";
import type { Circuits } from "../../../shared/irp/circuits.ts";
import type { IrpCall } from "../../../shared/irp/irp.ts";
import type { AdmitDeps } from "../../../shared/request/admit.ts";
import type { WorkDeps } from "../../../shared/request/job.ts";
import type { Queue } from "../../../shared/request/queue.ts";
import type { SweepDeps } from "../../../shared/request/sweep.ts";
import { type BudgetRows, memoryBudget } from "../../fakes/memory-budget.ts";
import { memoryCircuits } from "../../fakes/memory-circuits.ts";
import { memoryPolicyStore } from "../../fakes/memory-policy-store.ts";
import { type MemoryStores, memoryStores } from "../../fakes/memory-stores.ts";
import { noCounts } from "../counts.ts";
import { type Dice, seededDice } from "../dice.ts";
import { newGovernment, quietGovernment } from "../government.ts";
import { type Effect, type Instance, newInstance } from "../instance.ts";
import { irpModel } from "../irp-model.ts";
import { newScheduler, type Scheduler } from "../scheduler.ts";
import type { Weather } from "../weather.ts";
import { START_MS } from "../world.ts";
import type { LoadPlan } from "./plan.ts";
import { type LoadWatch, newLoadWatch } from "./watch.ts";
import { loadWeather } from "./weather.ts";

export type WorkerDeps = WorkDeps & AdmitDeps & { readonly queue: Pick<Queue, "handBack"> };

/** One safeguard of the budget taken away. */
export interface LoadSabotage {
  /** The budget as an instance has it; `own` is one whose numbers nobody shares. */
  readonly budget?: (budget: Budget, own: Budget) => Budget;
  readonly work?: (deps: WorkerDeps) => WorkerDeps;
  readonly sweep?: (deps: SweepDeps) => SweepDeps;
}

export interface LoadWorld {
  readonly plan: LoadPlan;
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly stores: MemoryStores;
  readonly queues: Readonly<Record<Flow, MessageQueue>>;
  readonly queue: Queue;
  readonly bus: Bus;
  readonly circuits: Circuits;
  readonly policies: PolicyStore;
  readonly irpFor: ReturnType<typeof irpModel>;
  readonly watch: LoadWatch;
  readonly sabotage: LoadSabotage;
  readonly crashes: () => number;
  instance(kind: string): Instance;
  /** The budget as this instance sees it: the numbers are shared, the memory of policies and the clock are its own. */
  budgetFor(instance: Instance): Budget;
  newId(): string;
  /** What to do when a queue has something. */
  readonly on: { message: (flow: Flow) => void };
}

export function newLoadWorld(plan: LoadPlan, sabotage: LoadSabotage = {}): LoadWorld {
  const scheduler = newScheduler();
  const { nowMs } = scheduler;
  const dice = seededDice(plan.seed);
  const weather = loadWeather(plan, seededDice(plan.seed ^ 0x5eed), nowMs);
  const counts = noCounts();
  const tell = () => {};
  const stores = memoryStores();
  const queues = { direct: newQueue("direct", nowMs), queued: newQueue("queued", nowMs) };
  const policies = memoryPolicyStore();
  const watch = newLoadWatch({ plan, rows: stores.rows, nowMs });
  const numbers: BudgetRows = new Map();
  const government = newGovernment({
    plan: quietGovernment,
    nowMs,
    startMs: START_MS,
    lagMs: weather.lagMs,
    committed: ({ irn }) => watch.registered(irn),
    changed: () => {},
  });
  const told = { called: ({ call }: { readonly call: IrpCall }) => watch.called(call.gstin), heard: () => {} };
  let ids = 0;

  function observe({ label, args: [first] }: Effect, run: () => Promise<unknown>): Promise<unknown> {
    const result = run();
    if (label === "requests.accept") watch.accepted(first as string);
    if (label === "requests.finish") watch.ended(first as string);
    if (label === "documents.refuse") watch.ended((first as { readonly rid: string }).rid);
    return result;
  }

  const world: LoadWorld = {
    ...{ plan, dice, scheduler, weather, stores, queues, policies, watch, sabotage },
    queue: queuePort(queues, () => world),
    bus: busPort(() => world),
    circuits: memoryCircuits(() => new Date(START_MS + nowMs())),
    irpFor: irpModel({ scheduler, government, weather, counts, tell, ...told }),
    crashes: () => counts.crashes,
    newId: () => `${++ids}`,
    instance(kind) {
      return newInstance(`${kind}${++ids}`, {
        ...{ scheduler, startMs: START_MS, skewMs: weather.skewMs(), observe, tell, counts },
        plan: (step) => weather.step({ ...step, n: 0 }),
      });
    },
    budgetFor({ now }) {
      const read = policiesOf(policies, plan.policy, now);
      const shared = memoryBudget(read, numbers);
      return watchedBudget(sabotage.budget?.(shared, memoryBudget(read)) ?? shared, watch);
    },
    on: { message: () => {} },
  };
  return world;
}

/** A slot counts from the moment in which it is taken, whether its taker learns of it or not. */
function watchedBudget(budget: Budget, watch: LoadWatch): Budget {
  return {
    ...budget,
    async take(gstin, flow, now, place) {
      const slot = await budget.take(gstin, flow, now, place);
      if (slot === "taken") watch.slot(gstin, flow);
      else if (flow === "direct") watch.refused(gstin);
      return slot;
    },
  };
}

function newQueue(flow: Flow, now: () => number): MessageQueue {
  let ids = 0;
  const settings = { visibilityTimeoutSeconds: 60, deduplicationScope: "messageGroup", maxReceiveCount: 1000 } as const;
  return fifoQueue({
    settings: { ...settings, retentionSeconds: 14 * 24 * 3600 },
    now,
    newId: () => `${flow}${++ids}`,
  });
}

/** The GSTIN of a FIFO group, whatever its lane. */
export function gstinOfGroup(group: string): string {
  return group.slice(0, 15);
}

function queuePort(queues: LoadWorld["queues"], world: () => LoadWorld): Queue {
  const known = new Set<string>();
  return {
    async send(flow, group, message) {
      const deduplicationId = `${message.rid}#${message.attempt}`;
      const { messageId } = queues[flow].send({ body: JSON.stringify(message), groupId: group, deduplicationId });
      // A repeat has the id of the message that it repeats.
      if (!known.has(messageId)) world().watch.sent(gstinOfGroup(group), flow);
      known.add(messageId);
      world().on.message(flow);
    },
    async handBack(flow, receipt, until, now) {
      const seconds = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1000));
      if (queues[flow].changeVisibility(receipt, seconds) !== "changed")
        throw new Error("the receipt is worth nothing");
      world().watch.handedBack();
      world().on.message(flow);
    },
  };
}

function busPort(world: () => LoadWorld): Bus {
  return {
    async publish(event) {
      const { weather, scheduler, stores } = world();
      for (const ms of weather.deliveries()) scheduler.after(ms, () => void stores.events.dispatched(event));
    },
  };
}

export function policyChange(world: LoadWorld, gstins: readonly string[], policy: Policy): void {
  const { watch, scheduler, policies } = world;
  for (const gstin of gstins) void policies.save(gstin, policy);
  scheduler.after(watch.settleMs, watch.changed(policy));
}
