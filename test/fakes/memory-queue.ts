import type { Flow } from "../../shared/budget/flow.ts";
import type { Queue, QueueMessage } from "../../shared/request/queue.ts";

export interface SentMessage {
  readonly flow: Flow;
  readonly group: string;
  readonly message: QueueMessage;
}

export interface MemoryQueue extends Queue {
  readonly sent: SentMessage[];
  readonly handedBack: { flow: Flow; receipt: string; until: Date }[];
  /** Takes nothing, and hands nothing back, while it is down. */
  down: boolean;
}

/** Remembers each message once, by its deduplication id. Order, visibility and windows are the queue model's, not ours. */
export function memoryQueue(): MemoryQueue {
  const sent: SentMessage[] = [];
  const handedBack: MemoryQueue["handedBack"] = [];
  const seen = new Set<string>();

  return {
    sent,
    handedBack,
    down: false,
    async send(flow, group, message) {
      if (this.down) throw new Error("the queue cannot be reached");
      const deduplicationId = `${message.rid}#${message.attempt}`;
      if (!seen.has(deduplicationId)) sent.push({ flow, group, message: { ...message } });
      seen.add(deduplicationId);
    },
    async handBack(flow, receipt, until) {
      if (this.down) throw new Error("the queue cannot be reached");
      handedBack.push({ flow, receipt, until });
    },
  };
}
