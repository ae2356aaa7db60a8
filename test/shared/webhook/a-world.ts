import { createHandler } from "../../../functions/deliver-webhook/handler.ts";
import { type EventRecord, eventId } from "../../../shared/event/event.ts";
import { toIstTimestamp } from "../../../shared/ist.ts";
import type { Delivery } from "../../../shared/webhook/delivery.ts";
import type { DeliveryMessage } from "../../../shared/webhook/delivery-queue.ts";
import type { Endpoint } from "../../../shared/webhook/endpoint.ts";
import { fanOut } from "../../../shared/webhook/fan-out.ts";
import type { Climb } from "../../../shared/webhook/ladder.ts";
import { sealSecret } from "../../../shared/webhook/secrets.ts";
import { sweepDeliveries } from "../../../shared/webhook/sweep-deliveries.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { type DeliveryRows, memoryDeliveryStore } from "../../fakes/memory-delivery-store.ts";
import { memoryEndpointStore } from "../../fakes/memory-endpoint-store.ts";
import { type EventRows, memoryEventLog } from "../../fakes/memory-event-log.ts";
import { memoryLadder } from "../../fakes/memory-ladder.ts";
import { memoryReceiver } from "../../fakes/memory-receiver.ts";
import { memoryVault } from "../../fakes/memory-vault.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";
import { aContext } from "../../functions/invoke.ts";
import { recordingLog } from "../../functions/recording-log.ts";

export const GSTIN = "27AAAZA0001A1ZM";
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The process that makes the call of that number, counted over all, dies: before the call has any effect, or after. */
export interface Crash {
  readonly at: number;
  readonly when: "before" | "after";
}

interface Message {
  readonly message: DeliveryMessage;
  visibleAt: number;
  receives: number;
}
interface Execution {
  climb: Climb;
  wakesAt: number;
}

/** What the queue and the state machine do of themselves. */
const VISIBILITY_MS = 60_000;
const MOST_RECEIVES = 10;
/** As many things may happen at the same time. */
const MOST_ROUNDS = 1_000;
const OVER = Number.POSITIVE_INFINITY;

/** Everything behind the bus, in virtual time: fan-out, queue, worker, ladder and sweeper, and servers that answer as told. */
export function aWorld({ crash, random = 0.5 }: { crash?: Crash; random?: number } = {}) {
  const clock = virtualClock();
  const deliveryRows: DeliveryRows = new Map();
  const eventRows: EventRows = new Map();
  const stores = {
    deliveries: memoryDeliveryStore(deliveryRows),
    endpoints: memoryEndpointStore(),
    events: memoryEventLog(eventRows),
  };
  const { deliveries, endpoints, events } = stores;
  const vault = memoryVault();
  const receiver = memoryReceiver();
  const bus = memoryBus();
  const messages: Message[] = [];
  const executions: Execution[] = [];
  const recorded = recordingLog();
  const started = memoryLadder();
  const nowMs = () => clock.now().getTime();
  let calls = 0;
  let published = 0;

  const queue = {
    down: false,
    async send(_endpointId: string, message: DeliveryMessage) {
      if (this.down) throw new Error("the delivery queue cannot be reached");
      messages.push({ message, visibleAt: nowMs(), receives: 0 });
    },
  };
  const ladder = {
    async start(climb: Climb) {
      const is = await started.start(climb);
      if (is === "started") executions.push({ climb, wakesAt: nowMs() + climb.waitSeconds * 1000 });
      return is;
    },
  };

  /** One process: what it reaches, each call counted, none made after its death. */
  function process() {
    let isDead = false;
    const counted = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get: (target, name, self) => {
          const method: unknown = Reflect.get(target, name, self);
          return typeof method === "function" ? (...args: unknown[]) => step(() => method.apply(target, args)) : method;
        },
      });
    const die = () => {
      isDead = true;
      throw new Error("the process died");
    };
    const step = async (call: () => unknown) => {
      if (isDead) die();
      const dies = ++calls === crash?.at;
      if (dies && crash?.when === "before") die();
      const result = await call();
      if (dies) die();
      return result;
    };
    return {
      deliveries: counted(deliveries),
      endpoints: counted(endpoints),
      events: counted(events),
      bus: counted(bus),
      vault: counted(vault),
      receiver: counted(receiver),
      queue: counted(queue),
      ladder: counted(ladder),
      log: recorded.log,
      now: clock.now,
      random: () => random,
    };
  }

  async function receive(each: Message): Promise<void> {
    each.receives += 1;
    each.visibleAt = nowMs() + VISIBILITY_MS;
    const handle = createHandler(process());
    const answer = await handle({ Records: [aRecord("m", JSON.stringify(each.message))] }, aContext());
    const isDone = "batchItemFailures" in answer && answer.batchItemFailures.length === 0;
    if (isDone || each.receives === MOST_RECEIVES) each.visibleAt = OVER;
  }

  async function wake(each: Execution): Promise<void> {
    each.wakesAt = OVER;
    const rung = await createHandler(process())(each.climb, aContext());
    if (!("isOver" in rung) || rung.isOver) return;
    each.climb = rung;
    each.wakesAt = nowMs() + rung.waitSeconds * 1000;
  }

  async function sweepAll(): Promise<void> {
    await sweepDeliveries(process()).catch(() => undefined);
    for (const event of await events.undispatched(clock.now(), 100)) {
      await bus.publish(event);
      await events.postpone(event, clock.now());
    }
  }

  /** When the sweeper first finds something. */
  function firstOverdueMs(): number {
    const times = [...deliveryRows.values()].map(({ nextAt = OVER }) => nextAt);
    return Math.min(...times, ...[...eventRows.values()].map(({ dispatchAt = OVER }) => dispatchAt));
  }

  /** Whatever is due now, until nothing is. */
  async function settle(): Promise<void> {
    for (let round = 1; ; round++) {
      if (round > MOST_ROUNDS) throw new Error("this never comes to an end");
      const event = bus.published[published];
      const message = messages.find(({ visibleAt }) => visibleAt <= nowMs());
      const execution = executions.find(({ wakesAt }) => wakesAt <= nowMs());
      if (event) {
        published += 1;
        await fanOut(process(), event).catch(() => undefined);
      } else if (message) await receive(message).catch(() => undefined);
      else if (execution) await wake(execution).catch(() => undefined);
      else return;
    }
  }

  return {
    clock,
    ...stores,
    vault,
    receiver,
    bus,
    queue,
    ladder: started,
    executions,
    log: recorded,
    process,
    rows: { deliveries: deliveryRows, events: eventRows },
    /** How many calls all processes made. */
    calls: () => calls,

    async endpoint(url: string, changes: Partial<Endpoint> = {}): Promise<Endpoint> {
      const { id = `we_${new URL(url).hostname.replaceAll(".", "-")}` } = changes;
      const sealed = await sealSecret(vault, { gstin: GSTIN, id }, SECRET);
      const createdAt = clock.now().toISOString();
      const endpoint: Endpoint = {
        ...{ v: 1, id, gstin: GSTIN, url, events: [], secrets: [{ sealed }], createdAt, revision: 1 },
        ...changes,
      };
      await endpoints.create(endpoint);
      return endpoint;
    },

    /** Something happens, and the bus is told. */
    async happens(
      type: EventRecord["type"] = "irn.generated",
      data: EventRecord["data"] = { irn: "i", status: "ACT" },
    ): Promise<EventRecord> {
      const id = eventId(type, String(eventRows.size + 1));
      const event = { v: 1, id, gstin: GSTIN, type, timestamp: toIstTimestamp(clock.now()), data } as const;
      await events.append(event, clock.now());
      await bus.publish(event);
      return event;
    },

    settle,
    /** Lets time pass, and everything happen when it is due; the sweeper at whole minutes. */
    async pass(ms: number): Promise<void> {
      const beganMs = nowMs();
      await settle();
      for (;;) {
        const sweepMs = wholeMinute(beganMs, Math.max(firstOverdueMs(), nowMs() + 1));
        const due = [...messages.map(({ visibleAt }) => visibleAt), ...executions.map(({ wakesAt }) => wakesAt)];
        const nextMs = Math.min(sweepMs, ...due);
        if (nextMs > beganMs + ms) break;
        clock.advance(nextMs - nowMs());
        if (nextMs === sweepMs) await sweepAll();
        await settle();
      }
      clock.advance(beganMs + ms - nowMs());
    },
    /** The deliveries to one URL, in the order in which they were opened. */
    deliveriesTo: ({ id }: Pick<Endpoint, "id">): Delivery[] =>
      [...deliveryRows.values()].filter(({ endpointId }) => endpointId === id),
    postsTo: (url: string) => receiver.posts.filter((post) => post.url === url),
  };
}

function wholeMinute(fromMs: number, ms: number): number {
  return fromMs + Math.ceil((ms - fromMs) / MINUTE_MS) * MINUTE_MS;
}

export function aRecord(messageId: string, body: string) {
  const attributes = {
    ApproximateReceiveCount: "1",
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
  };
  const source = {
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:ap-south-1:000000000000:q",
    awsRegion: "ap-south-1",
  };
  return { messageId, body, receiptHandle: "r", attributes, messageAttributes: {}, md5OfBody: "", ...source };
}
