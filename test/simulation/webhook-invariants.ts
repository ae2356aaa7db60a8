import { createHmac } from "node:crypto";
import type { EventRecord } from "../../shared/event/event.ts";
import type { Delivery } from "../../shared/webhook/delivery.ts";
import type { DeliveryMessage } from "../../shared/webhook/delivery-queue.ts";
import type { Endpoint } from "../../shared/webhook/endpoint.ts";
import { type Climb, LADDER_SECONDS } from "../../shared/webhook/ladder.ts";
import type { EventRow, EventRows } from "../fakes/memory-event-log.ts";
import type { Counts } from "./counts.ts";
import type { Effect } from "./instance.ts";
import { type Post, RETRY_AFTER_SECONDS } from "./receivers.ts";
import { MOST_SKEW_MS } from "./weather.ts";
import { messagesLeft, type Webhooks } from "./webhooks.ts";

/** What must be true of events and their deliveries. */
export type WebhookInvariant =
  | "every subscriber is told"
  | "nobody else is told"
  | "every delivery ends"
  | "a delivery ends once"
  | "an end is true"
  | "the row comes first"
  | "what is pending is looked after"
  | "one webhook-id"
  | "an attempt can be verified"
  | "nothing goes where nothing may go"
  | "no more attempts than the ladder has"
  | "the ladder's waits"
  | "an older generation ends"
  | "who is gone is disabled"
  | "its owner hears of it";

export interface DeliveryWatch {
  /** Every effect goes through here. */
  around(effect: Effect, run: () => Promise<unknown>): Promise<unknown>;
  /** The bytes of an attempt left. */
  posted(post: Post): void;
  /** The infrastructure had an attempt made once more than it was asked to. */
  excuse(message: Pick<DeliveryMessage, "deliveryId">): void;
  started(climb: Climb): void;
  /** An execution goes on, as this instance said, or is over. */
  climbed(climb: Climb, instance?: string): void;
  isAtRest(): boolean;
  atRest(): void;
}

export interface DeliveryWatchDeps {
  readonly webhooks: Webhooks;
  readonly events: EventRows;
  readonly nowMs: () => number;
  readonly startMs: number;
  readonly must: (isTrue: boolean, invariant: WebhookInvariant, detail: () => string) => void;
  readonly counts: Counts;
}

/** An endpoint as it was from that time on; undefined: it was gone. */
interface Version {
  readonly fromMs: number;
  readonly endpoint: Endpoint | undefined;
}

/** What an instance could see of a row when it read it. */
type Seen<Row> = Map<string, (Row | undefined)[]>;

const MOST_ATTEMPTS = LADDER_SECONDS.length + 1;
/** The spread of a wait, and what two clocks differ by. */
const LEAST_SHARE = 0.8;
const CLOCKS_MS = 2 * MOST_SKEW_MS + 1_000;
/** What receivers allow between the time in a signature and theirs. */
const TOLERANCE_MS = 5 * 60 * 1000;
/** From the opening of the secrets to the bytes: the longest that an instance stands still, and the slowest calls. */
const SLOWEST_MS = 2 * 60 * 1000;
const LONGEST_MS = 2 * 1000 * Math.max(...LADDER_SECONDS) + 10 * 60 * 1000;

/** Watches events, deliveries and attempts. What it knows it has seen happen; it asks the product for nothing. */
export function newDeliveryWatch(deps: DeliveryWatchDeps): DeliveryWatch {
  const { webhooks, events, nowMs, startMs, must, counts } = deps;
  const { rows } = webhooks;
  const versions = new Map<string, Version[]>();
  const putMs = new Map<string, number>();
  const dispatchedMs = new Map<string, number>();
  const posts = new Map<string, Post[]>();
  const excuses = new Map<string, number>();
  const queuedOnce = new Set<string>();
  const bodies = new Map<string, string>();
  const climbing = new Set<string>();
  const seenDeliveries: Seen<Delivery> = new Map();
  const seenEndpoints: Seen<Endpoint> = new Map();

  for (const [key, endpoint] of rows.endpoints) versions.set(key, [{ fromMs: 0, endpoint }]);

  function around(effect: Effect, run: () => Promise<unknown>): Promise<unknown> {
    const [port = ""] = effect.label.split(".");
    if (versions.size === 0) return run();
    const of = touched(effect);
    const before = of.delivery === undefined ? undefined : rows.deliveries.get(of.delivery);
    const result = run();
    if (of.delivery !== undefined) deliveryChanged(effect, before, rows.deliveries.get(of.delivery));
    if (effect.label === "deliveries.find") see(seenDeliveries, effect, before);
    if (port === "endpoints" && of.endpoint !== undefined) {
      const [current] = versions.get(of.endpoint)?.slice(-1) ?? [];
      if (effect.label === "endpoints.find") see(seenEndpoints, effect, current?.endpoint);
      else endpointChanged(of.endpoint, current?.endpoint, rows.endpoints.get(of.endpoint));
    }
    if (effect.label === "deliveryQueue.send") queued(effect.args[1] as DeliveryMessage);
    if (effect.label === "ladder.start") sent(effect.args[0] as DeliveryMessage);
    eventsChanged();
    return result;
  }

  function see<Row>(seen: Seen<Row>, { instance, args }: Effect, row: Row | undefined): void {
    const key = `${instance} ${args.join(" ")}`;
    seen.set(key, [...(seen.get(key) ?? []), row]);
  }

  // Events

  function eventsChanged(): void {
    for (const [key, { dispatchAt }] of events) {
      if (!putMs.has(key)) putMs.set(key, nowMs());
      if (dispatchAt === undefined && !dispatchedMs.has(key)) dispatchedMs.set(key, nowMs());
    }
  }

  // Endpoints

  function endpointChanged(key: string, before: Endpoint | undefined, after: Endpoint | undefined): void {
    if (before === after) return;
    versions.get(key)?.push({ fromMs: nowMs(), endpoint: after });
    if (after?.disabled && !before?.disabled) counts.disabledEndpoints++;
  }

  /** What it was within these times. */
  function versionsWithin(key: string, fromMs: number, toMs: number): (Endpoint | undefined)[] {
    const all = versions.get(key) ?? [];
    const within = all.filter((each, i) => each.fromMs <= toMs && (all[i + 1]?.fromMs ?? Infinity) >= fromMs);
    return within.map(({ endpoint }) => endpoint);
  }

  // Deliveries

  function deliveryChanged({ label }: Effect, before: Delivery | undefined, after: Delivery | undefined): void {
    if (before === after) return;
    const what = () => `${label} made ${before?.id} (${before?.state}) ${after?.state ?? "vanish"}`;
    if (!before && after) opened(after);
    if (!before) return;
    must(after !== undefined, "every delivery ends", what);
    if (!after) return;
    must(before.state === "pending", "a delivery ends once", what);
    must(after.generation >= before.generation, "an older generation ends", what);
    must(after.attempts.length <= MOST_ATTEMPTS, "no more attempts than the ladder has", what);
    const isKept = before.attempts.every(({ n, at }, i) => after.attempts[i]?.n === n && after.attempts[i]?.at === at);
    must(isKept && after.id === before.id, "a delivery ends once", () => `attempts of ${after.id} are lost`);
    if (after.state === "pending") must(isLookedAfter(after), "what is pending is looked after", what);
    if (label === "deliveries.raise") counts.raised++;
    if (after.state !== "pending") ended(after);
  }

  function opened(delivery: Delivery): void {
    const { gstin, id, event, replayOf } = delivery;
    counts.deliveries++;
    if (replayOf) counts.sentAgain++;
    must(events.has(keyOfEvent(delivery)), "the row comes first", () => `${id} without its event ${event.id}`);
    must(versions.has(`${gstin} ${delivery.endpointId}`), "nobody else is told", () => `${delivery.endpointId}: ${id}`);
    must(isLookedAfter(delivery), "what is pending is looked after", () => `${id} was opened`);
  }

  /** The sweeper finds it within the longest wait, doubled as a server may ask, and what it allows for. */
  function isLookedAfter({ nextAt = Infinity }: Delivery): boolean {
    return nextAt - startMs - nowMs() <= LONGEST_MS;
  }

  function ended({ id, gstin, endpointId, state, attempts, createdAt }: Delivery): void {
    const made = posts.get(id) ?? [];
    const detail = () => `${id} is ${state} after ${made.map(({ status }) => status ?? "nothing")}`;
    const key = `${gstin} ${endpointId}`;
    if (state === "delivered") {
      counts.delivered++;
      must(made.some(isTaken), "an end is true", detail);
    }
    if (state === "exhausted") {
      counts.exhausted++;
      must(attempts.length === MOST_ATTEMPTS && made.length >= MOST_ATTEMPTS, "an end is true", detail);
    }
    if (state === "stopped") {
      counts.stopped++;
      const openedMs = Date.parse(createdAt) - startMs - CLOCKS_MS;
      const isGone = made.some(({ status }) => status === 410);
      const wasOff = versionsWithin(key, openedMs, nowMs()).some((version) => !version || version.disabled);
      must(isGone || wasOff, "an end is true", detail);
      if (attempts.at(-1)?.status === 410) disabledBy(key, made);
    }
  }

  /** Unless its owner has moved it meanwhile, or has enabled it again. */
  function disabledBy(key: string, made: readonly Post[]): void {
    const { atMs = 0, url } = made.findLast(({ status }) => status === 410) ?? {};
    const isDealtWith = versionsWithin(key, atMs, nowMs()).some((each) => !each || each.disabled || each.url !== url);
    must(isDealtWith, "who is gone is disabled", () => key);
  }

  /** A message, or an execution, is a pointer to a row that says the same. */
  function sent({ gstin, deliveryId, generation, attempts }: DeliveryMessage): void {
    const row = rows.deliveries.get(`${gstin} ${deliveryId}`);
    const isSaid = row !== undefined && row.generation >= generation && row.attempts.length >= attempts;
    must(isSaid, "the row comes first", () => `${deliveryId}-g${generation} after ${attempts} attempts`);
  }

  /** The second message of a delivery is the infrastructure's. */
  function queued(message: DeliveryMessage): void {
    sent(message);
    if (queuedOnce.has(message.deliveryId)) excuse(message);
    queuedOnce.add(message.deliveryId);
  }

  function excuse({ deliveryId }: Pick<DeliveryMessage, "deliveryId">): void {
    excuses.set(deliveryId, (excuses.get(deliveryId) ?? 0) + 1);
  }

  // Attempts

  function posted(post: Post): void {
    const { instance, message, url, headers, body, atMs } = post;
    const { gstin, deliveryId: id, generation, attempts } = message;
    const key = `${gstin} ${id}`;
    const row = rows.deliveries.get(key);
    const before = posts.get(id) ?? [];
    posts.set(id, [...before, post]);
    const what = () => `${id}-g${generation}, attempt ${attempts + 1}, to ${url}`;
    must(row !== undefined, "the row comes first", what);
    if (!row) return;

    const reads = (seenDeliveries.get(`${instance} ${key}`) ?? []).filter((each) => each !== undefined);
    const isDue = reads.some((each) => each.state === "pending" && each.attempts.length === attempts);
    must(isDue && attempts < MOST_ATTEMPTS, "no more attempts than the ladder has", what);
    const isOwn = reads.some((each) => each.generation === generation);
    must(isOwn, "an older generation ends", what);

    const endpoints = seenEndpoints.get(`${instance} ${gstin} ${row.endpointId}`) ?? [];
    const goesTo = endpoints.find((each) => each?.url === url && !each.disabled);
    must(goesTo !== undefined, "nothing goes where nothing may go", what);
    verified(row, goesTo, post, what);

    const known = bodies.get(row.event.id) ?? body;
    bodies.set(row.event.id, known);
    must(headers["webhook-id"] === row.event.id && body === known, "one webhook-id", what);

    const last = before.find((each) => each.message.attempts === attempts - 1);
    const asked = row.attempts[attempts - 1]?.status === 503;
    const step = LADDER_SECONDS[attempts - 1] ?? 0;
    const leastMs = 1000 * (asked ? Math.min(RETRY_AFTER_SECONDS, 2 * step) : LEAST_SHARE * step);
    if (last) must(atMs - last.atMs >= leastMs - CLOCKS_MS, "the ladder's waits", what);
  }

  /** As its receiver would, by Standard Webhooks' own words: every secret that is valid signs, and no other. */
  function verified({ event }: Delivery, endpoint: Endpoint | undefined, post: Post, what: () => string): void {
    const row = events.get(`${post.message.gstin} ${event.timestamp}#${event.id}`);
    const told = row && { type: row.event.type, timestamp: row.event.timestamp, data: row.event.data };
    const wall = startMs + nowMs();
    const time = Number(post.headers["webhook-timestamp"]);
    const signatures = new Set((post.headers["webhook-signature"] ?? "").split(" "));
    const made = (endpoint?.secrets ?? []).map(({ sealed, until }) => {
      const leftMs = until === undefined ? Infinity : Date.parse(until) - wall;
      return { leftMs, signature: signatureOf(webhooks.secrets.get(sealed) ?? "", post, time) };
    });
    const isSigned = made.every(({ leftMs, signature }) => leftMs < SLOWEST_MS || signatures.has(signature));
    const isOver = made.some(({ leftMs, signature }) => leftMs < -SLOWEST_MS && signatures.has(signature));
    const isFresh = Math.abs(time * 1000 - wall) < TOLERANCE_MS;
    const isSame = JSON.stringify(sorted(JSON.parse(post.body))) === JSON.stringify(sorted(told));
    const isTrue = isSigned && !isOver && isFresh && isSame && signatures.size <= made.length;
    must(isTrue, "an attempt can be verified", what);
  }

  // Executions

  function climbed(climb: Climb, instance?: string): void {
    if (instance === undefined) {
      climbing.delete(nameOf(climb));
      return;
    }
    const last = seenDeliveries.get(`${instance} ${climb.gstin} ${climb.deliveryId}`)?.at(-1);
    const isNewest = last?.generation === climb.generation;
    must(isNewest, "an older generation ends", () => `${nameOf(climb)} goes on beside ${last?.generation}`);
  }

  // The end

  function isAtRest(): boolean {
    for (const { state } of rows.deliveries.values()) if (state === "pending") return false;
    return climbing.size === 0 && messagesLeft(webhooks) === 0;
  }

  function atRest(): void {
    for (const delivery of rows.deliveries.values()) {
      const { id, state, generation } = delivery;
      must(state !== "pending", "every delivery ends", () => `${id} is pending`);
      const made = (posts.get(id) ?? []).length;
      const most = MOST_ATTEMPTS + (excuses.get(id) ?? 0) + Math.max(0, generation - 1);
      must(made <= most, "no more attempts than the ladder has", () => `${made} of ${id}, and ${most} may be`);
    }
    must(climbing.size === 0, "every delivery ends", () => `${[...climbing]} still climb`);
    for (const [key, row] of events) for (const [endpoint] of versions) isTold(key, row, endpoint);
    for (const [key, known] of versions) isHeardOf(key, known.at(-1)?.endpoint);
  }

  /** One delivery to whom it is to go, and none to whom it is not; where that changed while it was fanned out, either. */
  function isTold(key: string, { event }: EventRow, endpoint: string): void {
    const [gstin, id] = endpoint.split(" ");
    const own = [...rows.deliveries.values()].filter(
      (each) => each.event.id === event.id && each.endpointId === id && each.gstin === gstin && !each.replayOf,
    );
    const fromMs = putMs.get(key) ?? 0;
    const wanted = (toMs: number) =>
      event.gstin === gstin ? versionsWithin(endpoint, fromMs, toMs).map((version) => wants(version, event)) : [false];
    const what = () => `${event.id} at ${endpoint}: ${own.length}`;
    if (wanted(dispatchedMs.get(key) ?? nowMs()).every(Boolean))
      must(own.length === 1, "every subscriber is told", what);
    // A recovery goes by the settings that it read first, which may be before the event.
    const everWanted = versionsWithin(endpoint, fromMs - SLOWEST_MS, nowMs()).some((version) => wants(version, event));
    if (event.gstin !== gstin || !everWanted) must(own.length === 0, "nobody else is told", what);
    must(own.length <= 1, "a delivery ends once", what);
  }

  function isHeardOf(key: string, endpoint: Endpoint | undefined): void {
    if (!endpoint?.disabled || endpoint.disabled.reason === "by_owner") return;
    const isSaid = [...events.values()].some(
      ({ event }) => event.type === "endpoint.disabled" && event.data["endpointId"] === endpoint.id,
    );
    must(isSaid, "its owner hears of it", () => key);
  }

  return {
    around,
    posted,
    excuse,
    started: (climb) => void climbing.add(nameOf(climb)),
    climbed,
    isAtRest,
    atRest,
  };
}

function isTaken({ status = 0 }: Post): boolean {
  return status >= 200 && status < 300;
}

function nameOf({ deliveryId, generation }: Pick<Climb, "deliveryId" | "generation">): string {
  return `${deliveryId}-g${generation}`;
}

function keyOfEvent({ gstin, event }: Pick<Delivery, "gstin" | "event">): string {
  return `${gstin} ${event.timestamp}#${event.id}`;
}

function wants(endpoint: Endpoint | undefined, { type, data }: EventRecord): boolean {
  if (!endpoint || endpoint.disabled) return false;
  const isOfItself = data["endpointId"] === endpoint.id;
  if (type === "endpoint.test") return isOfItself;
  if (type === "endpoint.disabled" && isOfItself) return false;
  return endpoint.events.length === 0 || endpoint.events.includes(type);
}

function signatureOf(secret: string, { headers, body }: Post, time: number): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${headers["webhook-id"]}.${time}.${body}`).digest("base64")}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** The delivery and the endpoint that a call may change or see. */
function touched({ label, args }: Effect): { readonly delivery?: string; readonly endpoint?: string } {
  const [port, method] = label.split(".");
  if (port === "deliveries" && method === "find") return { delivery: args.join(" ") };
  if (port === "deliveries" && method !== "due" && method !== "list") return { delivery: keyed(args[0]) };
  if (port !== "endpoints" || method === "list") return {};
  return { endpoint: typeof args[0] === "string" ? `${args[0]} ${args[1]}` : keyed(args[0]) };
}

function keyed(row: unknown): string {
  const { gstin, id } = row as Pick<Delivery, "gstin" | "id">;
  return `${gstin} ${id}`;
}
