import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentChanger } from "../../shared/aws/dynamo-document-changer.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoGstinList } from "../../shared/aws/dynamo-irp-user-store.ts";
import { eventBridgeBus } from "../../shared/aws/eventbridge-bus.ts";
import { upstreamConnection, upstreamVariables } from "../../shared/aws/upstream-connection.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog, telling } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...upstreamVariables,
  DOCUMENTS_TABLE: z.string(),
  EVENTS_TABLE: z.string(),
  EVENT_BUS: z.string(),
});
const db = dynamo();
const log = newLog("find-rejected");
const { irp, portals, journal } = upstreamConnection(db, env, telling(log));

export const handler = createHandler({
  log,
  journal,
  users: dynamoGstinList(db, env.CLIENTS_TABLE),
  documents: {
    ...dynamoDocumentReader(db, env.DOCUMENTS_TABLE),
    ...dynamoDocumentChanger(db, env.DOCUMENTS_TABLE),
  },
  events: dynamoEventLog(db, env.EVENTS_TABLE),
  bus: eventBridgeBus(new EventBridgeClient(), env.EVENT_BUS),
  irp,
  portals,
  mode: env.MODE,
  callTimeoutMs: env.UPSTREAM.timeoutsMs["look-up"],
  now: () => new Date(),
  sleep,
  newId: randomUUID,
});
