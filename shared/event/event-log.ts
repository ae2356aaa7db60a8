import type { EventRecord } from "./event.ts";

/** The durable list of what happened, 30 days long. */
export interface EventLog {
  /** Put if absent; returns the stored event: the first stands. */
  append(event: EventRecord): Promise<EventRecord>;
}

/** Tells the rest of the system. Carries the event's key alone; the log holds the event. */
export interface Bus {
  /** At least once. A failed entry throws. */
  publish(event: EventRecord): Promise<void>;
}

export const EVENT_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
