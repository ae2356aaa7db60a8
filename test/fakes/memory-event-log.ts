import type { EventKey, EventRecord } from "../../shared/event/event.ts";
import { DISPATCH_WITHIN_MS, type EventLog } from "../../shared/event/event-log.ts";

/** An event, and when the bus is to be told of it again: absent once it is dispatched. */
export interface EventRow {
  readonly event: EventRecord;
  readonly dispatchAt?: number;
}

/** Events by GSTIN, time and id, in the order in which they were put. */
export type EventRows = Map<string, EventRow>;

export function memoryEventLog(rows: EventRows = new Map()): EventLog {
  return {
    async append(event, at) {
      const standing = rows.get(eventKey(event)) ?? undispatched(event, at);
      rows.set(eventKey(event), standing);
      return structuredClone(standing.event);
    },

    async undispatched(now, limit) {
      const due = [...rows.values()].filter(({ dispatchAt = Infinity }) => dispatchAt <= now.getTime());
      return due
        .sort((one, other) => (one.dispatchAt ?? 0) - (other.dispatchAt ?? 0))
        .slice(0, limit)
        .map(({ event }) => structuredClone(event));
    },

    async postpone(key, at) {
      const row = rows.get(eventKey(key));
      if (row?.dispatchAt !== undefined) rows.set(eventKey(key), undispatched(row.event, at));
    },

    async dispatched(key) {
      const row = rows.get(eventKey(key));
      if (row) rows.set(eventKey(key), { event: row.event });
    },
  };
}

export function undispatched(event: EventRecord, at: Date): EventRow {
  return { event: structuredClone(event), dispatchAt: at.getTime() + DISPATCH_WITHIN_MS };
}

export function eventKey({ gstin, timestamp, id }: Omit<EventKey, "v">): string {
  return `${gstin} ${timestamp}#${id}`;
}
