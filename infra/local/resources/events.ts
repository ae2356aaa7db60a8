import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceAlreadyExistsException,
  type Target,
} from "@aws-sdk/client-eventbridge";
import * as z from "zod";
import type { Provision } from "../resource-types.ts";
import { clientConfig } from "./aws-clients.ts";

const Bus = z.object({ Name: z.string() });
const Rule = z.object({
  Name: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.record(z.string(), z.unknown()),
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

/** Rules with a pattern. One with a schedule fails here, by its missing pattern, until the local cloud can run schedules. */
export const rule: Provision = async (cloud, { logicalId, properties }) => {
  const { Name = logicalId, EventBusName, EventPattern, State, Targets } = Rule.parse(properties);
  const events = new EventBridgeClient(clientConfig(cloud));
  const bus = EventBusName ? { EventBusName } : {};
  await events.send(
    new PutRuleCommand({ Name, ...bus, EventPattern: JSON.stringify(EventPattern), ...(State ? { State } : {}) }),
  );
  await events.send(new PutTargetsCommand({ Rule: Name, ...bus, Targets: Targets satisfies Target[] }));
  return { ref: Name, attributes: { Arn: `arn:aws:events:${cloud.region}:${cloud.account}:rule/${Name}` } };
};
