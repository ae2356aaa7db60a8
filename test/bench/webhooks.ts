import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, ListEventBusesCommand } from "@aws-sdk/client-eventbridge";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  paginateListExecutions,
  SFNClient,
} from "@aws-sdk/client-sfn";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { type EventRecord, eventId } from "../../shared/event/event.ts";
import type { Bus, EventLog } from "../../shared/event/event-log.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import { MOST_ENDPOINTS } from "../../shared/webhook/endpoint-store.ts";
import { Climb, LADDER_SECONDS } from "../../shared/webhook/ladder.ts";
import { localAws, type Stack } from "./stack.ts";
import { Definition, transitionsOf } from "./transitions.ts";
import { type Usage, usageOf } from "./usage.ts";

/** The waits of the ladder are so many times shorter in the cloud that is measured: its seven hours are eight seconds. */
export const LADDER_SPEED = 3_600;
const ROUNDS = 100;
const WARM_UP = 20;
const BURST_EVENTS = 25;
const WARM_UP_EVENTS = 5;
const FAILING = 10;
const ATTEMPTS = LADDER_SECONDS.length + 1;
const LOOK_AGAIN_MS = 50;

/** What a webhook takes, delivered and exhausted. */
export interface WebhookFigures {
  /** From an event's row to the first byte at its receiver, ms. */
  readonly lags: readonly number[];
  /** First attempts, of many events to as many endpoints as a GSTIN may have. */
  readonly perSecond: number;
  readonly delivered: WebhookCost;
  /** Of an endpoint that was well until then. */
  readonly exhausted: WebhookCost;
}

export interface WebhookCost {
  readonly usage: Usage;
  readonly transitions: number;
}

/** Webhooks of the stack's first client to servers on loopback. Events after the first few are put where a worker puts them. */
export async function benchWebhooks(stack: Stack): Promise<WebhookFigures> {
  const happenings = await happeningsIn(stack);
  const lags = await lagsOf(stack, happenings);
  const delivered = await costOfDelivered(stack, happenings);
  await burst(stack, happenings, WARM_UP_EVENTS);
  const perSecond = await burst(stack, happenings, BURST_EVENTS);
  const exhausted = await costOfExhausted(stack, happenings);
  return { lags, perSecond, delivered, exhausted };
}

/** Registrations one after the other, each with one endpoint that hears of it. */
async function lagsOf({ seller }: Stack, { events }: Happenings): Promise<number[]> {
  const server = await receiver(200);
  const remove = await seller.subscribe(server.url, ["irn.generated"]);
  for (let n = 0; n < WARM_UP; n++) await seller.register();
  await server.had(WARM_UP);
  const since = new Date();
  for (let n = 0; n < ROUNDS; n++) {
    await seller.register();
    await server.had(WARM_UP + n + 1);
  }
  await remove();
  server.close();
  const { events: put } = await events.list(seller.gstin, { since, limit: ROUNDS });
  return put.flatMap(({ id, putAt }) => (server.firstByteAt.get(id) ?? Number.NaN) - putAt).filter((ms) => ms >= 0);
}

async function costOfDelivered(stack: Stack, { happens }: Happenings): Promise<WebhookCost> {
  const { seller } = stack;
  const server = await receiver(200);
  const remove = await seller.subscribe(server.url, ["irn.cancelled"]);
  const usage = await usageOf(stack, ROUNDS, async () => {
    for (let n = 1; n <= ROUNDS; n++) {
      await happens("irn.cancelled");
      await server.had(n);
    }
  });
  await remove();
  server.close();
  return { usage: withoutEvent(usage), transitions: 0 };
}

/** So many deliveries from the first to the last that arrives. */
async function burst({ seller }: Stack, { happens }: Happenings, events: number): Promise<number> {
  const server = await receiver(200);
  const removes = [];
  for (let n = 0; n < MOST_ENDPOINTS; n++) removes.push(await seller.subscribe(server.url, ["ewb.generated"]));
  await Promise.all(Array.from({ length: events }, () => happens("ewb.generated")));
  await server.had(events * MOST_ENDPOINTS);
  const seconds = (server.lastAt() - server.firstAt()) / 1000;
  for (const remove of removes) await remove();
  server.close();
  return (events * MOST_ENDPOINTS) / seconds;
}

/** One event, and endpoints that answer 500 whatever they are sent. */
async function costOfExhausted(stack: Stack, { happens, executions }: Happenings): Promise<WebhookCost> {
  const { seller } = stack;
  const server = await receiver(500);
  const removes = [];
  for (let n = 0; n < FAILING; n++) removes.push(await seller.subscribe(server.url, ["ewb.cancelled"]));
  const usage = await usageOf(stack, FAILING, async () => {
    await happens("ewb.cancelled");
    await server.had(FAILING * ATTEMPTS);
  });
  for (const remove of removes) await remove();
  server.close();
  return { usage: withoutEvent(usage), transitions: (await executions()) / FAILING };
}

/** Its row and its place on the bus are in the figures of a registration. */
function withoutEvent(usage: Usage): Usage {
  const ours = Object.entries(usage.calls).filter(([name]) => !/^(PutItem .*events|PutEvents)/.test(name));
  return { ...usage, calls: Object.fromEntries(ours) };
}

interface Happenings {
  readonly events: EventLog;
  /** Puts an event of the first client, and tells the bus, as a worker does. */
  happens(type: EventRecord["type"]): Promise<void>;
  /** State transitions of all executions so far. */
  executions(): Promise<number>;
}

async function happeningsIn({ awsUrl, seller: { gstin } }: Stack): Promise<Happenings> {
  const config = localAws(awsUrl);
  const client = new DynamoDBClient(config);
  const eventBridge = new EventBridgeClient(config);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const { EventBuses = [] } = await eventBridge.send(new ListEventBusesCommand({}));
  const events = dynamoEventLog(dynamo(client), TableNames.find((name) => /storageevents/.test(name)) ?? "");
  const bus: Bus = eventBridgeBus(eventBridge, EventBuses.find(({ Name }) => Name !== "default")?.Name ?? "");
  let happened = 0;
  return {
    events,
    async happens(type) {
      const at = new Date();
      const id = eventId(type, `bench-${++happened}`);
      const data = { irn: "a".repeat(64), mode: "test", status: "CNL", links: { document: `/irn/${"a".repeat(64)}` } };
      await bus.publish(await events.append({ v: 1, id, gstin, type, timestamp: toIstTimestamp(at), data }, at));
    },
    executions: () => transitionsIn(new SFNClient(config)),
  };
}

/** Each execution's walk through the definition: its attempts were so many of the ladder's as were left when it began. */
async function transitionsIn(sfn: SFNClient): Promise<number> {
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  const { stateMachineArn } = stateMachines.find(({ name }) => name?.endsWith("-ladder")) ?? {};
  const { definition = "" } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const states = Definition.parse(JSON.parse(definition));
  let sum = 0;
  for await (const { executions = [] } of paginateListExecutions({ client: sfn }, { stateMachineArn })) {
    for (const { executionArn } of executions) {
      const { input = "", status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "SUCCEEDED") throw new Error(`an execution of the ladder is ${status}`);
      const attempts = ATTEMPTS - Climb.parse(JSON.parse(input)).attempts;
      sum += transitionsOf(states, attempts);
    }
  }
  return sum;
}

/** A server on loopback that answers everything alike, and notes when each event's first byte came. */
async function receiver(status: number) {
  const firstByteAt = new Map<string, number>();
  const times: number[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    const id = z.string().parse(request.headers["webhook-id"]);
    times.push(at);
    firstByteAt.set(id, firstByteAt.get(id) ?? at);
    request.resume().once("end", () => response.writeHead(status).end());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    firstByteAt,
    firstAt: () => times[0] ?? 0,
    lastAt: () => times.at(-1) ?? 0,
    async had(count: number) {
      while (times.length < count) await sleep(LOOK_AGAIN_MS);
    },
    close: () => void server.close(),
  };
}
