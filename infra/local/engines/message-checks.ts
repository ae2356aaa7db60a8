import { createHash } from "node:crypto";
import type { MessageAttributeValue, SendMessageRequest } from "@aws-sdk/client-sqs";
import type { NewMessage } from "./message-queue.ts";
import type { Queue } from "./queues.ts";
import { invalidParameter, missingParameter } from "./sqs-errors.ts";

/** On the wire a binary value is base64 text. */
export type MessageAttributes = Record<string, Omit<MessageAttributeValue, "BinaryValue"> & { BinaryValue?: string }>;

export type SendInput = Omit<SendMessageRequest, "QueueUrl" | "MessageAttributes" | "MessageSystemAttributes"> & {
  MessageAttributes?: MessageAttributes;
  MessageSystemAttributes?: MessageAttributes;
};

/** What SQS keeps with a message besides its body. */
export type CarriedAttributes = { message: MessageAttributes; system: MessageAttributes };

/** Checks a message against the limits of its queue, in the order SQS does. */
export function newMessage({ attributes }: Queue, input: SendInput): NewMessage {
  const { MessageBody: body, MessageGroupId: groupId, MessageDeduplicationId: deduplicationId, DelaySeconds } = input;
  if (!body) throw missingParameter("MessageBody");
  const limit = Number(attributes["MaximumMessageSize"]);
  if (messageSize(input) > limit) {
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  }
  checkId("MessageGroupId", groupId);
  checkId("MessageDeduplicationId", deduplicationId);
  if (attributes["FifoQueue"] === "true") checkFifo(attributes["ContentBasedDeduplication"] === "true", input);
  else if (deduplicationId !== undefined) {
    throw invalidParameter("The request include parameter that is not valid for this queue type");
  }
  if (DelaySeconds !== undefined && !(DelaySeconds >= 0 && DelaySeconds <= 900)) {
    throw invalidParameter(
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  const carried: CarriedAttributes = {
    message: input.MessageAttributes ?? {},
    system: input.MessageSystemAttributes ?? {},
  };
  return { body, groupId, deduplicationId, delaySeconds: DelaySeconds, attributes: carried };
}

function checkFifo(contentBased: boolean, { MessageGroupId, MessageDeduplicationId, DelaySeconds }: SendInput): void {
  if (MessageGroupId === undefined) throw missingParameter("MessageGroupId");
  if (DelaySeconds !== undefined && DelaySeconds !== 0) {
    throw invalidParameter(
      `Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
  if (MessageDeduplicationId === undefined && !contentBased) {
    throw invalidParameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

function checkId(name: string, id: string | undefined): void {
  if (id === undefined || /^[\x21-\x7e]{1,128}$/.test(id)) return;
  throw invalidParameter(
    `Value ${id} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

/** A message's size is its body plus the names, types and values of its attributes. */
export function messageSize({ MessageBody = "", MessageAttributes = {} }: SendInput): number {
  let size = Buffer.byteLength(MessageBody);
  for (const [name, { DataType = "", StringValue = "", BinaryValue }] of Object.entries(MessageAttributes)) {
    size += Buffer.byteLength(name + DataType + StringValue) + Buffer.from(BinaryValue ?? "", "base64").length;
  }
  return size;
}

export function md5OfBody(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

/** The checksum SQS defines over attributes: names in order, every part preceded by its length. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const part = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = "", StringValue, BinaryValue } = attributes[name] ?? {};
    part(Buffer.from(name));
    part(Buffer.from(DataType));
    hash.update(Buffer.from([StringValue === undefined ? 2 : 1]));
    part(StringValue === undefined ? Buffer.from(BinaryValue ?? "", "base64") : Buffer.from(StringValue));
  }
  return hash.digest("hex");
}
