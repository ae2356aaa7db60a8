import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { readEnv } from "../../shared/env.ts";
import { cachedProfiles } from "../../shared/taxpayer/cached-profiles.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  DIRECT_QUEUE_URL: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  ISSUER: z.string(),
});
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("submit"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE),
  profiles: cachedProfiles(dynamoProfileStore(db, env.CLIENTS_TABLE), now),
  queue: sqsQueue(new SQSClient(), { direct: env.DIRECT_QUEUE_URL, queued: env.QUEUED_QUEUE_URL }),
  now,
  sleep,
  newId: () => randomUUID().slice(0, 13),
});
