import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoBudget } from "../../shared/aws/dynamo-budget.ts";
import { dynamoCircuits } from "../../shared/aws/dynamo-circuits.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { dynamoSessionStore } from "../../shared/aws/dynamo-session-store.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { secretUpstream } from "../../shared/aws/secret-upstream.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { budgetedIrp } from "../../shared/budget/budgeted-irp.ts";
import { patientBudget } from "../../shared/budget/patient-budget.ts";
import { Policy, policiesOf } from "../../shared/budget/policy.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { guardedIrp } from "../../shared/irp/guarded-irp.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { portalNames, Upstream } from "../../shared/irp/portals.ts";
import { upstreamIrp } from "../../shared/irp/upstream-adapters.ts";
import { verifyDocument } from "../../shared/irp/verify.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  UPSTREAM_TABLE: z.string(),
  DIRECT_QUEUE_URL: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  EVENT_BUS: z.string(),
  UPSTREAM_SECRET: z.string(),
  DATA_KEY: z.string(),
  UPSTREAM: jsonVariable(Upstream),
  POLICY: jsonVariable(Policy),
  MODE: z.enum(["test", "live"]),
});
const db = dynamo();
const upstreamSecret = secretUpstream(new SecretsManagerClient(), env.UPSTREAM_SECRET);
const keys = portalKeys(
  async () => (await upstreamSecret()).keys,
  async (url) => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json(),
);
const now = () => new Date();
const vault = kmsVault({ kms: new KMSClient(), keyId: env.DATA_KEY, now, randomBytes });
const portals = portalNames(env.UPSTREAM);
const policies = policiesOf(dynamoPolicyStore(db, env.UPSTREAM_TABLE), env.POLICY, now);
const budget = patientBudget(dynamoBudget(db, env.UPSTREAM_TABLE, policies), now);
const upstream = upstreamIrp({
  upstream: env.UPSTREAM,
  fetch,
  credentials: upstreamSecret,
  client: async () => {
    const { clientId = "", version = "" } = await upstreamSecret();
    return { clientId, version };
  },
  users: dynamoIrpUserStore(db, env.CLIENTS_TABLE, vault),
  sessionStore: dynamoSessionStore(db, env.UPSTREAM_TABLE, vault),
  environment: env.MODE,
  keys,
  now,
  sleep,
  newId: randomUUID,
  randomBytes,
});
// What a circuit holds back takes no slot.
const irp = guardedIrp({
  irp: budgetedIrp({ irp: upstream, budget, now, sleep }),
  circuits: dynamoCircuits(db, env.UPSTREAM_TABLE, now),
  portals,
  now,
});

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
