import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceAlreadyExistsException,
  type Target,
} from "@aws-sdk/client-eventbridge";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const Bus = z.object({ Name: z.string() });
const Rule = z.object({
  Name: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(["ENABLED", "DISABLED"]).optional(),
  Targets: z.array(z.looseObject({ Arn: z.string(), Id: z.string() })),
});

export const eventBus: Provision = async (cloud, { properties }) => {
  const { Name } = Bus.parse(properties);
  const events = new EventBridgeClient(clientConfig(cloud));
  try {
    await events.send(new CreateEventBusCommand({ Name }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
  return { ref: Name, attributes: { Name, Arn: `arn:aws:events:${cloud.region}:${cloud.account}:event-bus/${Name}` } };
};

/** A rule by pattern or by schedule; the engine refuses what it cannot run. */
export const rule: Provision = async (cloud, { logicalId, properties }) => {
  const { Name = logicalId, EventPattern, Targets, ...given } = Rule.parse(properties);
  const { EventBusName } = given;
  const events = new EventBridgeClient(clientConfig(cloud));
  const pattern = EventPattern ? { EventPattern: JSON.stringify(EventPattern) } : {};
  await events.send(new PutRuleCommand({ Name, ...given, ...pattern }));
  await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: Targets satisfies Target[] }));
  return { ref: Name, attributes: { Arn: `arn:aws:events:${cloud.region}:${cloud.account}:rule/${Name}` } };
};
