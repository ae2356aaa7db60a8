import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ EVENTS_TABLE: z.string() });

export const handler = createHandler({
  log: newLog("fan-out"),
  events: dynamoEventLog(dynamo(), env.EVENTS_TABLE),
});
