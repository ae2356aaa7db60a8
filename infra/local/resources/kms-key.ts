import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  KMSClient,
  NotFoundException,
} from "@aws-sdk/client-kms";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const Properties = z.object({ Description: z.string().optional() });

/** A key has no name of its own, so an alias finds it again at the next start: what it wrapped must stay readable. */
export const key: Provision = async (cloud, { logicalId, properties }) => {
  const { Description } = Properties.parse(properties);
  const kms = new KMSClient(clientConfig(cloud));
  const AliasName = `alias/${cloud.stackName}-${logicalId}`;
  const { KeyId, Arn } = (await find(kms, AliasName)) ?? (await make(kms, AliasName, Description));
  return { ref: KeyId, attributes: { Arn, KeyId } };
};

const KeyMetadata = z.object({ KeyId: z.string(), Arn: z.string() });

async function find(kms: KMSClient, alias: string): Promise<z.infer<typeof KeyMetadata> | undefined> {
  try {
    return KeyMetadata.parse((await kms.send(new DescribeKeyCommand({ KeyId: alias }))).KeyMetadata);
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

async function make(kms: KMSClient, AliasName: string, Description: string | undefined) {
  const made = KeyMetadata.parse((await kms.send(new CreateKeyCommand({ Description }))).KeyMetadata);
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: made.KeyId }));
  return made;
}
