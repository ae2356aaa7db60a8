import { randomBytes, randomUUID } from "node:crypto";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { secretUpstream } from "../../shared/aws/secret-upstream.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import { nicWire } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { firstPortal, Upstream } from "../../shared/irp/portals.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  DIRECT_QUEUE_URL: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  EVENT_BUS: z.string(),
  UPSTREAM_SECRET: z.string(),
  UPSTREAM: jsonVariable(Upstream),
  MODE: z.enum(["test", "live"]),
});
const db = dynamo();
const upstreamSecret = secretUpstream(new SecretsManagerClient(), env.UPSTREAM_SECRET);
const keys = portalKeys(
  async () => (await upstreamSecret()).keys,
  async (url) => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json(),
);
const now = () => new Date();

export const handler = createHandler({
  log: newLog("irp-worker"),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE),
  documents: dynamoDocumentStore(db, {
    documents: env.DOCUMENTS_TABLE,
    requests: env.REQUESTS_TABLE,
    events: env.EVENTS_TABLE,
  }),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  queue: sqsQueue(new SQSClient(), { direct: env.DIRECT_QUEUE_URL, queued: env.QUEUED_QUEUE_URL }),
  flowOf: (queueArn) => (env.DIRECT_QUEUE_URL.endsWith(`/${queueArn.split(":").at(-1)}`) ? "direct" : "queued"),
  irp: nicIrp({
    send: nicWire({ upstream: env.UPSTREAM, fetch, credentials: upstreamSecret }),
    users: dynamoIrpUserStore(db, env.CLIENTS_TABLE),
    keys,
    now,
    randomBytes,
  }),
  verify: (document) => verifyDocument(keys, document),
  portal: firstPortal(env.UPSTREAM),
  mode: env.MODE,
  callTimeoutMs: env.UPSTREAM.timeoutsMs.register,
  now,
  monotonicMs: () => performance.now(),
  newId: randomUUID,
});
