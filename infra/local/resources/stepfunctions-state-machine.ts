import {
  CreateStateMachineCommand,
  SFNClient,
  StateMachineAlreadyExists,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const Properties = z.object({
  StateMachineName: z.string().optional(),
  DefinitionString: z.string(),
  RoleArn: z.string(),
});

export const stateMachine: Provision = async (cloud, { logicalId, properties }) => {
  const {
    StateMachineName: name = `${cloud.stackName}-${logicalId}`,
    DefinitionString: definition,
    RoleArn: roleArn,
  } = Properties.parse(properties);
  const machines = new SFNClient(clientConfig(cloud));
  const stateMachineArn = `arn:aws:states:${cloud.region}:${cloud.account}:stateMachine:${name}`;
  try {
    await machines.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  } catch (error) {
    if (!(error instanceof StateMachineAlreadyExists)) throw error;
    await machines.send(new UpdateStateMachineCommand({ stateMachineArn, definition, roleArn }));
  }
  return { ref: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
};
