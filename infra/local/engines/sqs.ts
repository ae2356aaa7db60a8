import type { Engine, EngineOptions } from "./engine.ts";
import { dispatcher } from "./engine.ts";
import { longPoll } from "./long-poll.ts";
import { type CarriedAttributes, type MessageAttributes, md5OfBody } from "./message-checks.ts";
import type { NewMessage, ReceivedMessage, SentMessage } from "./message-queue.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { type Queue, queueRegistry } from "./queues.ts";
import { invalidParameter, modelled } from "./sqs-errors.ts";
import { sqsOperations } from "./sqs-operations.ts";

/** A received message as a Lambda function's record has it. */
export type QueueRecord = {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody: string;
  attributes: Record<string, string>;
  messageAttributes: MessageAttributes;
};

export type ReceiveOptions = {
  max?: number | undefined;
  waitMs?: number | undefined;
  visibilityTimeoutSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
};

/** SQS for SDK clients, and for what lives in the same process, such as event source mappings. */
export interface SqsEngine extends Engine {
  /** Takes a queue's name, URL or ARN, as do all of these; an unknown queue is refused as `AwsError`. */
  send(queue: string, message: NewMessage): SentMessage;
  /** Waits up to `waitMs` for the first message; an aborted wait resolves with nothing. */
  receive(queue: string, options?: ReceiveOptions): Promise<QueueRecord[]>;
  /** Refuses an expired receipt of a FIFO queue and then keeps the message. */
  delete(queue: string, receiptHandle: string): void;
  changeVisibility(queue: string, receiptHandle: string, seconds: number): void;
  /** Every attribute, including the approximate numbers of messages. */
  attributes(queue: string): QueueAttributes;
}

/** The SQS engine; `queueUrl` makes the URL of a queue's name, which depends on where the endpoint listens. */
export function sqsEngine(options: EngineOptions & { queueUrl: (name: string) => string }): SqsEngine {
  const queues = queueRegistry(options);

  const engine: Omit<SqsEngine, "call"> = {
    send(reference, message) {
      const queue = queues.get(reference);
      const sent = queue.model.send(message);
      queues.changed(queue);
      return sent;
    },

    async receive(reference, { max, waitMs = 0, visibilityTimeoutSeconds, signal } = {}) {
      const queue = queues.get(reference);
      const receive = () => queue.model.receive({ max: max ?? 1, visibilityTimeoutSeconds });
      const messages = await longPoll(queue, receive, { waitMs, now: options.now, signal });
      if (messages.length > 0) queues.changed(queue);
      return messages.map(recordOf);
    },

    delete(reference, receiptHandle) {
      const queue = queues.get(reference);
      refuse(queue.model.delete(receiptHandle), receiptHandle);
      queues.changed(queue);
    },

    changeVisibility(reference, receiptHandle, seconds) {
      const queue = queues.get(reference);
      refuse(queue.model.changeVisibility(receiptHandle, seconds), receiptHandle);
      queues.changed(queue);
    },

    attributes: (reference) => allAttributes(queues.get(reference)),

    async close() {
      queues.close();
    },
  };
  return { ...engine, call: dispatcher("AmazonSQS", sqsOperations(queues, engine, options.queueUrl)) };
}

function allAttributes(queue: Queue): QueueAttributes {
  const { visible, notVisible, delayed } = queue.model.counts();
  return {
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(notVisible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
}

function refuse(outcome: string, receiptHandle: string): void {
  const named = (reason: string) => `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}.`;
  switch (outcome) {
    case "expired":
      throw invalidParameter(named("The receipt handle has expired"));
    case "invalid":
      throw modelled("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
    case "not-in-flight":
      throw modelled(
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
        named("Message does not exist or is not available for visibility timeout change"),
      );
    case "beyond-limit":
      throw invalidParameter("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
  }
}

function recordOf(received: ReceivedMessage): QueueRecord {
  const { messageId, receiptHandle, body } = received;
  const { message = {} } = (received.attributes ?? {}) as Partial<CarriedAttributes>;
  return {
    messageId,
    receiptHandle,
    body,
    md5OfBody: md5OfBody(body),
    attributes: systemAttributes(received),
    messageAttributes: message,
  };
}

function systemAttributes(received: ReceivedMessage): Record<string, string> {
  const { groupId, deduplicationId } = received;
  const { system = {} } = (received.attributes ?? {}) as Partial<CarriedAttributes>;
  const trace = system["AWSTraceHeader"]?.StringValue;
  return {
    ApproximateReceiveCount: String(received.receiveCount),
    ApproximateFirstReceiveTimestamp: String(received.firstReceivedAt),
    SentTimestamp: String(received.sentAt),
    SenderId: "AIDALOCAL",
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    ...(received.fifo ? { SequenceNumber: received.sequenceNumber } : {}),
    ...(trace === undefined ? {} : { AWSTraceHeader: trace }),
  };
}
