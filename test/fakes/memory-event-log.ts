import type { EventKey, EventRecord } from "../../shared/event/event.ts";
import { DISPATCH_WITHIN_MS, type EventLog, type EventPosition } from "../../shared/event/event-log.ts";

/** An event, when it was put, and when the bus is to be told of it again: absent once it is dispatched. */
export interface EventRow {
  readonly event: EventRecord;
  readonly putAt: number;
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

    async find(key) {
      return structuredClone(rows.get(eventKey(key))?.event);
    },

    async list(gstin, { since, limit, after }) {
      const listed = [...rows.values()].filter(({ event, putAt }) => event.gstin === gstin && putAt >= since.getTime());
      const rest = listed
        .map(placed)
        .sort(firstPut)
        .filter((each) => !after || firstPut(each, after) > 0);
      const page = rest.slice(0, limit);
      const last = page.at(-1);
      const next = last && rest.length > limit ? { next: positionOf(last) } : {};
      return { events: structuredClone(page.map(({ event, putAt }) => ({ ...event, putAt }))), ...next };
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
      if (row?.dispatchAt !== undefined) rows.set(eventKey(key), { ...row, dispatchAt: dispatchAt(at) });
    },

    async dispatched(key) {
      const row = rows.get(eventKey(key));
      if (row) rows.set(eventKey(key), { event: row.event, putAt: row.putAt });
    },
  };
}

export function undispatched(event: EventRecord, at: Date): EventRow {
  return { event: structuredClone(event), putAt: at.getTime(), dispatchAt: dispatchAt(at) };
}

function dispatchAt(at: Date): number {
  return at.getTime() + DISPATCH_WITHIN_MS;
}

function placed({ event, putAt }: EventRow) {
  return { putAt, timestamp: event.timestamp, id: event.id, event };
}

function positionOf({ putAt, timestamp, id }: EventPosition): EventPosition {
  return { putAt, timestamp, id };
}

/** Events that were put at the same time by their timestamps and ids. */
function firstPut(one: EventPosition, other: EventPosition): number {
  const [a, b] = [one, other].map(({ timestamp, id }) => `${timestamp}#${id}`);
  return one.putAt - other.putAt || (a === b ? 0 : (a ?? "") < (b ?? "") ? -1 : 1);
}

export function eventKey({ gstin, timestamp, id }: Omit<EventKey, "v">): string {
  return `${gstin} ${timestamp}#${id}`;
}
