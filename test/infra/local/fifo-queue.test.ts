import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fifoQueue } from "../../../infra/local/engines/fifo-queue.ts";
import type { QueueSettings, StoredMessage } from "../../../infra/local/engines/message-queue.ts";

const minute = 60_000;

/** A queue on a clock that only moves when told to. */
function setup(settings: Partial<QueueSettings> = {}) {
  let time = 1_700_000_000_000;
  let ids = 0;
  const dead: StoredMessage[] = [];
  const clock = { now: () => time, newId: () => `m${++ids}` };
  const queue = fifoQueue({ settings, ...clock, deadLetter: (message) => dead.push(message) });
  const send = (body: string, groupId = "g", deduplicationId = body) => queue.send({ body, groupId, deduplicationId });
  const bodies = (max = 10) => queue.receive({ max }).map(({ body }) => body);
  return { queue, send, bodies, dead, clock, pass: (ms: number) => (time += ms) };
}

const only = <T>([item, ...rest]: T[]): T => {
  if (item === undefined || rest.length > 0) throw new Error("expected exactly one");
  return item;
};

describe("groups", () => {
  it("gives as many messages of one group as asked for, in order", () => {
    const { send, bodies } = setup();
    for (const body of ["1", "2", "3"]) send(body);
    expect(bodies(2)).toEqual(["1", "2"]);
  });

  it("blocks a group while one of its messages is in flight, and no other group", () => {
    const { queue, send, bodies } = setup();
    send("a1", "a");
    send("a2", "a");
    send("b1", "b");
    const first = only(queue.receive());
    expect(bodies()).toEqual(["b1"]);
    queue.delete(first.receiptHandle);
    expect(bodies()).toEqual(["a2"]);
  });

  it("keeps a group blocked while any message of a batch is in flight", () => {
    const { queue, send, bodies } = setup();
    send("1");
    send("2");
    const [first, second] = queue.receive({ max: 2 });
    queue.changeVisibility(first?.receiptHandle ?? "", 0);
    expect(bodies()).toEqual([]);
    queue.changeVisibility(second?.receiptHandle ?? "", 0);
    expect(bodies()).toEqual(["1", "2"]);
  });

  it("takes turns between groups, so that a long backlog starves nobody", () => {
    const { queue, send } = setup();
    for (let n = 0; n < 30; n++) send(`big${n}`, "big");
    send("small", "small");
    for (const { receiptHandle } of queue.receive({ max: 10 })) queue.delete(receiptHandle);
    expect(queue.receive()[0]?.body).toBe("small");
  });

  it("has no groups on a standard queue", () => {
    const { queue, bodies } = setup({ fifo: false });
    for (const body of ["1", "2"]) queue.send({ body, groupId: "same" });
    queue.receive();
    expect(bodies()).toEqual(["2"]);
  });

  it("on a standard queue are served in turn, the one with the least in flight first, and nobody waits for another", () => {
    const { queue, bodies } = setup({ fifo: false });
    for (let n = 1; n <= 20; n++) queue.send({ body: `big${n}`, groupId: "big" });
    queue.receive({ max: 5 });
    for (const body of ["small1", "small2"]) queue.send({ body, groupId: "small" });
    queue.send({ body: "later", groupId: "small", delaySeconds: 60 });
    queue.send({ body: "alone" });
    expect(bodies(5)).toEqual(["small1", "alone", "small2", "big6", "big7"]);
    expect(bodies(2)).toEqual(["big8", "big9"]);
  });
});

describe("deduplication", () => {
  it("answers a duplicate with the first message's id for five minutes, even after deletion", () => {
    const { queue, send, bodies, pass } = setup();
    const first = send("x");
    queue.delete(only(queue.receive()).receiptHandle);
    pass(5 * minute - 1);
    expect(send("x")).toEqual(first);
    expect(bodies()).toEqual([]);
  });

  it("takes the same id again after five minutes", () => {
    const { send, bodies, pass } = setup({ visibilityTimeoutSeconds: 0 });
    const first = send("x");
    pass(5 * minute);
    expect(send("x").messageId).not.toBe(first.messageId);
    expect(bodies()).toHaveLength(2);
  });

  it("does not stretch the window when a duplicate arrives", () => {
    const { send, pass } = setup();
    const first = send("x");
    pass(3 * minute);
    send("x");
    pass(2 * minute);
    expect(send("x").messageId).not.toBe(first.messageId);
  });

  it("spans the queue, or one group when the scope says so", () => {
    const wide = setup();
    wide.send("1", "a", "id");
    wide.send("2", "b", "id");
    const narrow = setup({ deduplicationScope: "messageGroup" });
    narrow.send("1", "a", "id");
    narrow.send("2", "b", "id");
    narrow.send("3", "b", "id");
    expect([wide.bodies(), narrow.bodies()]).toEqual([["1"], ["1", "2"]]);
  });

  it("goes by the content when the queue is set so, and otherwise needs an id", () => {
    const { queue, bodies } = setup({ contentBasedDeduplication: true });
    for (const body of ["x", "x", "y"]) queue.send({ body, groupId: "g" });
    expect(bodies()).toEqual(["x", "y"]);
    expect(() => setup().queue.send({ body: "x", groupId: "g" })).toThrow(/deduplication id/);
  });
});

describe("visibility", () => {
  it("returns a message at its old place when its time is up", () => {
    const { send, bodies, pass } = setup({ visibilityTimeoutSeconds: 30 });
    send("1");
    send("2");
    bodies(1);
    pass(29_999);
    expect(bodies()).toEqual([]);
    pass(1);
    expect(bodies()).toEqual(["1", "2"]);
  });

  it("rejects an expired receipt and keeps the message", () => {
    const { queue, send, bodies, pass } = setup();
    send("1");
    const { receiptHandle } = only(queue.receive());
    pass(30_000);
    expect(queue.delete(receiptHandle)).toBe("expired");
    expect(queue.changeVisibility(receiptHandle, 10)).toBe("expired");
    expect(bodies()).toEqual(["1"]);
    expect(queue.delete(receiptHandle)).toBe("expired");
  });

  it("lets a standard queue delete with its latest receipt, expired or not, and keeps what was received again", () => {
    const { queue, pass } = setup({ fifo: false });
    queue.send({ body: "1" });
    const first = only(queue.receive());
    pass(30_000);
    const second = only(queue.receive());
    expect(queue.delete(first.receiptHandle)).toBe("superseded");
    pass(30_000);
    expect(queue.delete(second.receiptHandle)).toBe("deleted");
    expect(queue.receive()).toEqual([]);
  });

  it("treats a second delete as done and garbage as garbage", () => {
    const { queue, send } = setup();
    send("1");
    const { receiptHandle } = only(queue.receive());
    expect([queue.delete(receiptHandle), queue.delete(receiptHandle)]).toEqual(["deleted", "deleted"]);
    expect(queue.delete("garbage")).toBe("invalid");
    expect(queue.changeVisibility(receiptHandle, 5)).toBe("not-in-flight");
  });

  it("never lets a message stay invisible beyond twelve hours from its receipt", () => {
    const { queue, send, pass } = setup();
    send("1");
    const { receiptHandle } = only(queue.receive());
    pass(1000);
    expect(queue.changeVisibility(receiptHandle, 43_200)).toBe("beyond-limit");
    expect(queue.changeVisibility(receiptHandle, 43_199)).toBe("changed");
  });

  it("says when the next message becomes visible", () => {
    const { queue, send, clock } = setup({ delaySeconds: 5 });
    expect(queue.nextVisibleAt()).toBeUndefined();
    send("1");
    expect(queue.nextVisibleAt()).toBe(clock.now() + 5000);
  });

  it("delays a FIFO queue's messages alike", () => {
    const { send, bodies, pass } = setup({ delaySeconds: 5 });
    send("1");
    pass(4999);
    expect(bodies()).toEqual([]);
    pass(1);
    expect(bodies()).toEqual(["1"]);
  });
});

describe("redrive", () => {
  it("buries a message that was received too often, and then goes on with its group", () => {
    const { send, bodies, dead, pass } = setup({ maxReceiveCount: 2 });
    send("poison");
    send("next");
    for (let round = 0; round < 2; round++, pass(30_000)) expect(bodies(1)).toEqual(["poison"]);
    expect(bodies()).toEqual(["next"]);
    expect(dead.map(({ body, groupId }) => ({ body, groupId }))).toEqual([{ body: "poison", groupId: "g" }]);
  });

  it("starts retention afresh in a FIFO dead-letter queue, not in a standard one", () => {
    for (const fifo of [true, false]) {
      const source = setup({ fifo, maxReceiveCount: 1, retentionSeconds: 3600 });
      source.queue.send({ body: "x", groupId: "g", deduplicationId: "x" });
      source.bodies();
      source.pass(30 * minute);
      source.bodies();
      const dlq = fifoQueue({ settings: { fifo, retentionSeconds: 3600 }, ...source.clock });
      dlq.accept(only(source.dead));
      source.pass(31 * minute);
      expect(dlq.counts().visible).toBe(fifo ? 1 : 0);
    }
  });
});

describe("retention", () => {
  it("drops what is too old, in flight or not, and frees the group", () => {
    const { queue, send, bodies, pass } = setup({ retentionSeconds: 60, visibilityTimeoutSeconds: 600 });
    send("old in flight");
    bodies(1);
    send("old waiting");
    pass(59_999);
    expect(queue.counts()).toEqual({ visible: 1, notVisible: 1, delayed: 0 });
    send("young");
    pass(1);
    expect(bodies()).toEqual(["young"]);
  });
});

describe("dump and restore", () => {
  it("brings back messages, receipts, order and the deduplication window", () => {
    const before = setup();
    const first = before.send("1");
    before.send("2");
    before.send("3", "other");
    const { receiptHandle } = only(before.queue.receive());

    const { queue, clock, pass } = before;
    const after = fifoQueue(clock);
    after.restore(JSON.parse(JSON.stringify(queue.dump())));

    expect(after.receive({ max: 10 }).map(({ body }) => body)).toEqual(["3"]);
    expect(after.send({ body: "1", groupId: "g", deduplicationId: "1" })).toEqual(first);
    expect(after.delete(receiptHandle)).toBe("deleted");
    expect(after.receive({ max: 10 }).map(({ body }) => body)).toEqual(["2"]);
    pass(30_000);
    expect(after.counts().visible).toBe(2);
  });

  it("leaves the dumped queue and the dump alone", () => {
    const { queue, send, clock } = setup();
    send("1");
    const dump = queue.dump();
    fifoQueue(clock).restore(dump);
    queue.receive();
    expect(dump.messages[0]?.receiptHandle).toBeUndefined();
  });
});

describe("under any schedule", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("send" as const), group: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("receive" as const), max: fc.integer({ min: 1, max: 10 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("show" as const), pick: fc.nat(), seconds: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  );

  it("keeps order within a group, never has two receives of one group in flight, and loses nothing", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { queue: original, clock, pass } = setup();
        let queue = original;
        const sent: Record<string, number[]> = {};
        const held: { handle: string; group: string; number: number; receive: number; until: number }[] = [];
        const deleted = new Set<number>();
        let number = 0;

        steps.forEach((action, receive) => {
          if (action.do === "send") {
            number += 1;
            queue.send({ body: String(number), groupId: `g${action.group}`, deduplicationId: String(number) });
            sent[`g${action.group}`] = [...(sent[`g${action.group}`] ?? []), number];
          }
          if (action.do === "receive") {
            const received = queue.receive({ max: action.max });
            for (const { receiptHandle: handle, groupId: group = "", body, visibleAt: until } of received) {
              held.push({ handle, group, number: Number(body), receive, until });
            }
            for (const group of new Set(received.map(({ groupId = "" }) => groupId))) {
              const numbers = received.filter((message) => message.groupId === group).map(({ body }) => Number(body));
              const due = (sent[group] ?? []).filter((n) => !deleted.has(n));
              expect(numbers).toEqual(due.slice(0, numbers.length));
            }
          }
          const chosen = "pick" in action && held.length > 0 ? held[action.pick % held.length] : undefined;
          if (action.do === "delete" && chosen && queue.delete(chosen.handle) === "deleted") {
            deleted.add(chosen.number);
            chosen.until = 0;
          }
          if (action.do === "show" && chosen && queue.changeVisibility(chosen.handle, action.seconds) === "changed") {
            chosen.until = clock.now() + action.seconds * 1000;
          }
          if (action.do === "pass") pass(action.seconds * 1000);
          if (action.do === "restart") {
            const restarted = fifoQueue(clock);
            restarted.restore(JSON.parse(JSON.stringify(queue.dump())));
            queue = restarted;
          }
          const inFlight = held.filter(({ until }) => until > clock.now());
          for (const one of inFlight) {
            for (const other of inFlight) if (one.group === other.group) expect(one.receive).toBe(other.receive);
          }
        });

        const { visible, notVisible } = queue.counts();
        expect(visible + notVisible + deleted.size).toBe(number);
      }),
      { numRuns: 300 },
    );
  });
});
