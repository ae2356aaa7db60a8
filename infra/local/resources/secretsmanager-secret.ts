import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const Properties = z.object({ Name: z.string().optional(), SecretString: z.string().optional() });

/** A value that the template gives is put anew at each start; one that was made at run time stays. */
export const secret: Provision = async (cloud, { logicalId, properties }) => {
  const { Name = `${cloud.stackName}-${logicalId}`, SecretString } = Properties.parse(properties);
  const secrets = new SecretsManagerClient(clientConfig(cloud));
  try {
    await secrets.send(new CreateSecretCommand({ Name }));
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
  }
  if (SecretString) await secrets.send(new PutSecretValueCommand({ SecretId: Name, SecretString }));
  const { ARN = Name } = await secrets.send(new DescribeSecretCommand({ SecretId: Name }));
  return { ref: ARN, attributes: { Id: ARN } };
};
