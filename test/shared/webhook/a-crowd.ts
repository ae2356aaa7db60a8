import { fifoQueue } from "../../../infra/local/engines/fifo-queue.ts";
import { eventId } from "../../../shared/event/event.ts";
import { toIstTimestamp } from "../../../shared/ist.ts";
import { type DeliverDeps, deliver } from "../../../shared/webhook/deliver.ts";
import { DeliveryMessage } from "../../../shared/webhook/delivery-queue.ts";
import type { Endpoint } from "../../../shared/webhook/endpoint.ts";
import { fanOut } from "../../../shared/webhook/fan-out.ts";
import type { Climb } from "../../../shared/webhook/ladder.ts";
import type { Received } from "../../../shared/webhook/receiver.ts";
import { sealSecret } from "../../../shared/webhook/secrets.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { memoryDeliveryStore } from "../../fakes/memory-delivery-store.ts";
import { memoryEndpointStore } from "../../fakes/memory-endpoint-store.ts";
import { memoryEventLog } from "../../fakes/memory-event-log.ts";
import { memoryVault } from "../../fakes/memory-vault.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";
import { SECRET } from "./a-world.ts";

const ENDPOINTS = 100;
const BATCH = 10;
const HEALTHY_MS = [80, 300] as const;

interface Crowd {
  /** How many workers take batches from the queue at the same time. */
  readonly workers: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** What one endpoint in ten does, instead of answering in a fraction of a second. */
  readonly badly?: Received;
  /** Whether what fails goes past the queue. */
  readonly hasLane?: boolean;
}

/** How long healthy endpoints waited for an event, from when it happened to their answer, and how many attempts ran at most. */
export interface Waited {
  readonly p50: number;
  readonly p99: number;
  readonly mostOnLadder: number;
}

/** A hundred endpoints, each of a GSTIN of its own, in virtual time: the product's own fan-out and attempts, and the queue's model. */
export async function aCrowd({ workers, eventsPerSecond, seconds, badly, hasLane = true }: Crowd): Promise<Waited> {
  const clock = virtualClock();
  const nowMs = () => clock.monotonicMs();
  const dice = seeded(7);
  const stores = { deliveries: memoryDeliveryStore(), endpoints: memoryEndpointStore(), events: memoryEventLog() };
  const vault = memoryVault();
  const happenedMs = new Map<string, number>();
  const waitedMs: number[] = [];
  let [running, climbing, mostOnLadder, ids] = [0, 0, 0, 0];

  const isBad = (n: number) => badly !== undefined && n % 10 === 0;
  const receiver: DeliverDeps["receiver"] = {
    async post(url, headers) {
      const n = Number(url.split("/").at(-1));
      const received = badly && isBad(n) ? badly : { status: 200, latencyMs: between(HEALTHY_MS, dice()) };
      await clock.sleep(received.latencyMs);
      const id = headers["webhook-id"] ?? "";
      if (!isBad(n)) waitedMs.push(nowMs() - (happenedMs.get(id) ?? 0));
      return received;
    },
  };
  const deps = { ...stores, vault, receiver, bus: memoryBus(), now: clock.now, random: dice };

  const model = fifoQueue({
    settings: { fifo: false, visibilityTimeoutSeconds: 90 },
    now: () => clock.now().getTime(),
    newId: () => `m${++ids}`,
  });
  async function attempt(message: DeliveryMessage): Promise<void> {
    const delivered = await deliver(deps, message);
    if (delivered.is === "wait") void climb(delivered.climb);
  }
  async function climb({ waitSeconds, ...message }: Climb): Promise<void> {
    await clock.sleep(waitSeconds * 1000);
    mostOnLadder = Math.max(mostOnLadder, ++climbing);
    await attempt(message);
    climbing -= 1;
  }
  function feed(): void {
    while (running < workers) {
      const records = model.receive({ max: BATCH });
      if (records.length === 0) return;
      running += 1;
      const all = records.map(({ body }) => attempt(DeliveryMessage.parse(JSON.parse(body))));
      void Promise.all(all).then(() => {
        for (const { receiptHandle } of records) model.delete(receiptHandle);
        running -= 1;
        feed();
      });
    }
  }
  const queue = {
    async send(groupId: string, message: DeliveryMessage) {
      model.send({ body: JSON.stringify(message), groupId });
      feed();
    },
  };
  const ladder = {
    async start(started: Climb) {
      void climb(started);
      return "started" as const;
    },
  };
  const withoutLane = async (gstin: string) =>
    (await stores.endpoints.list(gstin)).map(({ failingSince: _, ...endpoint }): Endpoint => endpoint);
  const endpoints = hasLane ? stores.endpoints : { ...stores.endpoints, list: withoutLane };

  for (let n = 0; n < ENDPOINTS; n++) {
    const [gstin, id] = [`g${n}`, `we_${n}`];
    const sealed = await sealSecret(vault, { gstin, id }, SECRET);
    const times = { createdAt: clock.now().toISOString(), revision: 1 };
    const url = `https://e.example/${n}`;
    await stores.endpoints.create({ v: 1, id, gstin, url, events: [], secrets: [{ sealed }], ...times });
  }
  for (let event = 0; event < eventsPerSecond * seconds; event++) {
    await clock.sleep((-Math.log(1 - dice()) * 1000) / eventsPerSecond);
    const gstin = `g${Math.floor(dice() * ENDPOINTS)}`;
    const id = eventId("irn.generated", String(event));
    happenedMs.set(id, nowMs());
    const timestamp = toIstTimestamp(clock.now());
    const appended = { v: 1, id, gstin, type: "irn.generated", timestamp, data: {} } as const;
    await stores.events.append(appended, clock.now());
    void fanOut({ ...deps, endpoints, queue, ladder }, appended);
  }
  // Whoever waits in the queue has his turn too.
  while (model.counts().visible > 0) await clock.sleep(1_000);
  await clock.sleep(20_000);
  const sorted = waitedMs.sort((one, other) => one - other);
  const percentile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: percentile(0.5), p99: percentile(0.99), mostOnLadder };
}

function between([least, most]: readonly [number, number], share: number): number {
  return Math.round(least + (most - least) * share);
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
