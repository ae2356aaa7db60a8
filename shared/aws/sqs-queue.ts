import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Flow } from "../budget/flow.ts";
import type { Queue } from "../request/queue.ts";

/** One FIFO queue per flow; who only sends to one knows only that one. The deduplication id holds the attempt: SQS would swallow a repeat within five minutes. */
export function sqsQueue(sqs: SQSClient, urls: Readonly<Partial<Record<Flow, string>>>): Queue {
  return {
    async send(flow, group, message) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: urls[flow],
          MessageBody: JSON.stringify(message),
          MessageGroupId: group,
          MessageDeduplicationId: `${message.rid}#${message.attempt}`,
        }),
      );
    },

    async handBack(flow, receipt, until, now) {
      const VisibilityTimeout = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1000));
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: urls[flow], ReceiptHandle: receipt, VisibilityTimeout }),
      );
    },
  };
}
