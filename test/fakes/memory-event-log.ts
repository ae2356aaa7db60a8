import type { EventRecord } from "../../shared/event/event.ts";
import type { EventLog } from "../../shared/event/event-log.ts";

/** Events by GSTIN, time and id, in the order in which they were put. */
export type EventRows = Map<string, EventRecord>;

export function memoryEventLog(rows: EventRows = new Map()): EventLog {
  return {
    async append(event) {
      const standing = rows.get(eventKey(event)) ?? structuredClone(event);
      rows.set(eventKey(event), standing);
      return structuredClone(standing);
    },
  };
}

export function eventKey({ gstin, timestamp, id }: EventRecord): string {
  return `${gstin} ${timestamp}#${id}`;
}
