import { randomBytes } from "node:crypto";
import * as z from "zod";
import { createHandler as createEvents } from "../../functions/events/handler.ts";
import { createHandler as createWebhooks } from "../../functions/webhooks/handler.ts";
import { type EventRecord, type EventType, eventId } from "../../shared/event/event.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { fanOut } from "../../shared/webhook/fan-out.ts";
import { fresh } from "../fakes/a-request.ts";
import { anApiEvent } from "../fakes/an-api-event.ts";
import { anAuditTrail } from "../fakes/memory-audit-log.ts";
import { memoryBus } from "../fakes/memory-bus.ts";
import { memoryDeliveryQueue } from "../fakes/memory-delivery-queue.ts";
import { type DeliveryRows, memoryDeliveryStore } from "../fakes/memory-delivery-store.ts";
import { type EndpointRows, memoryEndpointStore } from "../fakes/memory-endpoint-store.ts";
import { type EventRows, memoryEventLog } from "../fakes/memory-event-log.ts";
import { memoryLadder } from "../fakes/memory-ladder.ts";
import { memoryVault } from "../fakes/memory-vault.ts";
import { virtualClock } from "../fakes/virtual-clock.ts";
import { anRsaKey, aToken, GSTIN, ISSUER } from "../shared/oauth/a-token.ts";
import { aContext } from "./invoke.ts";
import { recordingLog } from "./recording-log.ts";

const ours = await anRsaKey();

export interface WebhookCall {
  readonly gstin?: string;
  readonly scope?: string;
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
}

export const HOOK = "https://erp.example.com/hooks";
const Created = z.looseObject({ id: z.string(), secret: z.string() });

/** The functions of webhooks and events, through their pipeline, over one account's fakes. */
export function aWebhookApi() {
  const clock = virtualClock();
  const trail = anAuditTrail(clock.now);
  const rows = {
    endpoints: new Map() as EndpointRows,
    deliveries: new Map() as DeliveryRows,
    events: new Map() as EventRows,
  };
  const words = recordingLog();
  const deps = {
    log: words.log,
    tokens: { publishedKeys: async () => ({ keys: [ours.publicJwk] }), issuer: ISSUER, now: clock.now },
    audit: trail.audit,
    endpoints: memoryEndpointStore(rows.endpoints),
    deliveries: memoryDeliveryStore(rows.deliveries),
    events: memoryEventLog(rows.events),
    bus: memoryBus(),
    queue: memoryDeliveryQueue(),
    ladder: memoryLadder(),
    vault: memoryVault(),
    reach: { schemes: ["https"], ports: [443], addresses: "public" },
    mode: "test",
    now: clock.now,
    newId: fresh,
    randomBytes: (size: number) => randomBytes(size),
  } satisfies Parameters<typeof createWebhooks>[0] & Parameters<typeof createEvents>[0];

  /** `path` with the id in place; the route is told by its template. */
  async function call(
    template: string,
    id = "",
    { gstin = GSTIN, scope = "webhooks:manage", ...rest }: WebhookCall = {},
  ) {
    const [method = "", path = ""] = template.split(" ");
    const iat = Math.floor(clock.now().getTime() / 1000);
    const token = await aToken(ours, { claims: { iat, exp: iat + 600, gstin, scope } });
    const event = anApiEvent({
      ...{ method, path: path.replace("{id}", id), routeKey: template, params: { id }, ...rest },
      headers: { authorization: `Bearer ${token}` },
    });
    const handler = path.startsWith("/webhooks") ? createWebhooks(deps) : createEvents(deps);
    const { statusCode, headers = {}, body = "" } = await handler(event, aContext());
    return { status: statusCode, headers, body, json: body === "" ? undefined : (JSON.parse(body) as unknown) };
  }

  async function created(settings: object = {}, gstin = GSTIN) {
    const { json } = await call("POST /webhooks", "", { gstin, body: { url: HOOK, ...settings } });
    return Created.parse(json);
  }

  let told = 0;
  /** An event that was put now; its own time may lie back. */
  async function happened(type: EventType = "irn.generated", { gstin = GSTIN, agoMs = 0 } = {}): Promise<EventRecord> {
    const timestamp = toIstTimestamp(new Date(clock.now().getTime() - agoMs));
    const id = eventId(type, String(++told).padStart(6, "0"));
    return deps.events.append({ v: 1, id, gstin, type, timestamp, data: { irn: "irn", seq: told } }, clock.now());
  }

  /** As the fan-out takes it from the bus. */
  async function fannedOut(type?: EventType, gstin = GSTIN): Promise<EventRecord> {
    const event = await happened(type, { gstin });
    await fanOut(deps, event);
    return event;
  }

  return { ...{ call, created, happened, fannedOut, clock, rows, deps, words } };
}
