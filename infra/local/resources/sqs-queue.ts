import { CreateQueueCommand, type QueueAttributeName, SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import type { Provision } from "../provision.ts";
import { clientConfig } from "./aws-clients.ts";

const Name = z.string().optional();
const Attribute = z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown())]);

/** Queue properties that CloudFormation spells as the API does; the rest is encryption. */
const ATTRIBUTES: readonly QueueAttributeName[] = [
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
  "MessageRetentionPeriod",
  "VisibilityTimeout",
  "DelaySeconds",
  "MaximumMessageSize",
  "ReceiveMessageWaitTimeSeconds",
  "RedrivePolicy",
];

export const queue: Provision = async (cloud, { logicalId, properties }) => {
  const QueueName = Name.parse(properties["QueueName"]) ?? defaultName(`${cloud.stackName}-${logicalId}`, properties);
  const sqs = new SQSClient(clientConfig(cloud));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributes(properties) }));
  const Arn = `arn:aws:sqs:${cloud.region}:${cloud.account}:${QueueName}`;
  return { ref: QueueUrl, attributes: { Arn, QueueName, QueueUrl } };
};

function defaultName(name: string, properties: Readonly<Record<string, unknown>>): string {
  return properties["FifoQueue"] ? `${name}.fifo` : name;
}

/** The API wants text; a standard queue refuses to be told `FifoQueue: false`. */
function attributes(properties: Readonly<Record<string, unknown>>): Partial<Record<QueueAttributeName, string>> {
  const given = ATTRIBUTES.filter((name) => properties[name] !== undefined && properties[name] !== false);
  return Object.fromEntries(given.map((name) => [name, asText(Attribute.parse(properties[name]))]));
}

function asText(value: z.infer<typeof Attribute>): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
