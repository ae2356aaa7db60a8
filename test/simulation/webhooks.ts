import { fifoQueue } from "../../infra/local/engines/fifo-queue.ts";
import type { MessageQueue } from "../../infra/local/engines/message-queue.ts";
import type { Vault } from "../../shared/vault.ts";
import type { DeliveryQueue } from "../../shared/webhook/delivery-queue.ts";
import type { DeliveryStore } from "../../shared/webhook/delivery-store.ts";
import type { Endpoint } from "../../shared/webhook/endpoint.ts";
import type { EndpointStore } from "../../shared/webhook/endpoint-store.ts";
import type { Climb, Ladder } from "../../shared/webhook/ladder.ts";
import { newSecret, sealSecret } from "../../shared/webhook/secrets.ts";
import { type DeliveryRows, memoryDeliveryStore } from "../fakes/memory-delivery-store.ts";
import { type EndpointRows, memoryEndpointStore } from "../fakes/memory-endpoint-store.ts";
import { memoryLadder } from "../fakes/memory-ladder.ts";
import { memoryVault } from "../fakes/memory-vault.ts";
import { NEIGHBOUR, SELLER } from "./documents.ts";
import type { Window } from "./government.ts";
import type { Misfortune } from "./weather.ts";

/** Who wants to hear of what happens, and what they do about it. */
export interface WebhookPlan {
  readonly endpoints: readonly EndpointPlan[];
  readonly acts: readonly OwnerAct[];
  /** From then on nothing goes wrong on the way to them either, but for what their servers do. */
  readonly calmFromMs: number;
}

export interface EndpointPlan {
  readonly of: "seller" | "neighbour";
  /** Empty: all. */
  readonly events: Endpoint["events"];
  readonly isDisabled: boolean;
  readonly server: Server;
}

/** It answers 200, but for these times. */
export type Server = readonly (Window & { readonly is: Misfortune })[];

/** What the owner of an endpoint asks the API for. */
export interface OwnerAct {
  readonly atMs: number;
  /** Its place in the plan. */
  readonly endpoint: number;
  readonly is: "disable" | "enable" | "remove" | "move" | "rotate" | "narrow" | "test" | "replay" | "recover";
}

export const noWebhooks: WebhookPlan = { endpoints: [], acts: [], calmFromMs: 0 };

export interface WebhookRows {
  readonly deliveries: DeliveryRows;
  readonly endpoints: EndpointRows;
}

/** What stands between an event and its endpoints. */
export interface WebhookPorts {
  readonly deliveries: DeliveryStore;
  readonly endpoints: EndpointStore;
  readonly deliveryQueue: DeliveryQueue;
  readonly ladder: Ladder;
  readonly vault: Vault;
}

export interface Webhooks extends WebhookPorts {
  readonly rows: WebhookRows;
  readonly queue: MessageQueue;
  /** By its sealed form. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What to do when a message was sent or an execution begins. */
  readonly on: { message: () => void; climb: (climb: Climb) => void };
  randomBytes(size: number): Uint8Array;
}

/** One safeguard of theirs taken away. */
export type WebhookSabotage = (ports: WebhookPorts, rows: WebhookRows, on: Webhooks["on"]) => WebhookPorts;

/** As the construct sets them up. */
const VISIBILITY_SECONDS = 90;
const MOST_RECEIVES = 5;

export function newWebhooks(
  plan: WebhookPlan,
  nowMs: () => number,
  startMs: number,
  changed: WebhookSabotage = (ports) => ports,
): Webhooks {
  let ids = 0;
  const rows: WebhookRows = { deliveries: new Map(), endpoints: new Map() };
  const secrets = new Map<string, string>();
  const vault = memoryVault();
  const started = memoryLadder();
  const on: Webhooks["on"] = { message: () => {}, climb: () => {} };
  const queue = fifoQueue({
    settings: { fifo: false, visibilityTimeoutSeconds: VISIBILITY_SECONDS, maxReceiveCount: MOST_RECEIVES },
    now: nowMs,
    newId: () => `delivery${++ids}`,
  });
  const ports: WebhookPorts = {
    deliveries: memoryDeliveryStore(rows.deliveries),
    endpoints: memoryEndpointStore(rows.endpoints),
    deliveryQueue: {
      async send(groupId, message) {
        queue.send({ body: JSON.stringify(message), groupId });
        on.message();
      },
    },
    ladder: {
      async start(climb) {
        const is = await started.start(climb);
        if (is === "started") on.climb(climb);
        return is;
      },
    },
    vault: {
      ...vault,
      async seal(context, secret) {
        const sealed = await vault.seal(context, secret);
        secrets.set(sealed, secret);
        return sealed;
      },
    },
  };
  const randomBytes = (size: number) => new Uint8Array(size).fill(++ids % 256);
  const webhooks = { ...changed(ports, rows, on), rows, queue, secrets, on, randomBytes };
  for (const [n, endpoint] of plan.endpoints.entries()) void putEndpoint(webhooks, n, endpoint, startMs);
  return webhooks;
}

/** At once, but for its secret, which comes before anything happens. */
async function putEndpoint({ rows, vault, randomBytes }: Webhooks, n: number, plan: EndpointPlan, startMs: number) {
  const of = { gstin: plan.of === "seller" ? SELLER : NEIGHBOUR, id: endpointId(n) };
  const createdAt = new Date(startMs).toISOString();
  const secrets: Endpoint["secrets"] = [];
  rows.endpoints.set(`${of.gstin} ${of.id}`, {
    ...{ v: 1, ...of, url: urlOf(n, 0), events: [...plan.events], secrets, createdAt, revision: 1 },
    ...(plan.isDisabled && { disabled: { at: createdAt, reason: "by_owner" } }),
  });
  secrets.push({ sealed: await sealSecret(vault, of, newSecret(randomBytes)) });
}

export function endpointId(n: number): string {
  return `we_${n}`;
}

/** Where the nth endpoint is, after so many moves. */
export function urlOf(n: number, moves: number): string {
  return `https://hook${n}.example/${moves}`;
}

/** Which endpoint of the plan a URL belongs to, and after how many moves. */
export function placeOf(url: string): { readonly n: number; readonly moves: number } {
  const [, n = "", moves = ""] = /hook(\d+)\.example\/(\d+)$/.exec(url) ?? [];
  return { n: Number(n), moves: Number(moves) };
}

/** Messages of first attempts that are not acknowledged. */
export function messagesLeft({ queue }: Pick<Webhooks, "queue">): number {
  const { visible, notVisible, delayed } = queue.counts();
  return visible + notVisible + delayed;
}
