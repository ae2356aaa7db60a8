import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoBudget } from "../../shared/aws/dynamo-budget.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { sqsQueue } from "../../shared/aws/sqs-queue.ts";
import { Policy, policiesOf } from "../../shared/budget/policy.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  REQUESTS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  UPSTREAM_TABLE: z.string(),
  DELIVERIES_TABLE: z.string(),
  QUEUED_QUEUE_URL: z.string(),
  EVENT_BUS: z.string(),
  LADDER: z.string(),
  POLICY: jsonVariable(Policy),
});
const now = () => new Date();
const db = dynamo();

export const handler = createHandler({
  log: newLog("sweep"),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  queue: sqsQueue(new SQSClient(), { queued: env.QUEUED_QUEUE_URL }),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  budget: dynamoBudget(db, env.UPSTREAM_TABLE, policiesOf(dynamoPolicyStore(db, env.UPSTREAM_TABLE), env.POLICY, now)),
  deliveries: dynamoDeliveryStore(db, env.DELIVERIES_TABLE),
  ladder: sfnLadder(new SFNClient(), env.LADDER),
  now,
});
