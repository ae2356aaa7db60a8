import type { DeduplicationDump } from "./deduplication-window.ts";

export type QueueSettings = {
  /** A queue without groups is a standard queue: every message stands alone. */
  fifo: boolean;
  visibilityTimeoutSeconds: number;
  retentionSeconds: number;
  delaySeconds: number;
  contentBasedDeduplication: boolean;
  deduplicationScope: "queue" | "messageGroup";
  /** A message received this often and still here goes to the dead-letter queue instead of being received again. */
  maxReceiveCount?: number | undefined;
};

export type NewMessage = {
  body: string;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  /** Standard queues only; a FIFO queue delays all its messages alike. */
  delaySeconds?: number | undefined;
  /** Carried, never read. */
  attributes?: unknown;
};

export type SentMessage = { messageId: string; sequenceNumber: string };

/** A message as it is kept. It is in flight exactly while it has a receipt handle. */
export type StoredMessage = NewMessage & {
  messageId: string;
  sequence: number;
  sentAt: number;
  /** Retention counts from here: a FIFO dead-letter queue starts it afresh, a standard one does not. */
  enqueuedAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  receivedAt?: number;
  receiptHandle?: string;
};

export type ReceivedMessage = StoredMessage & { receiptHandle: string; sequenceNumber: string; fifo: boolean };

export type QueueDump = { sequence: number; messages: StoredMessage[]; deduplication: DeduplicationDump<SentMessage> };

/** An SQS queue as a value: no timers, no clock, no dice of its own. */
export interface MessageQueue {
  /** A duplicate inside the window is answered with the first message's ids and not kept. */
  send(message: NewMessage): SentMessage;
  /** Messages of one group come in order, and only while none of that group is in flight. */
  receive(options?: { max?: number; visibilityTimeoutSeconds?: number | undefined }): ReceivedMessage[];
  /** `expired`: the message stays. `superseded`: a standard queue's message was received again; AWS calls it success. */
  delete(receiptHandle: string): "deleted" | "expired" | "superseded" | "invalid";
  /** Zero makes the message visible at once. */
  changeVisibility(
    receiptHandle: string,
    seconds: number,
  ): "changed" | "expired" | "not-in-flight" | "beyond-limit" | "invalid";
  /** Takes a message over from the queue whose dead letters end here. */
  accept(message: StoredMessage): void;
  /** When the next message in flight or delayed may become visible; nothing that is visible now counts. */
  nextVisibleAt(): number | undefined;
  counts(): { visible: number; notVisible: number; delayed: number };
  configure(settings: QueueSettings): void;
  purge(): void;
  dump(): QueueDump;
  restore(dump: QueueDump): void;
}

export type QueueOptions = {
  settings?: Partial<QueueSettings>;
  now: () => number;
  newId: () => string;
  /** Where a message goes that was received too often. */
  deadLetter?: (message: StoredMessage) => void;
};

/** The defaults of CreateQueue for a FIFO queue. */
export const defaultSettings: QueueSettings = {
  fifo: true,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 4 * 24 * 3600,
  delaySeconds: 0,
  contentBasedDeduplication: false,
  deduplicationScope: "queue",
};
