import * as z from "zod";
import { type EventRecord, eventTypes } from "../event/event.ts";

/** A secret of an endpoint, `whsec_` and 32 random bytes in base64, as it is sealed at rest. */
const SealedSecret = z.object({
  sealed: z.string(),
  /** After that time it signs no more, RFC 3339; the current one has none. */
  until: z.string().optional(),
});

/** Why an endpoint gets nothing: its owner said so, it answered 410, or it failed for five days. */
export const disabledReasons = ["by_owner", "gone", "failing"] as const;

/** Where a GSTIN's events go. It is never deleted but by its owner. */
export const Endpoint = z.object({
  v: z.literal(1),
  id: z.string(),
  gstin: z.string(),
  url: z.string(),
  /** Empty: every type there is, those to come included. */
  events: z.array(z.enum(eventTypes)),
  description: z.string().optional(),
  /** The newest first; both sign while two are valid. */
  secrets: z.array(SealedSecret).min(1).max(2),
  createdAt: z.string(),
  disabled: z.object({ at: z.string(), reason: z.enum(disabledReasons) }).optional(),
  /** Since when every attempt failed, RFC 3339; none after a success. */
  failingSince: z.string().optional(),
  /** Until then the places of what is sent again are given away, RFC 3339: so many in a second, whoever asks. */
  replaysUntil: z.string().optional(),
  /** Raised by each change, whoever makes it: who changes what it did not read loses. */
  revision: z.number().int(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/**
 * Whether an event goes to this endpoint: a test to the one that is tried, whatever it subscribes to; that one was disabled to
 * all others.
 */
export function wantsEvent(
  { id, events, disabled }: Endpoint,
  { type, data }: Pick<EventRecord, "type" | "data">,
): boolean {
  if (disabled) return false;
  const isOfItself = data["endpointId"] === id;
  if (type === "endpoint.test") return isOfItself;
  if (type === "endpoint.disabled" && isOfItself) return false;
  return events.length === 0 || events.includes(type);
}
