import { Problem } from "../api/problem.ts";
import type { EventRecord } from "../event/event.ts";
import type { EventLog, EventPosition, ListedEvent } from "../event/event-log.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import { type Endpoint, wantsEvent } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import { deliveryId, type OpenDeps, openDelivery } from "./fan-out.ts";
import { changeEndpoint, enabledEndpoint } from "./manage-endpoints.ts";

export type ReplayDeps = OpenDeps & {
  readonly deliveries: Pick<DeliveryStore, "open" | "find">;
  readonly events: Pick<EventLog, "find" | "list">;
  readonly endpoints: Pick<EndpointStore, "find" | "update">;
};

/** Throws a Problem: 404 for another GSTIN's too. */
export async function ownDelivery(
  { deliveries }: { readonly deliveries: Pick<DeliveryStore, "find"> },
  gstin: string,
  id: string,
): Promise<Delivery> {
  const delivery = /^dlv_[\w-]{1,60}$/.test(id) ? await deliveries.find(gstin, id) : undefined;
  if (!delivery) throw new Problem("not_found", "there is no such delivery; it can be read for 30 days");
  return delivery;
}

/** A new delivery of the same event to the same endpoint, at once, whatever became of the others. */
export async function replay(deps: ReplayDeps, gstin: string, id: string): Promise<Delivery> {
  const { endpointId, event: about } = await ownDelivery(deps, gstin, id);
  const endpoint = await enabledEndpoint(deps, gstin, endpointId);
  const event = await deps.events.find({ v: 1, gstin, ...about });
  if (!event) throw new Problem("not_found", "the event is gone; events are kept for 30 days");
  const { nextId } = await standingOf(deps, endpoint, event);
  if (nextId === undefined)
    throw new Problem("too_many_replays", `an event is sent again up to ${MOST_REPLAYS} times to the same endpoint`);
  // Two calls at the same moment open one.
  await openDelivery(deps, endpoint, event, { id: nextId, replayOf: id });
  return ownDelivery(deps, gstin, nextId);
}

export interface RecoverQuery {
  readonly since: Date;
  /** `failed`: what came to nothing. `missed`: that, and what was never opened. */
  readonly what: "failed" | "missed";
}

export interface Recovered {
  /** How many deliveries this call opened. */
  readonly opened: number;
  /** There may be more events, from this time on; undefined when all were looked at. */
  readonly next: Date | undefined;
}

/** Two thousand events: what one HTTP call has the time for. */
const MOST_READS = 20;
const READ_SIZE = 100;
const OPENED_AT_ONCE = 25;

/**
 * Sends again, in order and at a bounded rate, what an endpoint wants and did not get since that time. What was delivered, by a
 * replay too, or is still pending is left alone. Throws a Problem when there is no such endpoint or it is disabled.
 */
export async function recover(
  deps: ReplayDeps,
  gstin: string,
  endpointId: string,
  { since, what }: RecoverQuery,
): Promise<Recovered> {
  const endpoint = await enabledEndpoint(deps, gstin, endpointId);
  const owed: Owed[] = [];
  let after: EventPosition | undefined;
  let reads = 0;
  do {
    const page = await deps.events.list(gstin, { since, limit: READ_SIZE, ...(after && { after }) });
    owed.push(...(await owedOf(deps, endpoint, page.events, what)));
    after = page.next;
  } while (after && ++reads < MOST_READS);
  return { opened: await openAll(deps, endpoint, owed), next: after && new Date(after.putAt) };
}

interface Owed {
  readonly event: EventRecord;
  readonly id: string;
  readonly replayOf?: string;
}

async function owedOf(
  deps: ReplayDeps,
  endpoint: Endpoint,
  events: readonly ListedEvent[],
  what: RecoverQuery["what"],
): Promise<Owed[]> {
  const wanted = events.filter((event) => wantsEvent(endpoint, event));
  const found = await Promise.all(
    wanted.map(async (event): Promise<Owed[]> => {
      const { nextId: id, last, isUnderWay } = await standingOf(deps, endpoint, event);
      if (id === undefined || isUnderWay || (what === "failed" && !last)) return [];
      return [{ event, id, ...(last && { replayOf: last.id }) }];
    }),
  );
  return found.flat();
}

/** So many replays begin in a second at one endpoint, so that its recovery is not its next failure. */
const PER_SECOND = 10;

/** Each in its place. Places that are given away and not used, because somebody else opened the same, are lost. */
async function openAll(deps: ReplayDeps, endpoint: Endpoint, owed: readonly Owed[]): Promise<number> {
  if (owed.length === 0) return 0;
  const first = await givePlaces(deps, endpoint, owed.length);
  const soon = deps.now().getTime() + 1000;
  let opened = 0;
  for (let from = 0; from < owed.length; from += OPENED_AT_ONCE) {
    const results = await Promise.all(
      owed.slice(from, from + OPENED_AT_ONCE).map(({ event, ...of }, n) => {
        const dueAt = new Date(first.getTime() + ((from + n) * 1000) / PER_SECOND);
        return openDelivery(deps, endpoint, event, { ...of, ...(dueAt.getTime() >= soon && { dueAt }) });
      }),
    );
    opened += results.filter((is) => is === "opened").length;
  }
  return opened;
}

/** The time of the first of so many places in a row. */
async function givePlaces(deps: ReplayDeps, { gstin, id }: Endpoint, count: number): Promise<Date> {
  const lengthMs = (count * 1000) / PER_SECOND;
  const { replaysUntil } = await changeEndpoint(deps, gstin, id, (endpoint) => {
    const free = Math.max(deps.now().getTime(), Date.parse(endpoint.replaysUntil ?? "") || 0);
    return { ...endpoint, replaysUntil: new Date(free + lengthMs).toISOString() };
  });
  return new Date(Date.parse(replaysUntil ?? "") - lengthMs);
}

const MOST_REPLAYS = 100;

interface Standing {
  readonly last: Delivery | undefined;
  /** One was delivered, or may still be. */
  readonly isUnderWay: boolean;
  /** Of the delivery that would come next; undefined when there were as many as may be. */
  readonly nextId: string | undefined;
}

/**
 * What became of an event at an endpoint. Its deliveries are numbered: the fan-out's own, and behind it each replay by its
 * number, so that all are found without an index, and two who open the next one at the same time open the same one.
 */
async function standingOf({ deliveries }: ReplayDeps, endpoint: Endpoint, event: EventRecord): Promise<Standing> {
  const first = deliveryId(event, endpoint);
  let isUnderWay = false;
  let last: Delivery | undefined;
  for (let n = 0; n <= MOST_REPLAYS; n++) {
    const id = n === 0 ? first : `${first}-r${n}`;
    const delivery = await deliveries.find(event.gstin, id);
    if (!delivery) return { last, isUnderWay, nextId: id };
    isUnderWay ||= delivery.state === "pending" || delivery.state === "delivered";
    last = delivery;
  }
  return { last, isUnderWay, nextId: undefined };
}
