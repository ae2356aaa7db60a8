import { randomBytes, randomUUID } from "node:crypto";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoEndpointStore } from "../../shared/aws/dynamo-endpoint-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { sqsDeliveryQueue } from "../../shared/aws/sqs-delivery-queue.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { Reach } from "../../shared/webhook/endpoint-url.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  WEBHOOKS_TABLE: z.string(),
  DELIVERIES_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  EVENT_BUS: z.string(),
  DELIVERY_QUEUE_URL: z.string(),
  LADDER: z.string(),
  DATA_KEY: z.string(),
  REACH: jsonVariable(Reach),
  ISSUER: z.string(),
  MODE: z.enum(["test", "live"]),
});
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("webhooks"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  endpoints: dynamoEndpointStore(db, env.WEBHOOKS_TABLE),
  deliveries: dynamoDeliveryStore(db, env.DELIVERIES_TABLE),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  queue: sqsDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL),
  ladder: sfnLadder(new SFNClient(), env.LADDER),
  vault: kmsVault({ kms: new KMSClient(), keyId: env.DATA_KEY, now, randomBytes }),
  reach: env.REACH,
  mode: env.MODE,
  now,
  newId: randomUUID,
  randomBytes,
});
