import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoEndpointStore } from "../../shared/aws/dynamo-endpoint-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { sqsDeliveryQueue } from "../../shared/aws/sqs-delivery-queue.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  EVENTS_TABLE: z.string(),
  WEBHOOKS_TABLE: z.string(),
  DELIVERIES_TABLE: z.string(),
  DELIVERY_QUEUE_URL: z.string(),
  LADDER: z.string(),
});
const db = dynamo();

export const handler = createHandler({
  log: newLog("fan-out"),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  endpoints: dynamoEndpointStore(db, env.WEBHOOKS_TABLE),
  deliveries: dynamoDeliveryStore(db, env.DELIVERIES_TABLE),
  queue: sqsDeliveryQueue(new SQSClient(), env.DELIVERY_QUEUE_URL),
  ladder: sfnLadder(new SFNClient(), env.LADDER),
  now: () => new Date(),
});
