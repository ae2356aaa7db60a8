import * as z from "zod";
import { eventTypes } from "../event/event.ts";
import { list, oneOf, pattern } from "../invoice/fields.ts";
import { closed } from "./change-bodies.ts";

const url = pattern(/^/, "a URL as text", "Write it as https://host/path.").meta({
  type: "string",
  format: "uri",
  maxLength: 2000,
});
const events = list(oneOf(...eventTypes));
const description = pattern(/^.{0,200}$/su, "text of at most 200 characters", "Shorten it.");

/** `events` left out, or empty: all of them, those to come included. An empty `description` is none. */
export const NewEndpointBody = closed({ url, events: events.optional(), description: description.optional() });
export type NewEndpointBody = z.infer<typeof NewEndpointBody>;
export const EndpointChangeBody = closed(NewEndpointBody.partial().shape);
export type EndpointChangeBody = z.infer<typeof EndpointChangeBody>;

/** `failed`: deliveries that came to nothing. `missed`: those, and events of which there was no delivery at all. */
export const RecoverBody = closed({
  since: pattern(
    z.regexes.datetime({ offset: true }),
    "a time as RFC 3339 has it",
    "Write it as 2026-08-18T14:30:00+05:30.",
  ),
  what: oneOf("failed", "missed").optional(),
});
export type RecoverBody = z.infer<typeof RecoverBody>;
