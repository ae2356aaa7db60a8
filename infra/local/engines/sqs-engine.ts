import type { Engine } from "./engine.ts";
import type { MessageAttributes } from "./message-checks.ts";
import type { NewMessage, SentMessage } from "./message-queue.ts";
import type { QueueAttributes } from "./queue-attributes.ts";

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
