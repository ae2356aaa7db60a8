import { accountId, type EngineOptions } from "./engine.ts";
import { fifoQueue } from "./fifo-queue.ts";
import type { MessageQueue, QueueDump, StoredMessage } from "./message-queue.ts";
import {
  checkAttributes,
  type QueueAttributes,
  redrivePolicyOf,
  settingsOf,
  withDefaults,
} from "./queue-attributes.ts";
import { invalidParameter, modelled, noSuchQueue } from "./sqs-errors.ts";
import { stateFile } from "./state-file.ts";

export type Queue = {
  name: string;
  arn: string;
  attributes: QueueAttributes;
  createdAt: number;
  modifiedAt: number;
  model: MessageQueue;
  /** Wakes those who wait for a message; each looks for itself whether there is one. */
  changed: EventTarget;
};

type QueueState = Omit<Queue, "model" | "changed"> & { dump: QueueDump };

export type Queues = ReturnType<typeof queueRegistry>;

/** The queues of one account, by name, kept on disk with their messages. */
export function queueRegistry({ region, now, newId, dataDir }: EngineOptions) {
  const queues = new Map<string, Queue>();
  const file = stateFile<QueueState[]>(dataDir, "queues", () =>
    Array.from(queues.values(), ({ model, changed: _, ...queue }) => ({ ...queue, dump: model.dump() })),
  );
  for (const { dump, ...queue } of file.load() ?? []) open(queue).model.restore(dump);

  function open(queue: Omit<Queue, "model" | "changed">): Queue {
    const deadLetter = (message: StoredMessage) => bury(opened, message);
    const model = fifoQueue({ settings: settingsOf(queue.attributes), now, newId, deadLetter });
    const opened: Queue = { ...queue, model, changed: new EventTarget() };
    queues.set(queue.name, opened);
    return opened;
  }

  function bury({ attributes }: Queue, message: StoredMessage) {
    const target = queues.get(redrivePolicyOf(attributes)?.deadLetterQueue ?? "");
    if (!target) return console.error("A dead letter was lost, since its queue was deleted:", message);
    target.model.accept(message);
    changed(target);
  }

  /** Notes a change of the queue: those who wait look again, and the disk follows. */
  function changed(queue: Queue) {
    queue.changed.dispatchEvent(new Event("changed"));
    file.changed();
  }

  function checkRedrive(attributes: QueueAttributes) {
    const policy = redrivePolicyOf(attributes);
    if (!policy) return;
    const target = queues.get(policy.deadLetterQueue);
    if (!target)
      throw invalidParameter(
        "Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
      );
    if (target.attributes["FifoQueue"] === attributes["FifoQueue"]) return;
    throw invalidParameter(
      "Value for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source.",
    );
  }

  return {
    changed,
    close: () => file.close(),
    all: () => [...queues.values()],

    /** Finds a queue by name, URL or ARN: the last part is the name in each. */
    get(reference: string): Queue {
      const queue = queues.get(reference.split(/[/:]/).at(-1) ?? "");
      if (!queue) throw noSuchQueue();
      return queue;
    },

    /** Creates the queue, or finds the one with this name when it has the same attributes. */
    create(name: string, given: QueueAttributes): Queue {
      const attributes = withDefaults(given);
      checkAttributes(name, attributes);
      const existing = queues.get(name);
      if (!existing) {
        checkRedrive(attributes);
        const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
        const queue = open({ name, arn, attributes, createdAt: now(), modifiedAt: now() });
        file.changed();
        return queue;
      }
      const differing = Object.keys(given).find((attribute) => given[attribute] !== existing.attributes[attribute]);
      if (differing === undefined) return existing;
      const message = `A queue already exists with the same name and a different value for attribute ${differing}`;
      throw modelled("QueueNameExists", "QueueAlreadyExists", message);
    },

    configure(queue: Queue, given: QueueAttributes) {
      const attributes = { ...queue.attributes, ...given };
      checkAttributes(queue.name, attributes);
      checkRedrive(attributes);
      Object.assign(queue, { attributes, modifiedAt: now() });
      queue.model.configure(settingsOf(attributes));
      changed(queue);
    },

    remove(queue: Queue) {
      queues.delete(queue.name);
      changed(queue);
    },
  };
}
