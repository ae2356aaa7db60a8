import { type EventRecord, eventId } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { toIstTimestamp } from "../ist.ts";
import type { Endpoint } from "./endpoint.ts";

export interface TestDeps {
  readonly events: Pick<EventLog, "append">;
  readonly bus: Bus;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Puts an event for this endpoint alone, which then goes the way of every other: bus, fan-out, queue, delivery. */
export async function testEndpoint(deps: TestDeps, { gstin, id }: Endpoint): Promise<EventRecord> {
  const at = deps.now();
  const event: EventRecord = {
    v: 1,
    id: eventId("endpoint.test", `${id}-${deps.newId()}`),
    gstin,
    type: "endpoint.test",
    timestamp: toIstTimestamp(at),
    data: { endpointId: id, links: { endpoint: `/webhooks/${id}` } },
  };
  const stored = await deps.events.append(event, at);
  // What the bus does not take now, the sweeper tells it.
  await deps.bus.publish(stored).catch(() => undefined);
  return stored;
}
