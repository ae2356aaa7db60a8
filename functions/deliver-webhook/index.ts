import { randomBytes } from "node:crypto";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { SFNClient } from "@aws-sdk/client-sfn";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDeliveryStore } from "../../shared/aws/dynamo-delivery-store.ts";
import { dynamoEndpointStore } from "../../shared/aws/dynamo-endpoint-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { sfnLadder } from "../../shared/aws/sfn-ladder.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { guardedReceiver } from "../../shared/net/guarded-receiver.ts";
import { Reach } from "../../shared/webhook/endpoint-url.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  DELIVERIES_TABLE: z.string(),
  WEBHOOKS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  EVENT_BUS: z.string(),
  DATA_KEY: z.string(),
  LADDER: z.string(),
  REACH: jsonVariable(Reach),
});
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("deliver-webhook"),
  deliveries: dynamoDeliveryStore(db, env.DELIVERIES_TABLE),
  endpoints: dynamoEndpointStore(db, env.WEBHOOKS_TABLE),
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  ladder: sfnLadder(new SFNClient(), env.LADDER),
  vault: kmsVault({ kms: new KMSClient(), keyId: env.DATA_KEY, now, randomBytes }),
  receiver: guardedReceiver({ reach: env.REACH, monotonicMs: () => performance.now() }),
  now,
  random: Math.random,
});
