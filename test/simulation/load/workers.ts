import type { Context, SQSRecord } from "aws-lambda";
import { createHandler } from "../../../functions/irp-worker/handler.ts";
import type { ReceivedMessage } from "../../../infra/local/engines/message-queue.ts";
import { budgetedIrp } from "../../../shared/budget/budgeted-irp.ts";
import { type Flow, flows } from "../../../shared/budget/flow.ts";
import { patientBudget } from "../../../shared/budget/patient-budget.ts";
import { guardedIrp } from "../../../shared/irp/guarded-irp.ts";
import type { Irp } from "../../../shared/irp/irp.ts";
import { QueueMessage } from "../../../shared/request/queue.ts";
import { silentLog } from "../../fakes/silent-log.ts";
import { aContext } from "../../functions/invoke.ts";
import { portals, verifySigned } from "../government.ts";
import type { Instance } from "../instance.ts";
import { CALL_TIMEOUT_MS, LOOK_UP_LAG_MS } from "../irp-model.ts";
import { gstinOfGroup, type LoadWorld, type WorkerDeps } from "./world.ts";

/** What Lambda gives an invocation, and the most messages in one. */
const TIMEOUT_MS = 45_000;
const BATCH = 10;
const ARN = "arn:aws:sqs:ap-south-1:000000000000:";
/** Without real time: what a function has left of it is the model's business. */
const { getRemainingTimeInMillis: _, ...timeless } = aContext();
const CONTEXT = timeless as Context;

interface Environment {
  readonly instance: Instance;
  readonly handler: ReturnType<typeof createHandler>;
}

interface Slot {
  environment: Environment | undefined;
  isBusy: boolean;
}

/** Both queues' event source mappings, and behind them the worker's own function, in at most so many environments each. */
export function startWorkers(world: LoadWorld): void {
  const { plan, scheduler, weather, queues, watch } = world;
  const slots = { direct: newSlots(plan.workers.direct), queued: newSlots(plan.workers.queued) };
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
    for (let free = freeIn(slots[flow]); free; free = freeIn(slots[flow])) {
      const messages = queues[flow].receive({ max: BATCH });
      // Whoever becomes free looks again.
      if (messages.length === 0) {
        pollAt(flow, queues[flow].nextVisibleAt() ?? Infinity);
        return;
      }
      for (const { body } of messages) watch.received(QueueMessage.parse(JSON.parse(body)).rid);
      invoke(flow, free, messages);
    }
  }

  function invoke(flow: Flow, slot: Slot, messages: readonly ReceivedMessage[]): void {
    if (!slot.environment || slot.environment.instance.isDead()) slot.environment = newEnvironment(world);
    const { instance, handler } = slot.environment;
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
    const Records = messages.map((message) => recordOf(flow, message));
    void handler({ Records }, CONTEXT).then(({ batchItemFailures }) => {
      const returned = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      over(messages.filter(({ messageId }) => !returned.has(messageId)));
    });
    const check = () => {
      if (isOver) return;
      if (instance.isDead()) over([]);
      else scheduler.after(1_000, check);
    };
    scheduler.after(1_000, check);
    scheduler.after(TIMEOUT_MS, () => {
      if (!isOver) instance.die("it took too long");
    });
  }

  world.on.message = pollSoon;
  for (const flow of flows) pollSoon(flow);
}

function newSlots(n: number): Slot[] {
  return Array.from({ length: n }, () => ({ environment: undefined, isBusy: false }));
}

function freeIn(slots: readonly Slot[]): Slot | undefined {
  return slots.find(({ isBusy }) => !isBusy);
}

function acknowledge(
  { weather, queues, watch, on }: LoadWorld,
  flow: Flow,
  messages: readonly ReceivedMessage[],
): void {
  for (const { receiptHandle, groupId = "" } of messages) {
    if (weather.losesAcknowledgement() || queues[flow].delete(receiptHandle) !== "deleted") continue;
    if (flow === "queued") watch.removed(gstinOfGroup(groupId));
  }
  on.message(flow);
}

function newEnvironment(world: LoadWorld): Environment {
  const instance = world.instance("worker");
  const { stores, sabotage } = world;
  const { now, sleep, monotonicMs } = instance;
  const model = world.irpFor(instance, () => "us");
  const budget = patientBudget(instance.port("budget", world.budgetFor(instance)), now);
  const irp = guardedIrp({
    irp: budgetedIrp({ irp: model as Irp, budget, now, sleep }),
    circuits: instance.port("circuits", world.circuits),
    portals,
    now,
  });
  const deps: WorkerDeps = {
    requests: instance.port("requests", stores.requests),
    documents: instance.port("documents", stores.documents),
    events: instance.port("events", stores.events),
    bus: instance.port("bus", world.bus),
    queue: instance.port("queue", world.queue),
    journal: { note: () => {} },
    ...{ irp, choice: irp, budget, portals, verify: verifySigned, now, sleep, monotonicMs },
    mode: "live",
    callTimeoutMs: CALL_TIMEOUT_MS,
    lookUpLagMs: LOOK_UP_LAG_MS,
    newId: () => `${instance.name}:${world.newId()}`,
  };
  const flowOf = (arn: string): Flow => (arn.endsWith("direct") ? "direct" : "queued");
  const journal = { note: () => {}, settled: async () => {} };
  const handler = createHandler({ ...(sabotage.work?.(deps) ?? deps), journal, log: silentLog(), flowOf });
  return { instance, handler };
}

function recordOf(
  flow: Flow,
  { messageId, receiptHandle, body, receiveCount, groupId = "" }: ReceivedMessage,
): SQSRecord {
  return {
    ...{ messageId, receiptHandle, body, messageAttributes: {}, md5OfBody: "" },
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: "0",
      SenderId: "x",
      ApproximateFirstReceiveTimestamp: "0",
      MessageGroupId: groupId,
    },
    eventSource: "aws:sqs",
    eventSourceARN: `${ARN}${flow}`,
    awsRegion: "ap-south-1",
  };
}
