import type { ReceivedMessage } from "../../infra/local/engines/message-queue.ts";
import { auditTo } from "../../shared/audit/audit-log.ts";
import { type Journal, journalOf } from "../../shared/audit/journal.ts";
import { budgetedIrp } from "../../shared/budget/budgeted-irp.ts";
import type { Flow } from "../../shared/budget/flow.ts";
import { patientBudget } from "../../shared/budget/patient-budget.ts";
import { guardedIrp } from "../../shared/irp/guarded-irp.ts";
import type { Irp } from "../../shared/irp/irp.ts";
import { admit, type Delivery } from "../../shared/request/admit.ts";
import type { Verdict } from "../../shared/request/job.ts";
import { QueueMessage } from "../../shared/request/queue.ts";
import { work } from "../../shared/request/work.ts";
import { portals, verifySigned } from "./government.ts";
import type { Instance } from "./instance.ts";
import { CALL_TIMEOUT_MS, LOOK_UP_LAG_MS } from "./irp-model.ts";
import type { WorkDeps, World } from "./world.ts";

/** What Lambda gives an invocation, and the most messages in one. */
const TIMEOUT_MS = 45_000;
const BATCH = 10;

interface Environment {
  readonly instance: Instance;
  readonly deps: WorkDeps;
  /** The request at hand, by its document. */
  readonly current: Map<string, string>;
  readonly journal: Journal;
}

interface Slot {
  environment: Environment | undefined;
  isBusy: boolean;
}

/** Both queues' event source mappings, and the workers behind them. */
export function startWorkers(world: World): void {
  const { setting, scheduler, weather, queues } = world;
  const slots = {
    direct: newSlots(setting.workers.direct),
    queued: newSlots(setting.workers.queued),
  };
  const nextPollMs = { direct: Infinity, queued: Infinity };

  function pollAt(flow: Flow, ms: number): void {
    if (ms >= nextPollMs[flow]) return;
    nextPollMs[flow] = ms;
    scheduler.after(ms - scheduler.nowMs(), () => {
      if (nextPollMs[flow] !== ms) return;
      nextPollMs[flow] = Infinity;
      poll(flow);
    });
  }

  const pollSoon = (flow: Flow) => pollAt(flow, scheduler.nowMs() + weather.pollMs());

  function poll(flow: Flow): void {
    for (const slot of slots[flow].filter(({ isBusy }) => !isBusy)) {
      const messages = queues[flow].receive({ max: BATCH });
      if (messages.length === 0) break;
      invoke(flow, slot, messages);
    }
    pollAt(flow, queues[flow].nextVisibleAt() ?? Infinity);
  }

  function invoke(flow: Flow, slot: Slot, messages: readonly ReceivedMessage[]): void {
    if (!slot.environment || slot.environment.instance.isDead()) slot.environment = newEnvironment(world);
    const { environment } = slot;
    slot.isBusy = true;
    let isOver = false;
    const over = (acknowledged: readonly ReceivedMessage[]) => {
      if (isOver) return;
      isOver = true;
      slot.isBusy = false;
      scheduler.after(weather.pollMs(), () => acknowledge(world, flow, acknowledged));
      pollSoon(flow);
    };
    scheduler.woken();
    void batch(world, environment, flow, messages).then(over);
    // Lambda counts the time, whatever the instance's own clock says; a crash is seen at once.
    const check = () => {
      if (isOver) return;
      if (environment.instance.isDead()) over([]);
      else scheduler.after(1_000, check);
    };
    scheduler.after(1_000, check);
    scheduler.after(TIMEOUT_MS + weather.killLagMs(), () => {
      if (!isOver) environment.instance.die("it took too long");
    });
  }

  world.on.message = pollSoon;
}

function newSlots(n: number): Slot[] {
  return Array.from({ length: n }, () => ({ environment: undefined, isBusy: false }));
}

function acknowledge(world: World, flow: Flow, messages: readonly ReceivedMessage[]): void {
  for (const { receiptHandle } of messages)
    if (!world.weather.losesAcknowledgement()) world.queues[flow].delete(receiptHandle);
  world.on.message(flow);
}

function newEnvironment(world: World): Environment {
  const instance = world.instance("worker");
  const { stores, sabotage } = world;
  const current = new Map<string, string>();
  const model = world.irpFor(instance, (irn) => current.get(irn) ?? "nobody");
  const circuits = instance.port("circuits", world.circuits);
  const { now, sleep } = instance;
  const budget = patientBudget(instance.port("budget", world.budget), now);
  const budgeted = budgetedIrp({ irp: model as Irp, budget, now, sleep });
  const guarded = guardedIrp({ irp: budgeted, circuits, portals, now });
  const audit = auditTo(instance.port("audit", world.audit), { now, newId: world.newId });
  const journal = journalOf(audit, (_, entry) => world.watch.unrecorded(entry));
  const deps: WorkDeps = {
    journal,
    requests: instance.port("requests", stores.requests),
    documents: instance.port("documents", stores.documents),
    events: instance.port("events", stores.events),
    bus: instance.port("bus", world.bus),
    irp: guarded,
    budget,
    sleep,
    choice: guarded,
    portals,
    verify: verifySigned,
    mode: "test",
    callTimeoutMs: CALL_TIMEOUT_MS,
    lookUpLagMs: LOOK_UP_LAG_MS,
    now: instance.now,
    monotonicMs: instance.monotonicMs,
    newId: () => `${instance.name}:${world.newId()}`,
  };
  return { instance, deps: sabotage.work?.(deps, instance) ?? deps, current, journal };
}

/** What the function behind a queue does with one message. */
async function admitted(deps: WorkDeps, message: QueueMessage, delivery: Delivery): Promise<Verdict> {
  const admission = await admit(deps, message, delivery);
  if (admission.is === "later") return { is: "hand-back", until: admission.until };
  return admission.is === "over" ? { is: "done" } : work(deps, admission.request, admission.hasSlot);
}

/** Documents side by side, the messages of one in order. Gives the messages that are done. */
async function batch(
  world: World,
  environment: Environment,
  flow: Flow,
  messages: readonly ReceivedMessage[],
): Promise<readonly ReceivedMessage[]> {
  const parsed = messages.map((received) => ({ received, message: QueueMessage.parse(JSON.parse(received.body)) }));
  const documents = [...Map.groupBy(parsed, ({ message }) => message.irn).values()];
  const queue = environment.instance.port("queue", world.queue);
  const done = await Promise.all(
    documents.map(async (records) => {
      for (const [i, { message, received }] of records.entries()) {
        environment.current.set(message.irn, message.rid);
        const delivery = { flow, receives: received.receiveCount };
        const verdict = await admitted(environment.deps, message, delivery)
          .finally(() => environment.journal.settled())
          .catch(() => undefined);
        if (verdict?.is === "done") continue;
        const rest = records.slice(i);
        if (verdict)
          await Promise.allSettled(
            rest.map(({ received }) =>
              queue.handBack(flow, received.receiptHandle, verdict.until, environment.deps.now()),
            ),
          );
        return records.slice(0, i);
      }
      return records;
    }),
  );
  return done.flat().map(({ received }) => received);
}
