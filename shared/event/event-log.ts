import type { EventKey, EventRecord } from "./event.ts";

/** The durable list of what happened, 30 days long. */
export interface EventLog {
  /** Put if absent; returns the stored event: the first stands. From `at` on it is to be dispatched within a time. */
  append(event: EventRecord, at: Date): Promise<EventRecord>;
  /** Strongly consistent. */
  find(event: EventKey): Promise<EventRecord | undefined>;
  /**
   * A GSTIN's events in the order in which they were put, the oldest first, from that time on or behind that position: nothing
   * that is put later comes before what was listed. Looks at `limit` (1 to 100) of them. Seen through an index, which may lag.
   */
  list(gstin: string, page: EventPage): Promise<ListedEvents>;
  /** Events that should have been dispatched by now, the longest overdue first. Seen through an index, which may lag. */
  undispatched(now: Date, limit: number): Promise<readonly EventRecord[]>;
  /** Told the bus once more: the next look at it comes later. Does nothing to one that is dispatched. */
  postpone(event: EventKey, at: Date): Promise<void>;
  /** Everyone who is to know of it is known: the bus need not be told again. */
  dispatched(event: EventKey): Promise<void>;
}

/** Where a list of events goes on: behind this one. `putAt`: when it was put, epoch ms. */
export interface EventPosition {
  readonly putAt: number;
  readonly timestamp: string;
  readonly id: string;
}

export interface EventPage {
  readonly since: Date;
  readonly limit: number;
  readonly after?: EventPosition;
}

/** An event with its place: whoever shows it may go on behind it. */
export type ListedEvent = EventRecord & Pick<EventPosition, "putAt">;

export interface ListedEvents {
  readonly events: readonly ListedEvent[];
  /** Absent when there is nothing more now. */
  readonly next?: EventPosition;
}

/** Tells the rest of the system. Carries the event's key alone; the log holds the event. */
export interface Bus {
  /** At least once. A failed entry throws. */
  publish(event: EventRecord): Promise<void>;
}

/** An event that nobody has taken from the bus by then is put on it again. */
export const DISPATCH_WITHIN_MS = 2 * 60 * 1000;
export const EVENT_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
