import { type EventRecord, eventId } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { toIstTimestamp } from "../ist.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";

interface DisableDeps {
  readonly endpoints: Pick<EndpointStore, "find" | "disable">;
  readonly events: Pick<EventLog, "append">;
  readonly bus: Bus;
  readonly now: () => Date;
}

/**
 * Nothing is sent to it from now on, and its owner can hear of it: at another endpoint, or in the list of events. What its owner
 * put right meanwhile is left alone: another address, or one that answers again.
 */
export async function disableEndpoint(
  deps: DisableDeps,
  { gstin, id, url }: Endpoint,
  reason: "gone" | "failing",
): Promise<void> {
  const endpoint = await deps.endpoints.find(gstin, id);
  if (endpoint?.url !== url || (reason === "failing" && endpoint.failingSince === undefined)) return;
  const at = deps.now();
  if ((await deps.endpoints.disable(gstin, id, reason, at)) === "already") return;
  const event = await noteDisabled(deps, { ...endpoint, disabled: { at: at.toISOString(), reason } });
  // The sweeper tells the bus of what it did not take.
  if (event) await deps.bus.publish(event).catch(() => undefined);
}

/**
 * Puts the event of an endpoint that was not disabled by its owner. It comes from the endpoint alone, so that whoever finds one
 * disabled makes up for another who stopped in between; the sweeper tells the bus.
 */
export async function noteDisabled(
  { events, now }: Pick<DisableDeps, "events" | "now">,
  { gstin, id, disabled }: Endpoint,
): Promise<EventRecord | undefined> {
  if (!disabled || disabled.reason === "by_owner") return undefined;
  const { reason } = disabled;
  const at = new Date(disabled.at);
  const event: EventRecord = {
    v: 1,
    id: eventId("endpoint.disabled", `${id}-${at.getTime()}`),
    gstin,
    type: "endpoint.disabled",
    timestamp: toIstTimestamp(at),
    data: { endpointId: id, reason, links: { endpoint: `/webhooks/${id}` } },
  };
  return events.append(event, now());
}
