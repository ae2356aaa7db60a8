import * as z from "zod";
import { catalogue, type EventType } from "./catalogue.ts";

export type { EventType };
export const eventTypes = Object.keys(catalogue) as [EventType];

/** Who speaks, on the bus. */
export const EVENT_SOURCE = "einvoice";

/** A frozen event: thin (identifiers, status, links), so that it can be repeated for ever and shown to anyone who may see the document. */
export const EventRecord = z.object({
  v: z.literal(1),
  id: z.string(),
  gstin: z.string(),
  type: z.enum(eventTypes),
  /** RFC 3339, of the change. */
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type EventRecord = z.infer<typeof EventRecord>;

/** Which event, as the bus carries it. */
export const EventKey = EventRecord.pick({ v: true, id: true, gstin: true, timestamp: true });
export type EventKey = z.infer<typeof EventKey>;

/** The id says what changed, so that the same change told twice is the same event. */
export function eventId(type: EventType, subject: string): string {
  return `${type.replaceAll(/[._]/g, "-")}-${subject}`;
}
