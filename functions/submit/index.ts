import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoBudget } from "../../shared/aws/dynamo-budget.ts";
import { dynamoCircuits } from "../../shared/aws/dynamo-circuits.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoOutcomes } from "../../shared/aws/dynamo-outcomes.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { dynamoWaitingRoom } from "../../shared/aws/dynamo-waiting-room.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { Policy, policiesOf } from "../../shared/budget/policy.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { cachedCircuits } from "../../shared/irp/cached-circuits.ts";
import { portalChoice } from "../../shared/irp/portal-choice.ts";
import { portalNames, Upstream } from "../../shared/irp/portals.ts";
import { newPace } from "../../shared/request/pace.ts";
import { cachedProfiles } from "../../shared/taxpayer/cached-profiles.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  ...blobVariables,
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  DIRECT_QUEUE_URL: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  UPSTREAM_TABLE: z.string(),
  UPSTREAM: jsonVariable(Upstream),
  POLICY: jsonVariable(Policy),
  MODE: z.enum(["test", "live"]),
  LONG_WAITS: z.coerce.number().int().positive(),
  ISSUER: z.string(),
});
const db = dynamo();
const blobs = blobsOf(db, env);
const now = () => new Date();

export const handler = createHandler({
  log: newLog("submit"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE, blobs),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobs),
  outcomes: dynamoOutcomes(db, { requests: env.REQUESTS_TABLE, documents: env.DOCUMENTS_TABLE }, blobs),
  profiles: cachedProfiles(dynamoProfileStore(db, env.CLIENTS_TABLE), now),
  queue: sqsQueue(new SQSClient(), { direct: env.DIRECT_QUEUE_URL, queued: env.QUEUED_QUEUE_URL }),
  choice: portalChoice(cachedCircuits(dynamoCircuits(db, env.UPSTREAM_TABLE, now), now), portalNames(env.UPSTREAM)),
  waitingRoom: dynamoWaitingRoom(db, env.UPSTREAM_TABLE, env.LONG_WAITS),
  pace: newPace(),
  mode: env.MODE,
  budget: dynamoBudget(db, env.UPSTREAM_TABLE, policiesOf(dynamoPolicyStore(db, env.UPSTREAM_TABLE), env.POLICY, now)),
  now,
  sleep,
  newId: () => randomUUID().slice(0, 13),
});
