import * as z from "zod";
import { eventTypes } from "../../shared/event/event.ts";
import type { EventPosition } from "../../shared/event/event-log.ts";
import { EVENT_LIFE_MS } from "../../shared/event/event-log.ts";
import type { EventListQuery } from "../../shared/event/list-events.ts";
import { deliveryStates } from "../../shared/webhook/delivery.ts";
import type { DeliveryPosition } from "../../shared/webhook/delivery-store.ts";
import type { DeliveryListQuery } from "../../shared/webhook/list-deliveries.ts";
import { checkedQuery, Limit, type List, linkBehind, readCursor, Time } from "../pipeline/query.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Separated by commas; API Gateway makes the same of a parameter that is repeated. Their order does not matter. */
const Types = z
  .string()
  .transform((text) => text.split(",").map((type) => type.trim()))
  .pipe(z.array(z.enum(eventTypes, `one of ${eventTypes.join(", ")}`)))
  .transform((types) => [...new Set(types)].sort());
const EventsQuery = z.strictObject({
  type: Types.default([]),
  since: Time.optional(),
  limit: Limit,
  cursor: z.string().optional(),
});
const EventsPosition = z.object({
  putAt: z.int().min(0),
  timestamp: z.iso.datetime({ offset: true }),
  id: z.string().regex(/^[\w-]{1,200}$/),
});

/** Which events a call asks for. Throws `malformed_query`, whose detail has every finding. */
export function readEventsQuery(gstin: string, query: Readonly<Record<string, string>>, now: Date): EventListQuery {
  const read = EventsQuery.safeParse(query);
  const since = read.data?.since ?? new Date(now.getTime() - DAY_MS);
  // What a malformed query asks for is not known, but whose cursor it has.
  const list = read.success ? eventsList(gstin, { since, types: read.data.type }) : { gstin };
  const { position, findings } = readCursor(query["cursor"], list, EventsPosition);
  // Whoever polls on has begun any time ago.
  const isTooOld = query["cursor"] === undefined && since.getTime() < now.getTime() - EVENT_LIFE_MS;
  const { type, limit } = checkedQuery(read, [...(isTooOld ? ["since: at most 30 days ago"] : []), ...findings]);
  return { since, types: type, limit, after: position };
}

/** Where the list goes on: behind this place, whenever that is. */
export function nextEvents(gstin: string, asked: EventListQuery, position: EventPosition): string {
  return linkBehind("/events", eventsList(gstin, asked), asked.limit, position);
}

function eventsList(gstin: string, { since, types }: Pick<EventListQuery, "since" | "types">): List {
  return { gstin, type: types.length > 0 ? types.join(",") : undefined, since: since.toISOString() };
}

const DeliveriesQuery = z.strictObject({
  endpoint: z
    .string()
    .regex(/^we_[\w-]{1,60}$/, "the id of an endpoint")
    .optional(),
  state: z.enum(deliveryStates, `one of ${deliveryStates.join(", ")}`).optional(),
  limit: Limit,
  cursor: z.string().optional(),
});
const DeliveriesPosition = z.object({
  id: z.string().regex(/^dlv_[\w-]{1,60}$/),
  createdAt: z.iso.datetime({ precision: 3 }),
});

/** Which deliveries a call asks for. Throws `malformed_query`, whose detail has every finding. */
export function readDeliveriesQuery(gstin: string, query: Readonly<Record<string, string>>): DeliveryListQuery {
  const list = { gstin, endpoint: query["endpoint"], state: query["state"] };
  const { position, findings } = readCursor(query["cursor"], list, DeliveriesPosition);
  const { endpoint, state, limit } = checkedQuery(DeliveriesQuery.safeParse(query), findings);
  return { endpoint, state, limit, before: position };
}

export function nextDeliveries(
  gstin: string,
  { endpoint, state, limit }: DeliveryListQuery,
  position: DeliveryPosition,
): string {
  return linkBehind("/deliveries", { gstin, endpoint, state }, limit, position);
}
