import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoEndpointStore } from "../../shared/aws/dynamo-endpoint-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { sqsDeliveryQueue } from "../../shared/aws/sqs-delivery-queue.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  EVENTS_TABLE: z.string(),
  DELIVERIES_TABLE: z.string(),
  WEBHOOKS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  DELIVERY_QUEUE_URL: z.string(),
  LADDER: z.string(),
  ISSUER: z.string(),
});
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("events"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  deliveries: dynamoDeliveryStore(db, env.DELIVERIES_TABLE),
  endpoints: dynamoEndpointStore(db, env.WEBHOOKS_TABLE),
  queue: sqsDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL),
  ladder: sfnLadder(new SFNClient(), env.LADDER),
  now,
});
