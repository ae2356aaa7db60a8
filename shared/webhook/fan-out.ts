import { createHash } from "node:crypto";
import type { EventKey, EventRecord } from "../event/event.ts";
import type { EventLog } from "../event/event-log.ts";
import { OVERDUE_MS } from "./deliver.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryQueue } from "./delivery-queue.ts";
import type { DeliveryStore } from "./delivery-store.ts";
import { type Endpoint, wantsEvent } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { Ladder } from "./ladder.ts";

export interface OpenDeps {
  readonly deliveries: Pick<DeliveryStore, "open">;
  readonly queue: DeliveryQueue;
  readonly ladder: Ladder;
  readonly now: () => Date;
}

export type FanOutDeps = OpenDeps & {
  readonly events: Pick<EventLog, "find" | "dispatched">;
  readonly endpoints: Pick<EndpointStore, "list">;
};

/**
 * Opens a delivery for each endpoint that wants the event, and has its first attempt made. Until all are open the event is not
 * dispatched and comes again; those that are open stay as they are. How many it opened; undefined when there is no such event.
 */
export async function fanOut(deps: FanOutDeps, key: EventKey): Promise<number | undefined> {
  const event = await deps.events.find(key);
  if (!event) return undefined;
  const endpoints = (await deps.endpoints.list(key.gstin)).filter((endpoint) => wantsEvent(endpoint, event));
  const opened = await Promise.all(
    endpoints.map((endpoint) => openDelivery(deps, endpoint, event, { id: deliveryId(event, endpoint) })),
  );
  await deps.events.dispatched(key);
  return opened.filter((is) => is === "opened").length;
}

/** The same for the same event and endpoint, however often it is told. */
export function deliveryId({ id }: Pick<EventRecord, "id">, endpoint: Pick<Endpoint, "id">): string {
  return `dlv_${createHash("sha256").update(`${id} ${endpoint.id}`).digest("base64url").slice(0, 24)}`;
}

/** Which delivery it is, what it repeats, and, when its turn comes later, at what time the sweeper is to take it up. */
type Opening = Pick<Delivery, "id" | "replayOf"> & { readonly dueAt?: Date };

/**
 * A delivery that is open is looked after: a message or an execution that cannot be had now is made up for by the sweeper. An
 * endpoint that fails goes its own way at once, where it takes nobody's turn.
 */
export async function openDelivery(
  deps: OpenDeps,
  endpoint: Endpoint,
  { id, type, timestamp, gstin }: EventRecord,
  { dueAt, ...of }: Opening,
): Promise<"opened" | "already"> {
  const now = deps.now();
  const isFailing = endpoint.failingSince !== undefined && !dueAt;
  const generation = isFailing ? 1 : 0;
  const opened = await deps.deliveries.open({
    v: 1,
    ...of,
    gstin,
    endpointId: endpoint.id,
    event: { id, type, timestamp },
    state: "pending",
    createdAt: now.toISOString(),
    attempts: [],
    generation,
    nextAt: dueAt?.getTime() ?? now.getTime() + OVERDUE_MS,
  });
  if (opened === "already" || dueAt) return opened;
  const message = { v: 1, gstin, deliveryId: of.id, generation, attempts: 0 } as const;
  const begun: Promise<unknown> = isFailing
    ? deps.ladder.start({ ...message, waitSeconds: 0 })
    : deps.queue.send(endpoint.id, message);
  await begun.catch(() => undefined);
  return opened;
}
