import * as z from "zod";
import { catalogue } from "../../event/catalogue.ts";
import { eventTypes, type EventType as Type } from "../../event/event.ts";
import { deliveryStates, failureKinds } from "../../webhook/delivery.ts";
import { disabledReasons } from "../../webhook/endpoint.ts";
import { component } from "./component.ts";
import { mode, next, path, self, time } from "./values.ts";

export const EventType = component("EventType", z.enum(eventTypes));

const endpoint = {
  id: z.string().startsWith("we_"),
  url: z.string(),
  events: z.array(EventType).describe("Empty: all there are, and those to come."),
  description: z.string().optional(),
  status: z.enum(["enabled", "disabled"]),
  disabledReason: z
    .enum(disabledReasons)
    .optional()
    .describe("by_owner: you did. gone: it answered 410. failing: nothing arrived for five days."),
  disabledAt: time.optional(),
  failingSince: time.optional().describe("Since when nothing arrived; absent after a success."),
  createdAt: time,
  mode,
  links: z.object({ self, deliveries: path("What was sent to it.") }),
};
const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+=*$/)
  .describe("Signs what is sent (Standard Webhooks). It is shown this once.");

export const Endpoint = component("Webhook", z.object(endpoint));
export const NewEndpoint = component("NewWebhook", z.object({ ...endpoint, secret }));
export const RotatedEndpoint = component(
  "RotatedWebhook",
  z.object({ ...endpoint, secret, previousSecretUntil: time.describe("Until then both secrets sign.") }),
);
export const EndpointList = component("WebhookList", z.object({ webhooks: z.array(Endpoint) }));

/** Names the `data` of an event type: `irn.cancel_failed` → `IrnCancelFailedData`. */
export function dataComponent(type: Type): string {
  return `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Data`;
}

/** A schema of its own for each type: some have the same in the catalogue. */
const data = eventTypes.map((each) =>
  component(dataComponent(each), catalogue[each].data.describe(catalogue[each].says)),
);
const [first, ...others] = data;
if (!first) throw new Error("the catalogue has no event");

const Event = component(
  "Event",
  z
    .object({
      id: z.string().describe("The webhook-id of every delivery of it: the same event told twice has the same id."),
      type: EventType,
      timestamp: time.describe("When it happened."),
      data: z.union([first, ...others]).describe("As the webhook of this type has it."),
    })
    .describe("Something that happened."),
);

export const EventList = component(
  "EventList",
  z.object({
    events: z.array(Event),
    more: z.boolean().describe("Whether there is more now."),
    next: path("Where to go on, now or later: always there, so that you can poll."),
  }),
);

const Sent = z.object({ deliveries: path("What was sent to the endpoint.") });
export const TestSent = component("TestSent", z.object({ event: Event, links: Sent }));
export const Recovered = component(
  "Recovered",
  z.object({
    opened: z.int().describe("How many deliveries this call began."),
    more: z.boolean().describe("Whether there are more events than one call looks at."),
    next: z
      .object({ since: z.iso.datetime({ offset: true }), what: z.enum(["failed", "missed"]) })
      .optional()
      .describe("The body to go on with."),
    links: Sent,
  }),
);

const failure = z.enum(failureKinds);
const delivery = {
  id: z.string().startsWith("dlv_"),
  endpointId: z.string(),
  event: z.object({ id: z.string(), type: EventType, timestamp: time }),
  state: z.enum(deliveryStates).describe("exhausted: every attempt failed. stopped: the endpoint is gone or disabled."),
  createdAt: time,
  attemptCount: z.int(),
  lastStatus: z.int().optional(),
  lastFailure: failure.optional(),
  nextAttemptAt: time.optional(),
  replayOf: z.string().optional().describe("The delivery that this one repeats."),
  links: z.object({ self, endpoint: path("Where it goes.") }),
};
const Attempt = component(
  "DeliveryAttempt",
  z.object({
    n: z.int().min(1),
    at: z.iso.datetime({ offset: true }),
    status: z.int().optional(),
    latencyMs: z.number(),
    failure: failure.optional(),
    answer: z.string().max(500).optional().describe("The head of what the endpoint said."),
  }),
);

export const ListedDelivery = component("ListedDelivery", z.object(delivery));
export const DeliveryList = component("DeliveryList", z.object({ deliveries: z.array(ListedDelivery), next }));
export const DeliveryNow = component("Delivery", z.object({ ...delivery, attempts: z.array(Attempt) }));
