import * as z from "zod";
import { deliveryStates } from "../../webhook/delivery.ts";
import {
  DeliveryList,
  DeliveryNow,
  Endpoint,
  EndpointList,
  EventList,
  EventType,
  NewEndpoint,
  Recovered,
  RotatedEndpoint,
  TestSent,
} from "../answers/webhook.ts";
import * as example from "./examples.ts";
import { page } from "./lists.ts";
import type { Answer, Operation } from "./operation.ts";

const told = (status: 200 | 201 | 202, description: string, schema: z.ZodType, value: unknown): Answer => ({
  ...{ status, description },
  content: { schema, example: value },
});
const endpoint = told(200, "The endpoint, as it now is.", Endpoint, example.endpoint);
const located = ["Location"] as const;

/** Endpoints, events and deliveries. */
export const delivering = {
  "POST /webhooks": {
    id: "createWebhook",
    tag: "Webhooks",
    summary: "Add an endpoint",
    description:
      "`events` left out or empty means all of them, those to come included. Deployed stages send by https to public addresses alone. The answer shows the secret this once.",
    bodies: {
      some: { summary: "Two types of event", value: { url: example.endpoint.url, events: example.endpoint.events } },
      all: { summary: "Everything", value: { url: example.endpoint.url } },
    },
    answers: [{ ...told(201, "Added.", NewEndpoint, example.newEndpoint), headers: located }],
    problems: ["invalid_body", "too_many_endpoints"],
  },
  "GET /webhooks": {
    id: "listWebhooks",
    tag: "Webhooks",
    summary: "List endpoints",
    description: "All of the GSTIN, the oldest first. Never a secret.",
    answers: [told(200, "The endpoints.", EndpointList, { webhooks: [example.endpoint] })],
    problems: [],
  },
  "GET /webhooks/{id}": {
    id: "readWebhook",
    tag: "Webhooks",
    summary: "Read an endpoint",
    description: "With why and since when it fails or is disabled.",
    answers: [endpoint],
    problems: ["not_found"],
  },
  "PATCH /webhooks/{id}": {
    id: "updateWebhook",
    tag: "Webhooks",
    summary: "Change an endpoint",
    description: "What is left out stays as it is; an empty `description` is none.",
    bodies: { events: { summary: "Other events", value: { events: ["irn.rejected"] } } },
    answers: [endpoint],
    problems: ["not_found", "invalid_body"],
  },
  "DELETE /webhooks/{id}": {
    id: "deleteWebhook",
    tag: "Webhooks",
    summary: "Delete an endpoint",
    description: "Nothing more is sent to it.",
    answers: [{ status: 204, description: "Deleted." }],
    problems: ["not_found"],
  },
  "POST /webhooks/{id}/enable": {
    id: "enableWebhook",
    tag: "Webhooks",
    summary: "Enable an endpoint",
    description: "With a clean record. What it missed is sent by `POST /webhooks/{id}/recover`.",
    answers: [endpoint],
    problems: ["not_found"],
  },
  "POST /webhooks/{id}/disable": {
    id: "disableWebhook",
    tag: "Webhooks",
    summary: "Disable an endpoint",
    description: "Nothing is sent to it until it is enabled again.",
    answers: [told(200, "The endpoint, as it now is.", Endpoint, example.disabledEndpoint)],
    problems: ["not_found"],
  },
  "POST /webhooks/{id}/rotate-secret": {
    id: "rotateWebhookSecret",
    tag: "Webhooks",
    summary: "Change the secret",
    description: "The new one signs from now on, and the old one beside it for a day.",
    answers: [told(200, "The endpoint with its new secret.", RotatedEndpoint, example.rotatedEndpoint)],
    problems: ["not_found"],
  },
  "POST /webhooks/{id}/test": {
    id: "testWebhook",
    tag: "Webhooks",
    summary: "Send a test event",
    description: "To this endpoint alone, the way that every other event goes.",
    answers: [told(202, "It is on its way.", TestSent, example.testSent)],
    problems: ["not_found", "endpoint_disabled"],
  },
  "POST /webhooks/{id}/recover": {
    id: "recoverWebhook",
    tag: "Webhooks",
    summary: "Send again what was missed",
    description:
      "In order and at a bounded rate. `missed`, unless told otherwise: deliveries that came to nothing, and events of which there was no delivery. `failed`: the first of them alone.",
    bodies: { sinceThen: { summary: "Since a time", value: { since: "2026-08-18T14:30:00+05:30" } } },
    answers: [told(202, "So many deliveries were begun.", Recovered, example.recovered)],
    problems: ["not_found", "invalid_body", "endpoint_disabled"],
  },
  "GET /events": {
    id: "listEvents",
    tag: "Events",
    summary: "List events",
    description:
      "For those who rather ask: the same events, for 30 days, in the order in which they were put. Follow `next`; each event comes once.",
    query: {
      type: {
        description: "Events of these types alone, separated by commas.",
        schema: z.array(EventType),
        isList: true,
        example: ["irn.generated", "irn.cancelled"],
      },
      since: {
        description: "From this time on; for the last day unless told. At most 30 days ago.",
        schema: z.iso.datetime({ offset: true }),
        example: "2026-08-18T14:30:00+05:30",
      },
      ...page,
    },
    answers: [told(200, "A page of the list.", EventList, example.eventList)],
    problems: [],
  },
  "GET /deliveries": {
    id: "listDeliveries",
    tag: "Events",
    summary: "List deliveries",
    description: "One event on its way to one endpoint is a delivery. The newest first, for 30 days.",
    query: {
      endpoint: {
        description: "Deliveries to this endpoint alone.",
        schema: z.string().regex(/^we_[\w-]{1,60}$/),
        example: example.ENDPOINT_ID,
      },
      state: { description: "Deliveries of this state alone.", schema: z.enum(deliveryStates), example: "exhausted" },
      ...page,
    },
    answers: [told(200, "A page of the list.", DeliveryList, example.deliveryList)],
    problems: [],
  },
  "GET /deliveries/{id}": {
    id: "readDelivery",
    tag: "Events",
    summary: "Read a delivery",
    description: "With every attempt.",
    answers: [told(200, "The delivery.", DeliveryNow, example.delivery)],
    problems: ["not_found"],
  },
  "POST /deliveries/{id}/replay": {
    id: "replayDelivery",
    tag: "Events",
    summary: "Send an event again",
    description: "At once, to the same endpoint, under the same `webhook-id`. It is a delivery of its own.",
    answers: [{ ...told(202, "It is on its way.", DeliveryNow, example.replayed), headers: located }],
    problems: ["not_found", "endpoint_disabled", "too_many_replays"],
  },
} as const satisfies Record<string, Operation>;
