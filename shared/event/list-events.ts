import { lookThrough } from "../look-through.ts";
import type { EventType } from "./event.ts";
import type { EventLog, EventPosition, ListedEvent } from "./event-log.ts";

export interface EventListQuery {
  readonly since: Date;
  /** Empty: events of every type. */
  readonly types: readonly EventType[];
  /** How many to show, 1 to 100. */
  readonly limit: number;
  readonly after: EventPosition | undefined;
}

export interface EventList {
  readonly events: readonly ListedEvent[];
  /** Whether there is more now. */
  readonly more: boolean;
  /** Behind everything that was looked at: whoever goes on from here, now or later, sees each event that follows once. */
  readonly next: EventPosition;
}

/**
 * An event takes a moment from its time to its place in the index, and the clocks of those who put events differ. Younger ones
 * are not shown yet, so that nothing comes to stand before what was passed by.
 */
const SETTLED_MS = 5_000;

/** A GSTIN's events in the order in which they were put. It may be shorter than asked for, even empty, and there be more. */
export async function listEvents(
  log: Pick<EventLog, "list">,
  gstin: string,
  { since, types, limit, after }: EventListQuery,
  now: Date,
): Promise<EventList> {
  let seen: EventPosition = after ?? { putAt: since.getTime() - 1, timestamp: since.toISOString(), id: "-" };
  const { found, next } = await lookThrough(
    {
      read: async (limit, after) => {
        const page = await log.list(gstin, { since, limit, ...(after && { after }) });
        const settled = page.events.filter(({ putAt }) => putAt < now.getTime() - SETTLED_MS);
        const last = settled.at(-1);
        if (last) seen = positionOf(last);
        return { rows: settled, next: settled.length < page.events.length ? undefined : page.next };
      },
      show: async (rows) => rows.filter(({ type }) => types.length === 0 || types.includes(type)),
      positionOf: (event: ListedEvent) => positionOf(event),
    },
    { limit, isFiltered: types.length > 0, before: after },
  );
  return { events: found, more: next !== undefined, next: next ?? seen };
}

function positionOf({ putAt, timestamp, id }: EventPosition): EventPosition {
  return { putAt, timestamp, id };
}
