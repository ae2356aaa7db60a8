import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityRequest,
  CreateQueueRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListQueuesRequest,
  ReceiveMessageRequest,
  SetQueueAttributesRequest,
} from "@aws-sdk/client-sqs";
import type { Engine, Operations } from "./engine.ts";
import {
  type MessageAttributes,
  md5OfAttributes,
  md5OfBody,
  messageSize,
  newMessage,
  type SendInput,
} from "./message-checks.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import type { Queues } from "./queues.ts";
import { batch } from "./sqs-batch.ts";
import type { QueueRecord, SqsEngine } from "./sqs-engine.ts";
import { invalidParameter, missingParameter, modelled } from "./sqs-errors.ts";

type SendBatchInput = { QueueUrl: string; Entries: (SendInput & { Id: string })[] };

/** The operations of the SQS API on the queues of one account. */
export function sqsOperations(
  queues: Queues,
  engine: Omit<SqsEngine, keyof Engine>,
  queueUrl: (name: string) => string,
): Operations {
  function send(url: string | undefined, input: SendInput) {
    const queue = queues.get(required("QueueUrl", url));
    const sent = engine.send(queue.name, newMessage(queue, input));
    return {
      MessageId: sent.messageId,
      MD5OfMessageBody: md5OfBody(input.MessageBody ?? ""),
      MD5OfMessageAttributes: md5OfAttributes(input.MessageAttributes ?? {}),
      SequenceNumber: queue.attributes["FifoQueue"] === "true" ? sent.sequenceNumber : undefined,
    };
  }

  function changeVisibility(url: string | undefined, receiptHandle: string | undefined, seconds: number | undefined) {
    const timeout = required("VisibilityTimeout", seconds);
    checkRange("VisibilityTimeout", timeout, 0, 43_200);
    engine.changeVisibility(required("QueueUrl", url), required("ReceiptHandle", receiptHandle), timeout);
  }

  return {
    CreateQueue({ QueueName, Attributes }: CreateQueueRequest) {
      return { QueueUrl: queueUrl(queues.create(required("QueueName", QueueName), Attributes ?? {}).name) };
    },

    GetQueueUrl({ QueueName }: GetQueueUrlRequest) {
      return { QueueUrl: queueUrl(queues.get(required("QueueName", QueueName)).name) };
    },

    ListQueues({ QueueNamePrefix = "" }: ListQueuesRequest) {
      const names = queues.all().map(({ name }) => name);
      return { QueueUrls: names.filter((name) => name.startsWith(QueueNamePrefix)).map(queueUrl) };
    },

    GetQueueAttributes({ QueueUrl, AttributeNames = [] }: GetQueueAttributesRequest) {
      return { Attributes: pick(engine.attributes(required("QueueUrl", QueueUrl)), AttributeNames) };
    },

    SetQueueAttributes({ QueueUrl, Attributes }: SetQueueAttributesRequest) {
      queues.configure(queues.get(required("QueueUrl", QueueUrl)), (Attributes ?? {}) as QueueAttributes);
      return undefined;
    },

    DeleteQueue({ QueueUrl }: { QueueUrl: string }) {
      queues.remove(queues.get(required("QueueUrl", QueueUrl)));
      return undefined;
    },

    PurgeQueue({ QueueUrl }: { QueueUrl: string }) {
      const queue = queues.get(required("QueueUrl", QueueUrl));
      queue.model.purge();
      queues.changed(queue);
      return undefined;
    },

    SendMessage: ({ QueueUrl, ...input }: SendInput & { QueueUrl: string }) => send(QueueUrl, input),

    SendMessageBatch({ QueueUrl, Entries }: SendBatchInput) {
      const total = (Entries ?? []).reduce((sum, entry) => sum + messageSize(entry), 0);
      if (total > 1_048_576) {
        const message = `Batch requests cannot be longer than 1048576 bytes. You have sent ${total} bytes.`;
        throw modelled("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message);
      }
      return batch(Entries, ({ Id, ...entry }) => ({ Id, ...send(QueueUrl, entry) }));
    },

    async ReceiveMessage(input: ReceiveMessageRequest, signal?: AbortSignal) {
      const { QueueUrl, MaxNumberOfMessages: max = 1, VisibilityTimeout: visibilityTimeoutSeconds } = input;
      const queue = queues.get(required("QueueUrl", QueueUrl));
      const waitSeconds = input.WaitTimeSeconds ?? Number(queue.attributes["ReceiveMessageWaitTimeSeconds"]);
      checkRange("MaxNumberOfMessages", max, 1, 10);
      checkRange("WaitTimeSeconds", waitSeconds, 0, 20);
      checkRange("VisibilityTimeout", visibilityTimeoutSeconds ?? 0, 0, 43_200);
      if (input.ReceiveRequestAttemptId) throw invalidParameter("ReceiveRequestAttemptId is not emulated locally");

      const options = { max, waitMs: waitSeconds * 1000, visibilityTimeoutSeconds, signal };
      const records = await engine.receive(queue.name, options);
      return records.length === 0 ? {} : { Messages: records.map((record) => messageOf(record, input)) };
    },

    DeleteMessage({ QueueUrl, ReceiptHandle }: DeleteMessageRequest) {
      engine.delete(required("QueueUrl", QueueUrl), required("ReceiptHandle", ReceiptHandle));
      return undefined;
    },

    DeleteMessageBatch({ QueueUrl, Entries }: DeleteMessageBatchRequest) {
      queues.get(required("QueueUrl", QueueUrl));
      return batch(Entries, ({ Id, ReceiptHandle }) => {
        engine.delete(QueueUrl ?? "", required("ReceiptHandle", ReceiptHandle));
        return { Id };
      });
    },

    ChangeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout }: ChangeMessageVisibilityRequest) {
      changeVisibility(QueueUrl, ReceiptHandle, VisibilityTimeout);
      return undefined;
    },

    ChangeMessageVisibilityBatch({ QueueUrl, Entries }: ChangeMessageVisibilityBatchRequest) {
      queues.get(required("QueueUrl", QueueUrl));
      return batch(Entries, ({ Id, ReceiptHandle, VisibilityTimeout }) => {
        changeVisibility(QueueUrl, ReceiptHandle, VisibilityTimeout);
        return { Id };
      });
    },
  };
}

function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw missingParameter(name);
  return value;
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

function messageOf(record: QueueRecord, input: ReceiveMessageRequest) {
  const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const messageAttributes = pickAttributes(record.messageAttributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: record.messageId,
    ReceiptHandle: record.receiptHandle,
    Body: record.body,
    MD5OfBody: record.md5OfBody,
    Attributes: names.length === 0 ? undefined : pick(record.attributes, names),
    MessageAttributes: messageAttributes,
    MD5OfMessageAttributes: md5OfAttributes(messageAttributes ?? {}),
  };
}

function pick(values: Record<string, string>, names: string[]): Record<string, string> {
  return names.includes("All")
    ? values
    : Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** Names may be exact, `All`, or a prefix ending in `.*`. */
function pickAttributes(attributes: MessageAttributes, names: string[]): MessageAttributes | undefined {
  const isWanted = (name: string) =>
    names.some(
      (want) => want === "All" || want === name || (want.endsWith(".*") && name.startsWith(want.slice(0, -2))),
    );
  const wanted = Object.entries(attributes).filter(([name]) => isWanted(name));
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
}
