import { listEvents } from "../../shared/event/list-events.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { OVERDUE_MS } from "../../shared/webhook/deliver.ts";
import type { Delivery } from "../../shared/webhook/delivery.ts";
import type { DeliveryStore } from "../../shared/webhook/delivery-store.ts";
import { listDeliveries } from "../../shared/webhook/list-deliveries.ts";
import { ownDelivery, type ReplayDeps, replay } from "../../shared/webhook/replay.ts";
import { type Call, type HttpAnswer, ok } from "../pipeline/http.ts";
import { httpFunction, type PipelineDeps } from "../pipeline/http-function.ts";
import { nextDeliveries, nextEvents, readDeliveriesQuery, readEventsQuery } from "./list-queries.ts";

type Deps = PipelineDeps &
  ReplayDeps & {
    readonly deliveries: Pick<DeliveryStore, "open" | "find" | "list">;
  };

export function createHandler(deps: Deps) {
  return httpFunction("events", deps, {
    "GET /events": (call) => readEvents(deps, call),
    "GET /deliveries": (call) => readDeliveries(deps, call),
    "GET /deliveries/{id}": async (call) => ok(whole(await ownDelivery(deps, ...whose(call)))),
    "POST /deliveries/{id}/replay": (call) => replayDelivery(deps, call),
  });
}

/** What happened, the oldest first, each as a webhook tells it. `next` is always there: polling goes on from it. */
async function readEvents(deps: Deps, { query, caller }: Call): Promise<HttpAnswer> {
  const gstin = caller?.gstin ?? "";
  const asked = readEventsQuery(gstin, query, deps.now());
  const { events, more, next } = await listEvents(deps.events, gstin, asked, deps.now());
  const told = events.map(({ id, type, timestamp, data }) => ({ id, type, timestamp, data }));
  return ok({ events: told, more, next: nextEvents(gstin, asked, next) });
}

async function readDeliveries(deps: Deps, { query, caller }: Call): Promise<HttpAnswer> {
  const gstin = caller?.gstin ?? "";
  const asked = readDeliveriesQuery(gstin, query);
  const { deliveries, next } = await listDeliveries(deps.deliveries, gstin, asked);
  return ok({ deliveries: deliveries.map(summary), ...(next && { next: nextDeliveries(gstin, asked, next) }) });
}

async function replayDelivery(deps: Deps, call: Call): Promise<HttpAnswer> {
  const delivery = await replay(deps, ...whose(call));
  return { status: 202, headers: { location: `/deliveries/${delivery.id}` }, json: whole(delivery) };
}

function whole(delivery: Delivery) {
  return { ...summary(delivery), attempts: delivery.attempts };
}

function summary(delivery: Delivery) {
  const { id, endpointId, event, state, createdAt, attempts, nextAt, replayOf } = delivery;
  const last = attempts.at(-1);
  return {
    ...{ id, endpointId, event, state },
    createdAt: indian(Date.parse(createdAt)),
    attemptCount: attempts.length,
    ...(last?.status !== undefined && { lastStatus: last.status }),
    ...(last?.failure && { lastFailure: last.failure }),
    // From then on it would be overdue. Before the first attempt there is nothing to wait for.
    ...(last && nextAt !== undefined && { nextAttemptAt: indian(nextAt - OVERDUE_MS) }),
    ...(replayOf !== undefined && { replayOf }),
    links: { self: `/deliveries/${id}`, endpoint: `/webhooks/${endpointId}` },
  };
}

function whose({ caller, params }: Call): [gstin: string, id: string] {
  return [caller?.gstin ?? "", params["id"] ?? ""];
}

function indian(at: number): string {
  return toIstTimestamp(new Date(at));
}
