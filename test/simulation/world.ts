import { fifoQueue } from "../../infra/local/engines/fifo-queue.ts";
import type { MessageQueue } from "../../infra/local/engines/message-queue.ts";
import type { AuditLog } from "../../shared/audit/audit-log.ts";
import type { Budget } from "../../shared/budget/budget.ts";
import { type Flow, flows } from "../../shared/budget/flow.ts";
import type { Policy } from "../../shared/budget/policy.ts";
import type { EventKey, EventRecord } from "../../shared/event/event.ts";
import type { Bus } from "../../shared/event/event-log.ts";
import type { Circuits } from "../../shared/irp/circuits.ts";
import type { AdmitDeps } from "../../shared/request/admit.ts";
import type { WorkDeps as AllWorkDeps } from "../../shared/request/job.ts";
import type { Queue, QueueMessage } from "../../shared/request/queue.ts";
import type { DeliveryMessage } from "../../shared/webhook/delivery-queue.ts";
import type { FanOutDeps } from "../../shared/webhook/fan-out.ts";
import type { SweepDeliveriesDeps } from "../../shared/webhook/sweep-deliveries.ts";
import { type AuditRows, memoryAuditLog } from "../fakes/memory-audit-log.ts";
import { memoryBudget } from "../fakes/memory-budget.ts";
import { memoryCircuits } from "../fakes/memory-circuits.ts";
import { eventKey } from "../fakes/memory-event-log.ts";
import { type MemoryStores, memoryStores } from "../fakes/memory-stores.ts";
import type { CallerPlan, HttpCall } from "./callers.ts";
import type { ChangeAsk } from "./change-calls.ts";
import { type Counts, noCounts } from "./counts.ts";
import type { DeliverWorkDeps } from "./delivery-workers.ts";
import { type Government, type GovernmentPlan, newGovernment } from "./government.ts";
import { type Instance, newInstance } from "./instance.ts";
import { type CallAnswer, newWatch, type Watch } from "./invariants.ts";
import { irpModel } from "./irp-model.ts";
import { receiverModel } from "./receivers.ts";
import { newScheduler, type Scheduler } from "./scheduler.ts";
import type { Weather } from "./weather.ts";
import { newWebhooks, type WebhookPlan, type WebhookSabotage, type Webhooks } from "./webhooks.ts";

export const START_MS = Date.parse("2026-08-18T09:00:00.000Z");

/** Everything that is settled before a run begins; with the same setting a run is the same run. */
export interface Setting {
  readonly callers: readonly CallerPlan[];
  readonly government: GovernmentPlan;
  /** Circuits that other GSTINs' calls open. */
  readonly circuits: readonly { readonly atMs: number; readonly subject: string; readonly forMs: number }[];
  readonly workers: Readonly<Record<Flow, number>>;
  /** The upstream's limit. */
  readonly policy: Policy;
  readonly webhooks: WebhookPlan;
  /** Made anew for each run: it may hold dice. */
  readonly weather: (nowMs: () => number) => Weather;
  /** From then on nothing goes wrong any more, and everything must end. */
  readonly calmFromMs: number;
}

/** What a worker is given. */
export type WorkDeps = AllWorkDeps & AdmitDeps;

/** One safeguard taken away. */
export interface Sabotage {
  readonly stores?: (stores: MemoryStores, world: () => World) => MemoryStores;
  readonly work?: (deps: WorkDeps, instance: Instance) => WorkDeps;
  readonly deduplicationId?: (message: QueueMessage) => string;
  readonly webhooks?: WebhookSabotage;
  readonly fanOut?: (deps: FanOutDeps) => FanOutDeps;
  readonly deliver?: (deps: DeliverWorkDeps, message: DeliveryMessage) => DeliverWorkDeps;
  readonly sweepDeliveries?: (deps: SweepDeliveriesDeps) => SweepDeliveriesDeps;
  /** What the caller is told instead. */
  readonly answer?: (answer: CallAnswer) => CallAnswer;
}

export interface World {
  readonly setting: Setting;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly counts: Counts;
  readonly stores: MemoryStores;
  readonly queues: Readonly<Record<Flow, MessageQueue>>;
  readonly queue: Queue;
  readonly bus: Bus;
  readonly circuits: Circuits;
  readonly budget: Budget;
  readonly audit: AuditLog;
  readonly government: Government;
  readonly irpFor: ReturnType<typeof irpModel>;
  readonly webhooks: Webhooks;
  readonly receiverFor: ReturnType<typeof receiverModel>;
  readonly watch: Watch;
  readonly sabotage: Sabotage;
  readonly trace: Trace;
  /** Calls by the key and the payload of each, the last of its kind. */
  readonly sent: Map<string, HttpCall>;
  /** Which e-way bill a caller is about. */
  readonly numbers: Map<ChangeAsk, string>;
  readonly steps: () => number;
  /** Of each step so far, whether it may write, and when it began. */
  readonly writes: readonly boolean[];
  readonly times: readonly number[];
  instance(kind: string): Instance;
  newId(): string;
  /** What to do when a queue has something, or the bus hands over an event. */
  readonly on: { message: (flow: Flow) => void; event: (event: EventKey) => void };
}

/** What happened, as one number; and as text, if somebody wants to read it. */
export interface Trace {
  readonly lines: readonly string[];
  hash(): string;
  tell(text: string): void;
}

/** A slot counts from the moment in which it is taken, whether its taker learns of it or not. */
function watchedBudget(budget: Budget, taken: () => void): Budget {
  return {
    ...budget,
    async take(...args) {
      const slot = await budget.take(...args);
      if (slot === "taken") taken();
      return slot;
    },
  };
}

export function newWorld(setting: Setting, sabotage: Sabotage = {}, isRead = false): World {
  const scheduler = newScheduler();
  const { nowMs } = scheduler;
  const weather = setting.weather(nowMs);
  const counts = noCounts();
  const trace = newTrace(nowMs, isRead);
  const plain = memoryStores();
  const stores = sabotage.stores?.(plain, () => world) ?? plain;
  const queues = { direct: newQueue("direct", nowMs), queued: newQueue("queued", nowMs) };
  const government = newGovernment({
    plan: setting.government,
    nowMs,
    startMs: START_MS,
    lagMs: weather.lagMs,
    committed: (registered) => {
      trace.tell(`${registered.at} registers ${registered.irn.slice(0, 6)} for ${registered.by ?? "somebody else"}`);
      world.watch.committed(registered);
    },
    changed: (made) => {
      trace.tell(`${made.op} of ${made.irn.slice(0, 6)} ${made.ewbNo ?? ""} for ${made.by ?? "somebody else"}`);
      world.watch.changes.committed(made);
    },
  });
  const records: AuditRows = new Map();
  const webhooks = newWebhooks(setting.webhooks, nowMs, START_MS, sabotage.webhooks);
  const watch = newWatch({
    webhooks,
    rows: plain.rows,
    nowMs,
    startMs: START_MS,
    registered: () => government.registered,
    bills: () => government.changes.bills,
    records,
    mayStayUnknown: setting.government.dead.some(({ fromMs, toMs }) => toMs - fromMs > 3 * 24 * 60 * 60 * 1000),
    queued: () => flows.reduce((sum, flow) => sum + left(queues[flow]), 0),
    tell: trace.tell,
    counts,
  });
  const writes: boolean[] = [];
  const times: number[] = [];
  let ids = 0;

  const world: World = {
    setting,
    scheduler,
    weather,
    counts,
    stores,
    queues,
    queue: queuePort(queues, sabotage, () => world),
    bus: busPort(() => world),
    budget: watchedBudget(memoryBudget({ of: async () => setting.policy }), () => watch.slot()),
    audit: memoryAuditLog(records),
    circuits: memoryCircuits(() => new Date(START_MS + nowMs())),
    government,
    irpFor: irpModel({
      ...{ scheduler, government, weather, counts, tell: trace.tell },
      called: (sent) => watch.called(sent),
      heard: (sent, answer) => watch.changes.heard(sent, answer),
    }),
    webhooks,
    receiverFor: receiverModel({
      ...{ plan: setting.webhooks, scheduler, weather, counts, tell: trace.tell },
      posted: (post) => watch.deliveries.posted(post),
    }),
    watch,
    sabotage,
    trace,
    sent: new Map(),
    numbers: new Map(),
    steps: () => writes.length,
    writes,
    times,
    newId: () => `${++ids}`,
    instance(kind) {
      return newInstance(`${kind}${++ids}`, {
        scheduler,
        startMs: START_MS,
        skewMs: weather.skewMs(),
        plan: (step) => {
          const n = writes.push(step.isWrite);
          times.push(nowMs());
          const plan = weather.step({ ...step, n });
          trace.tell(`#${n} ${step.instance} ${step.label}${plan.fault === "none" ? "" : ` (${plan.fault})`}`);
          return plan;
        },
        observe: (effect, run) => {
          const result = watch.observe(effect, run);
          if (isRead) void result.then((value) => trace.tell(`  ${effect.label}: ${shortly(value)}`)).catch(() => {});
          return result;
        },
        tell: trace.tell,
        counts,
      });
    },
    on: { message: () => {}, event: () => {} },
  };
  return world;
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

function left(queue: MessageQueue): number {
  const { visible, notVisible, delayed } = queue.counts();
  return visible + notVisible + delayed;
}

/** SQS as the adapter uses it. A message that is swallowed although nothing of the kind was sent before wakes nobody. */
function queuePort(queues: World["queues"], { deduplicationId }: Sabotage, world: () => World): Queue {
  const sent = new Set<string>();
  return {
    async send(flow, group, message) {
      const own = `${message.rid}#${message.attempt}`;
      const body = JSON.stringify(message);
      const before = left(queues[flow]);
      queues[flow].send({ body, groupId: group, deduplicationId: deduplicationId?.(message) ?? own });
      if (!sent.has(`${flow} ${own}`) && left(queues[flow]) === before) world().watch.swallowed(own);
      sent.add(`${flow} ${own}`);
      world().on.message(flow);
    },
    async handBack(flow, receipt, until, now) {
      const seconds = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1000));
      if (queues[flow].changeVisibility(receipt, seconds) !== "changed")
        throw new Error("the receipt is worth nothing");
      world().on.message(flow);
    },
  };
}

function busPort(world: () => World): Bus {
  return {
    async publish(event: EventRecord) {
      const { watch, weather, scheduler, stores, on } = world();
      watch.published(stores.rows.events.get(eventKey(event)), event.id);
      for (const ms of weather.deliveries()) scheduler.after(ms, () => on.event(event));
    },
  };
}

function newTrace(nowMs: () => number, isRead: boolean): Trace {
  const lines: string[] = [];
  let hash = 0x811c9dc5;
  return {
    lines,
    hash: () => (hash >>> 0).toString(16),
    // FNV-1a.
    tell(text) {
      if (isRead) lines.push(`${(nowMs() / 1000).toFixed(3).padStart(10)} ${text}`);
      else for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    },
  };
}

function shortly(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 400);
}
