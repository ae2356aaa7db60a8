import { createHash } from "node:crypto";
import { deduplicationWindow } from "./deduplication-window.ts";
import {
  defaultSettings,
  type MessageQueue,
  type NewMessage,
  type QueueOptions,
  type ReceivedMessage,
  type SentMessage,
  type StoredMessage,
} from "./message-queue.ts";

/** SQS stops handing out messages, and lets none stay invisible, beyond these. */
const inFlightLimit = 120_000;
const visibilityLimitSeconds = 12 * 3600;

/** Messages that must keep their order: those of one FIFO group, or a single message of a standard queue. */
type Lane = { waiting: StoredMessage[]; inFlight: number };

/** The model of an SQS queue, FIFO or standard; the local engine and the simulation's fake are both this. */
export function fifoQueue({ settings: given = {}, now, newId, deadLetter = () => {} }: QueueOptions): MessageQueue {
  let settings = { ...defaultSettings, ...given };
  let sequence = 0;
  const messages = new Map<string, StoredMessage>();
  const lanes = new Map<string, Lane>();
  const inFlight = new Set<StoredMessage>();
  const recent = deduplicationWindow<SentMessage>(now);

  // Lower bounds of the next change, so that an operation need not look at every message.
  let releaseDueAt = Infinity;
  let retentionDueAt = Infinity;

  function laneOf(message: StoredMessage): Lane {
    const key = laneKey(message);
    const lane = lanes.get(key) ?? { waiting: [], inFlight: 0 };
    lanes.set(key, lane);
    return lane;
  }

  function laneKey(message: StoredMessage): string {
    return settings.fifo ? (message.groupId ?? "") : message.messageId;
  }

  function place(message: StoredMessage) {
    const { waiting } = laneOf(message);
    const index = waiting.findIndex((other) => other.sequence > message.sequence);
    waiting.splice(index < 0 ? waiting.length : index, 0, message);
  }

  function add(message: StoredMessage) {
    messages.set(message.messageId, message);
    retentionDueAt = Math.min(retentionDueAt, expiresAt(message));
    if (message.receiptHandle === undefined) laneOf(message).waiting.push(message);
    else hold(message);
  }

  function hold(message: StoredMessage) {
    laneOf(message).inFlight += 1;
    inFlight.add(message);
    releaseDueAt = Math.min(releaseDueAt, message.visibleAt);
  }

  function letGo(message: StoredMessage) {
    delete message.receiptHandle;
    inFlight.delete(message);
    laneOf(message).inFlight -= 1;
  }

  function remove(message: StoredMessage) {
    const lane = laneOf(message);
    messages.delete(message.messageId);
    if (message.receiptHandle === undefined) lane.waiting.splice(lane.waiting.indexOf(message), 1);
    else letGo(message);
    if (lane.waiting.length === 0 && lane.inFlight === 0) lanes.delete(laneKey(message));
  }

  const expiresAt = (message: StoredMessage) => message.enqueuedAt + settings.retentionSeconds * 1000;

  /** Lets time have its effects: expired receipts return their messages, and what is too old goes. */
  function settle(): number {
    const time = now();
    if (time >= releaseDueAt) {
      for (const message of inFlight) if (message.visibleAt <= time) release(message);
      releaseDueAt = earliest(inFlight, (message) => message.visibleAt);
    }
    if (time >= retentionDueAt) {
      for (const message of messages.values()) if (expiresAt(message) <= time) remove(message);
      retentionDueAt = earliest(messages.values(), expiresAt);
    }
    return time;
  }

  function release(message: StoredMessage) {
    letGo(message);
    place(message);
  }

  function take(message: StoredMessage, time: number, visibilityTimeoutSeconds: number): ReceivedMessage {
    const receiptHandle = `${message.messageId}~${message.receiveCount + 1}`;
    message.receiveCount += 1;
    message.firstReceivedAt ??= time;
    message.receivedAt = time;
    message.visibleAt = time + visibilityTimeoutSeconds * 1000;
    message.receiptHandle = receiptHandle;
    hold(message);
    return { ...message, receiptHandle, sequenceNumber: sequenceNumber(message.sequence), fifo: settings.fifo };
  }

  function bury(message: StoredMessage) {
    messages.delete(message.messageId);
    deadLetter(message);
  }

  const isSpent = ({ receiveCount }: StoredMessage) => receiveCount >= (settings.maxReceiveCount ?? Infinity);

  /** Serves as much of the lane as fits and puts it behind the others, so that one long lane starves nobody. */
  function serve(key: string, lane: Lane, received: ReceivedMessage[], max: number, time: number, timeout: number) {
    for (let [head] = lane.waiting; head && head.visibleAt <= time && received.length < max; [head] = lane.waiting) {
      lane.waiting.shift();
      if (isSpent(head)) bury(head);
      else received.push(take(head, time, timeout));
    }
    if (lane.inFlight === 0 && lane.waiting.length > 0) return;
    lanes.delete(key);
    if (lane.inFlight > 0) lanes.set(key, lane);
  }

  function deduplicationKey({ body, groupId, deduplicationId }: NewMessage): string | undefined {
    if (!settings.fifo) return undefined;
    const id = deduplicationId ?? (settings.contentBasedDeduplication ? sha256(body) : undefined);
    if (id === undefined) throw new Error("a FIFO queue without content-based deduplication needs a deduplication id");
    return settings.deduplicationScope === "queue" ? id : JSON.stringify([groupId, id]);
  }

  return {
    send(message) {
      const time = settle();
      const key = deduplicationKey(message);
      const earlier = key === undefined ? undefined : recent.find(key);
      if (earlier) return earlier;

      sequence += 1;
      const sent = { messageId: newId(), sequenceNumber: sequenceNumber(sequence) };
      const visibleAt = time + (message.delaySeconds ?? settings.delaySeconds) * 1000;
      add({
        ...message,
        messageId: sent.messageId,
        sequence,
        sentAt: time,
        enqueuedAt: time,
        visibleAt,
        receiveCount: 0,
      });
      if (key !== undefined) recent.remember(key, sent);
      return sent;
    },

    receive({ max = 1, visibilityTimeoutSeconds = settings.visibilityTimeoutSeconds } = {}) {
      const time = settle();
      const received: ReceivedMessage[] = [];
      for (const [key, lane] of settings.fifo ? lanes : fairly(lanes, inFlight, time)) {
        if (received.length === max || inFlight.size >= inFlightLimit) break;
        if (lane.inFlight === 0) serve(key, lane, received, max, time, visibilityTimeoutSeconds);
      }
      return received;
    },

    delete(receiptHandle) {
      settle();
      const message = messages.get(messageIdOf(receiptHandle) ?? "");
      if (messageIdOf(receiptHandle) === undefined) return "invalid";
      if (!message) return "deleted";
      if (message.receiptHandle !== receiptHandle) {
        if (settings.fifo) return "expired";
        const isLatest = receiptHandle === `${message.messageId}~${message.receiveCount}`;
        if (!isLatest) return "superseded";
      }
      remove(message);
      return "deleted";
    },

    changeVisibility(receiptHandle, seconds) {
      const time = settle();
      const message = messages.get(messageIdOf(receiptHandle) ?? "");
      if (messageIdOf(receiptHandle) === undefined) return "invalid";
      if (!message) return "not-in-flight";
      if (message.receiptHandle !== receiptHandle) return settings.fifo ? "expired" : "not-in-flight";
      if (time + seconds * 1000 > (message.receivedAt ?? time) + visibilityLimitSeconds * 1000) return "beyond-limit";

      message.visibleAt = time + seconds * 1000;
      releaseDueAt = Math.min(releaseDueAt, message.visibleAt);
      settle();
      return "changed";
    },

    accept({ receiptHandle: _, ...message }) {
      const time = settle();
      sequence += 1;
      add({ ...message, sequence, visibleAt: time, enqueuedAt: settings.fifo ? time : message.enqueuedAt });
    },

    nextVisibleAt() {
      const time = settle();
      const delayed = [...lanes.values()].flatMap(({ waiting: [head] }) =>
        head && head.visibleAt > time ? [head] : [],
      );
      const next = Math.min(earliest(inFlight, atVisible), earliest(delayed, atVisible));
      return next === Infinity ? undefined : next;
    },

    counts() {
      const time = settle();
      let delayed = 0;
      for (const { waiting } of lanes.values()) delayed += waiting.filter(({ visibleAt }) => visibleAt > time).length;
      return { visible: messages.size - inFlight.size - delayed, notVisible: inFlight.size, delayed };
    },

    configure(changed) {
      settings = changed;
      retentionDueAt = earliest(messages.values(), expiresAt);
    },

    purge() {
      for (const message of messages.values()) remove(message);
    },

    dump: () => ({
      sequence,
      messages: Array.from(messages.values(), (message) => ({ ...message })),
      deduplication: recent.dump(),
    }),

    restore(dump) {
      for (const message of messages.values()) remove(message);
      sequence = dump.sequence;
      recent.restore(dump.deduplication);
      for (const message of dump.messages.toSorted((a, b) => a.sequence - b.sequence)) add({ ...message });
    },
  };
}

/** A standard queue is fair between groups: whoever has the least in flight is served next. AWS is so towards noisy groups only. */
function fairly(lanes: Iterable<[string, Lane]>, inFlight: Iterable<StoredMessage>, time: number): [string, Lane][] {
  const before = new Map<string, number>();
  const rankOf = ({ groupId }: StoredMessage) => {
    if (groupId === undefined) return 0;
    const rank = before.get(groupId) ?? 0;
    before.set(groupId, rank + 1);
    return rank;
  };
  for (const message of inFlight) rankOf(message);
  const ranked: { entry: [string, Lane]; rank: number }[] = [];
  for (const entry of lanes) {
    const [head] = entry[1].waiting;
    if (head && head.visibleAt <= time) ranked.push({ entry, rank: rankOf(head) });
  }
  return ranked.sort((one, other) => one.rank - other.rank).map(({ entry }) => entry);
}

const atVisible = (message: StoredMessage) => message.visibleAt;

function earliest(messages: Iterable<StoredMessage>, timeOf: (message: StoredMessage) => number): number {
  let first = Infinity;
  for (const message of messages) first = Math.min(first, timeOf(message));
  return first;
}

/** Twenty digits, as in AWS, so that sequence numbers compare as text. */
const sequenceNumber = (sequence: number) => String(sequence).padStart(20, "0");

const sha256 = (body: string) => createHash("sha256").update(body).digest("hex");

function messageIdOf(receiptHandle: string): string | undefined {
  return /^(.+)~\d+$/.exec(receiptHandle)?.[1];
}
