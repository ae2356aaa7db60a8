import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { keptUntil } from "../../shared/audit/retention.ts";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { upstreamConnection, upstreamVariables } from "../../shared/aws/upstream-connection.ts";
import { readEnv } from "../../shared/env.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { newLog, telling } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...upstreamVariables,
  ...blobVariables,
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  DIRECT_QUEUE_URL: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  EVENT_BUS: z.string(),
});
const db = dynamo();
const blobs = blobsOf(db, env);
const now = () => new Date();
const log = newLog("irp-worker");
const { irp, portals, keys, budget, journal } = upstreamConnection(db, env, telling(log));

export const handler = createHandler({
  log,
  journal,
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE, blobs),
  documents: dynamoDocumentStore(
    db,
    { documents: env.DOCUMENTS_TABLE, requests: env.REQUESTS_TABLE, events: env.EVENTS_TABLE },
    blobs,
    () => keptUntil(now(), env.RETENTION_MONTHS),
  ),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  queue: sqsQueue(new SQSClient(), { direct: env.DIRECT_QUEUE_URL, queued: env.QUEUED_QUEUE_URL }),
  flowOf: (queueArn) => (env.DIRECT_QUEUE_URL.endsWith(`/${queueArn.split(":").at(-1)}`) ? "direct" : "queued"),
  irp,
  verify: (document) => verifyDocument(keys, document),
  portals,
  choice: irp,
  budget,
  sleep,
  mode: env.MODE,
  callTimeoutMs: env.UPSTREAM.timeoutsMs.register,
  lookUpLagMs: env.UPSTREAM.lookUpLagMs,
  now,
  monotonicMs: () => performance.now(),
  newId: randomUUID,
});
