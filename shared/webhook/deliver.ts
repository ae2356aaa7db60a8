import { canonicalJson } from "../canonical-json.ts";
import type { EventRecord } from "../event/event.ts";
import type { Bus, EventLog } from "../event/event-log.ts";
import { toIstTimestamp } from "../ist.ts";
import type { Vault } from "../vault.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import type { DeliveryMessage } from "./delivery-queue.ts";
import type { After, DeliveryStore } from "./delivery-store.ts";
import { disableEndpoint, noteDisabled } from "./disable-endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { Climb } from "./ladder.ts";
import { nextWaitSeconds } from "./next-wait.ts";
import type { Received, Receiver } from "./receiver.ts";
import { openSecrets } from "./secrets.ts";
import { signedHeaders } from "./sign.ts";

export interface DeliverDeps {
  readonly deliveries: Pick<DeliveryStore, "find" | "attempted">;
  readonly endpoints: Pick<EndpointStore, "find" | "noteResult" | "disable">;
  readonly events: Pick<EventLog, "find" | "append">;
  readonly bus: Bus;
  readonly vault: Pick<Vault, "open">;
  readonly receiver: Receiver;
  readonly now: () => Date;
  /** From 0 to 1, 1 left out. */
  readonly random: () => number;
}

/** `over`: this generation has nothing more to do. `wait`: the next attempt is the ladder's. */
export type Delivered = { readonly is: "over" } | { readonly is: "wait"; readonly climb: Climb };

const OVER: Delivered = { is: "over" };
/** An attempt that should have been made so long ago is looked after by the sweeper. */
export const OVERDUE_MS = 5 * 60 * 1000;
/** An endpoint that fails for so long is disabled. */
const PATIENCE_MS = 5 * 24 * 60 * 60 * 1000;
const GONE = 410;

/**
 * One attempt of a delivery, if nobody has made it. The delivery says what follows before anybody acts on it: whoever is told
 * again goes on from there, and when nobody is, the sweeper does. Throws when a store or the vault fails: told again, it makes
 * the attempt, perhaps for the second time.
 */
export async function deliver(deps: DeliverDeps, message: DeliveryMessage): Promise<Delivered> {
  const { gstin, deliveryId } = message;
  const delivery = await deps.deliveries.find(gstin, deliveryId);
  if (delivery?.state !== "pending") return OVER;
  if (isMade(delivery, message)) return waiting(deps, delivery);
  if (delivery.generation !== message.generation) return OVER;
  const endpoint = await deps.endpoints.find(gstin, delivery.endpointId);
  const event = await deps.events.find({ v: 1, gstin, ...delivery.event });
  if (event && endpoint && !endpoint.disabled) return attempt(deps, delivery, endpoint, event);
  if (endpoint) await noteDisabled(deps, endpoint);
  await deps.deliveries.attempted(delivery, undefined, { state: "stopped" });
  return OVER;
}

/** After the first attempt the ladder takes over, as the first generation of executions. */
function isMade(
  { generation, attempts }: Delivery,
  message: Pick<DeliveryMessage, "generation" | "attempts">,
): boolean {
  return attempts.length > message.attempts && generation === ladderGeneration(message);
}

function ladderGeneration({ generation }: Pick<DeliveryMessage, "generation">): number {
  return Math.max(generation, 1);
}

function waiting({ now }: DeliverDeps, { gstin, id: deliveryId, nextAt = 0, ...delivery }: Delivery): Delivered {
  const { generation, attempts } = delivery;
  const waitSeconds = Math.max(0, Math.ceil((nextAt - OVERDUE_MS - now().getTime()) / 1000));
  return { is: "wait", climb: { v: 1, gstin, deliveryId, generation, attempts: attempts.length, waitSeconds } };
}

async function attempt(
  deps: DeliverDeps,
  delivery: Delivery,
  endpoint: Endpoint,
  event: EventRecord,
): Promise<Delivered> {
  const at = deps.now();
  const body = bodyOf(event);
  const secrets = await openSecrets(deps.vault, endpoint, at);
  const received = await deps.receiver.post(endpoint.url, signedHeaders({ id: event.id, body }, secrets, at), body);
  const next = nextOf(deps, delivery, received);
  // Before the attempt is noted: whoever stops in between makes it again, and does not forget that an endpoint is gone.
  if (!isDelivered(received)) await noteFailure(deps, endpoint, received, next);
  await deps.deliveries.attempted(delivery, asAttempt(delivery, at, received), next);
  if (isDelivered(received)) await noteSuccess(deps, endpoint);
  return next.state === "pending" ? goOn(deps, delivery) : OVER;
}

/** From what is stored, which may be another worker's account of the same attempt. */
async function goOn(deps: DeliverDeps, before: Delivery): Promise<Delivered> {
  const noted = await deps.deliveries.find(before.gstin, before.id);
  const attempts = before.attempts.length;
  const isPending = noted?.state === "pending" && isMade(noted, { generation: before.generation, attempts });
  return isPending ? waiting(deps, noted) : OVER;
}

/** Every attempt of every delivery sends the same bytes, in whatever order the store gives the members. */
function bodyOf({ type, timestamp, data }: EventRecord): string {
  return canonicalJson({ type, timestamp, data });
}

function isDelivered({ status = 0 }: Pick<Received, "status">): boolean {
  return status >= 200 && status < 300;
}

function nextOf({ now, random }: DeliverDeps, delivery: Delivery, received: Received): After {
  if (isDelivered(received)) return { state: "delivered" };
  if (received.status === GONE) return { state: "stopped" };
  const waitSeconds = nextWaitSeconds(delivery.attempts.length + 1, received, now(), random);
  if (waitSeconds === undefined) return { state: "exhausted" };
  const nextAt = new Date(now().getTime() + waitSeconds * 1000 + OVERDUE_MS);
  return { state: "pending", nextAt, generation: ladderGeneration(delivery) };
}

function asAttempt({ attempts }: Delivery, at: Date, { status, failure, answer, latencyMs }: Received): Attempt {
  return {
    n: attempts.length + 1,
    at: toIstTimestamp(at),
    latencyMs: Math.round(latencyMs),
    ...(status !== undefined && { status }),
    ...(failure && { failure }),
    ...(answer && { answer }),
  };
}

/** A healthy endpoint stays so without a write. */
async function noteSuccess({ endpoints, now }: DeliverDeps, { gstin, id, failingSince }: Endpoint): Promise<void> {
  if (failingSince !== undefined) await endpoints.noteResult(gstin, id, "delivered", now());
}

/**
 * A failing endpoint stays so without a write, too. It is disabled at the end of a ladder alone: five days between the failures
 * of two single attempts, of one who hears of few events, are not five days of failing.
 */
async function noteFailure(deps: DeliverDeps, endpoint: Endpoint, { status }: Received, next: After): Promise<void> {
  const { gstin, id, failingSince } = endpoint;
  if (status === GONE) return disableEndpoint(deps, endpoint, "gone");
  if (failingSince === undefined) return void (await deps.endpoints.noteResult(gstin, id, "failed", deps.now()));
  const isTooLong = deps.now().getTime() - Date.parse(failingSince) > PATIENCE_MS;
  if (isTooLong && next.state === "exhausted") await disableEndpoint(deps, endpoint, "failing");
}
