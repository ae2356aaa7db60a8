import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DeliveryQueue } from "../webhook/delivery-queue.ts";

/** A standard queue: a group has no order there, but makes SQS fair between groups. */
export function sqsDeliveryQueue(sqs: SQSClient, QueueUrl: string): DeliveryQueue {
  return {
    async send(endpointId, message) {
      await sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message), MessageGroupId: endpointId }),
      );
    },
  };
}
