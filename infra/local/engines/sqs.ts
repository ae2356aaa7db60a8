import type { EngineOptions } from "./engine.ts";
import { dispatcher } from "./engine.ts";
import { longPoll } from "./long-poll.ts";
import { type CarriedAttributes, md5OfBody } from "./message-checks.ts";
import type { ReceivedMessage } from "./message-queue.ts";
import type { QueueAttributes } from "./queue-attributes.ts";
import { type Queue, queueRegistry } from "./queues.ts";
import type { QueueRecord, SqsEngine } from "./sqs-engine.ts";
import { invalidParameter, modelled } from "./sqs-errors.ts";
import { sqsOperations } from "./sqs-operations.ts";

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
