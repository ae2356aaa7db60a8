import type { QueueSettings } from "./message-queue.ts";
import { invalidParameter, modelled } from "./sqs-errors.ts";

export type QueueAttributes = Record<string, string>;

/** The attributes that have a value on every queue, as CreateQueue sets them. */
const defaults: QueueAttributes = {
  VisibilityTimeout: "30",
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
};

const fifoDefaults: QueueAttributes = {
  FifoQueue: "true",
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
};

const ranges: Record<string, [number, number]> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};

const choices: Record<string, string[]> = {
  FifoQueue: ["true"],
  ContentBasedDeduplication: ["true", "false"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
  SqsManagedSseEnabled: ["true", "false"],
};

/** Kept and given back; access and encryption are not emulated. */
const opaque = new Set(["Policy", "KmsMasterKeyId", "RedrivePolicy", "RedriveAllowPolicy"]);

/** Adds what was not given, as CreateQueue does. */
export function withDefaults(attributes: QueueAttributes): QueueAttributes {
  return { ...defaults, ...(attributes["FifoQueue"] === "true" ? fifoDefaults : {}), ...attributes };
}

/** Refuses attributes that SQS does not know or values it does not take. */
export function checkAttributes(name: string, attributes: QueueAttributes): void {
  for (const [attribute, value] of Object.entries(attributes)) checkAttribute(attribute, value);

  const isFifo = attributes["FifoQueue"] === "true";
  if (!/^[\w-]{1,80}$/.test(name.replace(/\.fifo$/, "")) || name.length > 80) {
    throw invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
  if (isFifo !== name.endsWith(".fifo")) {
    throw invalidParameter(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  }
  const fifoOnly = Object.keys(attributes).find((attribute) => attribute in fifoDefaults);
  if (!isFifo && fifoOnly) throw unknownAttribute(fifoOnly);
  if (
    attributes["FifoThroughputLimit"] === "perMessageGroupId" &&
    attributes["DeduplicationScope"] !== "messageGroup"
  ) {
    throw invalidParameter(
      "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
    );
  }
}

function checkAttribute(attribute: string, value: string): void {
  const range = ranges[attribute];
  const allowed = choices[attribute];
  if (!range && !allowed && !opaque.has(attribute)) throw unknownAttribute(attribute);
  const isInRange = !range || (/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1]);
  if (isInRange && (!allowed || allowed.includes(value))) return;
  throw modelled("InvalidAttributeValue", "InvalidAttributeValue", `Invalid value for the parameter ${attribute}.`);
}

const unknownAttribute = (attribute: string) =>
  modelled("InvalidAttributeName", "InvalidAttributeName", `Unknown Attribute ${attribute}.`);

export type RedrivePolicy = { deadLetterQueue: string; maxReceiveCount: number };

/** The queue that dead letters go to, by its name. */
export function redrivePolicyOf(attributes: QueueAttributes): RedrivePolicy | undefined {
  if (!attributes["RedrivePolicy"]) return undefined;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes["RedrivePolicy"]);
    const count = Number(maxReceiveCount);
    if (typeof deadLetterTargetArn === "string" && Number.isInteger(count) && count >= 1 && count <= 1000) {
      return { deadLetterQueue: deadLetterTargetArn.split(":").at(-1) ?? "", maxReceiveCount: count };
    }
  } catch {
    // Not JSON: refused below like any other wrong value.
  }
  const message = `Value ${attributes["RedrivePolicy"]} for parameter RedrivePolicy is invalid.`;
  throw invalidParameter(message);
}

/** What the attributes mean to the model of the queue. */
export function settingsOf(attributes: QueueAttributes): QueueSettings {
  return {
    fifo: attributes["FifoQueue"] === "true",
    visibilityTimeoutSeconds: Number(attributes["VisibilityTimeout"]),
    retentionSeconds: Number(attributes["MessageRetentionPeriod"]),
    delaySeconds: Number(attributes["DelaySeconds"]),
    contentBasedDeduplication: attributes["ContentBasedDeduplication"] === "true",
    deduplicationScope: attributes["DeduplicationScope"] === "messageGroup" ? "messageGroup" : "queue",
    maxReceiveCount: redrivePolicyOf(attributes)?.maxReceiveCount,
  };
}
