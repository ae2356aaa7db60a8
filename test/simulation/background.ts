import { markRejected } from "../../shared/document/mark-rejected.ts";
import type { EventKey } from "../../shared/event/event.ts";
import { sweep } from "../../shared/request/sweep.ts";
import type { DeliveryStore } from "../../shared/webhook/delivery-store.ts";
import { fanOut } from "../../shared/webhook/fan-out.ts";
import { sweepDeliveries } from "../../shared/webhook/sweep-deliveries.ts";
import type { Instance } from "./instance.ts";
import { START_MS, type World } from "./world.ts";

const MINUTE_MS = 60_000;

/** Each minute, but not in minutes in which it could find nothing. */
export function startSweeper(world: World): void {
  const { scheduler } = world;
  const { due, ...stores } = withOldIndexes(world);
  const tick = () => {
    expire(world);
    const instance = world.instance("sweeper");
    const { counts } = world;
    const deps = {
      requests: instance.port("requests", stores.requests),
      events: instance.port("events", stores.events),
      queue: instance.port("queue", world.queue),
      budget: instance.port("budget", world.budget),
      bus: instance.port("bus", world.bus),
      now: instance.now,
    };
    counts.sweeps++;
    scheduler.woken();
    sweep(deps).catch(() => undefined);
    if (isHeard(world)) sweptDeliveries(world, instance, due).catch(() => undefined);
    scheduler.after(MINUTE_MS, () => skip());
  };
  const skip = () => {
    const nextMs = Math.min(firstDueMs(world), scheduler.nextMs());
    const wholeMinutes = Math.floor((nextMs - scheduler.nowMs()) / MINUTE_MS);
    if (wholeMinutes > 0 && nextMs < Infinity) scheduler.after(wholeMinutes * MINUTE_MS, tick);
    else tick();
  };
  scheduler.after(MINUTE_MS, tick);
}

/** The sweeper reads through indexes, which may lag behind the rows. */
function withOldIndexes({ stores: { requests, events }, webhooks: { deliveries }, weather }: World) {
  const lagging = <Args extends unknown[], Row>(read: (...args: Args) => Promise<readonly Row[]>) => {
    let before: readonly Row[] = [];
    return async (...args: Args) => {
      const rows = await read(...args);
      const shown = weather.showsOldIndex() ? [...before, ...rows] : rows;
      before = rows;
      return shown;
    };
  };
  return {
    requests: { ...requests, due: lagging(requests.due) },
    events: { ...events, undispatched: lagging(events.undispatched) },
    due: lagging(deliveries.due),
  };
}

function sweptDeliveries({ webhooks, sabotage }: World, instance: Instance, due: DeliveryStore["due"]) {
  const deps = {
    deliveries: instance.port("deliveries", { ...webhooks.deliveries, due }),
    ladder: instance.port("ladder", webhooks.ladder),
    now: instance.now,
  };
  return sweepDeliveries(sabotage.sweepDeliveries?.(deps) ?? deps);
}

/** Whether there is anybody who could hear of anything. */
function isHeard({ setting }: World): boolean {
  return setting.webhooks.endpoints.length > 0;
}

/** The first time at which a sweep has something to do. */
function firstDueMs({ stores: { rows }, webhooks }: World): number {
  let first = Infinity;
  for (const { sweepAt = Infinity } of rows.requests.values()) first = Math.min(first, sweepAt);
  for (const { dispatchAt = Infinity } of rows.events.values()) first = Math.min(first, dispatchAt);
  for (const { nextAt = Infinity } of webhooks.rows.deliveries.values()) first = Math.min(first, nextAt);
  return first - START_MS;
}

/** DynamoDB removes what has expired, when it comes to it. */
function expire({ stores: { rows }, weather, watch, scheduler }: World): void {
  for (const [key, { rid, expiresAt = Infinity }] of rows.requests) {
    if (expiresAt * 1000 + weather.expiryLagMs() > START_MS + scheduler.nowMs()) continue;
    const removal = { instance: "DynamoDB", label: "requests.expire", args: [rid] };
    void watch.observe(removal, async () => rows.requests.delete(key));
  }
}

/** Marks what a portal's list of rejected documents names. */
export function findRejected(world: World): void {
  for (const { irn, at, by, status } of world.government.registered) {
    const { ownerGstin: gstin } = world.stores.rows.documents.get(irn) ?? {};
    if (status !== "REJ" || by === undefined || gstin === undefined) continue;
    const instance = world.instance("find-rejected");
    const deps = {
      documents: instance.port("documents", world.stores.documents),
      events: instance.port("events", world.stores.events),
      bus: instance.port("bus", world.bus),
      mode: "test" as const,
      now: instance.now,
      newId: () => `${instance.name}:1`,
    };
    world.scheduler.woken();
    markRejected(deps, { irn, gstin, portal: at }).catch(() => undefined);
  }
}

/** As Lambda stops the function. */
const FAN_OUT_MS = 10_000;

/** Takes events from the bus: a delivery for whoever subscribed, then the row says so. */
export function startFanOut(world: World): void {
  world.on.event = (event: EventKey) => {
    const instance = world.instance("fan-out");
    const { stores, webhooks, sabotage, scheduler, weather, watch } = world;
    const events = instance.port("events", stores.events);
    watch.toldOf(event.id);
    scheduler.woken();
    if (!isHeard(world)) {
      events.dispatched(event).catch(() => undefined);
      return;
    }
    const deps = {
      events,
      endpoints: instance.port("endpoints", webhooks.endpoints),
      deliveries: instance.port("deliveries", webhooks.deliveries),
      queue: instance.port("deliveryQueue", webhooks.deliveryQueue),
      ladder: instance.port("ladder", webhooks.ladder),
      now: instance.now,
    };
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    fanOut(sabotage.fanOut?.(deps) ?? deps, event).then(over, over);
    scheduler.after(FAN_OUT_MS + weather.killLagMs(), () => {
      if (!isOver) instance.die("it took too long");
    });
  };
}
