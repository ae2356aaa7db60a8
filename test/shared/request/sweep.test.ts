import { describe, expect, it } from "vitest";
import { DISPATCH_WITHIN_MS } from "../../../shared/event/event-log.ts";
import { submit } from "../../../shared/request/submit.ts";
import { type SweepDeps, sweep } from "../../../shared/request/sweep.ts";
import { anInvoice } from "../../fakes/an-invoice.ts";
import { failing } from "../../fakes/failing.ts";
import { memoryBudget } from "../../fakes/memory-budget.ts";
import { memoryBus } from "../../fakes/memory-bus.ts";
import { onePolicy } from "../../fakes/memory-policy-store.ts";
import { anAccount, aSubmission } from "./a-submission.ts";

const MINUTE_MS = 60_000;

function setup(policy: Parameters<typeof onePolicy>[0] = {}) {
  const policies = onePolicy(policy);
  const account = anAccount({ policies });
  const { clock, requests, events, queue, budget } = account;
  const bus = memoryBus();
  const deps: SweepDeps = { requests, events, queue, budget, bus, now: clock.now };
  const accept = async (docNo: string, flow: "direct" | "queued" = "direct") => {
    const submitted = await submit(account.deps, aSubmission(anInvoice({ docNo }), { idempotencyKey: docNo, flow }));
    return submitted.is === "accepted" ? submitted.rid : "";
  };
  const append = (id: string) => {
    const timestamp = "2026-08-18T14:30:00+05:30";
    const event = { v: 1, id, gstin: "27AAAZA0001A1ZM", type: "irn.generated", timestamp, data: {} } as const;
    return events.append(event, clock.now());
  };
  const run = (changes: Partial<SweepDeps> = {}) => sweep({ ...deps, ...changes });
  return { ...account, bus, accept, append, run };
}

describe("the sweeper", () => {
  it("sends what was accepted and never sent, in the queued flow of its GSTIN, under the next attempt", async () => {
    const { accept, run, queue, clock } = setup();
    queue.down = true;
    const rid = await accept("A/1");
    queue.down = false;
    expect(await run()).toEqual({ sent: 0, published: 0, failed: 0 });
    clock.advance(MINUTE_MS);
    expect(await run()).toEqual({ sent: 1, published: 0, failed: 0 });

    const message = { v: 1, rid, irn: expect.any(String), attempt: 2 };
    expect(queue.sent).toEqual([{ flow: "queued", group: "27AAAZA0001A1ZM", message }]);
  });

  it("gives each attempt longer than the one before, up to a quarter of an hour", async () => {
    const { accept, run, queue, clock } = setup();
    await accept("A/1");
    const sentAt: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      const before = queue.sent.length;
      await run();
      if (queue.sent.length > before) sentAt.push(minute);
      clock.advance(MINUTE_MS);
    }
    expect(sentAt).toEqual([1, 3, 7, 15, 30, 45]);
    expect(new Set(queue.sent.map(({ message }) => message.attempt)).size).toBe(queue.sent.length);
  });

  it("leaves alone what is parked until later and what is finished", async () => {
    const { accept, run, requests, clock } = setup();
    const [parked, finished] = [await accept("A/1"), await accept("A/2")];
    await requests.park(parked, new Date(clock.now().getTime() + 10 * MINUTE_MS));
    await requests.finish(finished, { kind: "registered", status: 201, irn: "i" }, clock.now());
    clock.advance(5 * MINUTE_MS);
    expect(await run()).toMatchObject({ sent: 0 });
  });

  it("sends each attempt once, though two sweepers run at the same time", async () => {
    const { accept, run, clock } = setup();
    await accept("A/1");
    clock.advance(MINUTE_MS);
    const sent: number[] = [];
    const send = async (_flow: string, _group: string, { attempt }: { attempt: number }) => void sent.push(attempt);
    await Promise.all([run({ queue: { send } }), run({ queue: { send } }), run({ queue: { send } })]);
    expect(sent).toEqual([2]);
  });

  it("goes on when one cannot be sent, and takes it up in a later round", async () => {
    const { accept, run, queue, clock } = setup();
    const lost = await accept("A/1");
    const other = await accept("A/2");
    clock.advance(MINUTE_MS);
    const send: typeof queue.send = (flow, group, message) =>
      message.rid === lost ? Promise.reject(new Error("down")) : queue.send(flow, group, message);
    expect(await run({ queue: { send } })).toEqual({ sent: 1, published: 0, failed: 1 });
    const again = () => queue.sent.filter(({ flow }) => flow === "queued").map(({ message }) => message);
    expect(again()).toMatchObject([{ rid: other, attempt: 2 }]);
    clock.advance(3 * MINUTE_MS);
    await run();
    expect(again()).toContainEqual(expect.objectContaining({ rid: lost, attempt: 3 }));
  });

  it("tells the bus again of what nobody took, once in two minutes, until somebody does", async () => {
    const { append, run, bus, events, clock } = setup();
    const event = await append("irn-generated-1");
    await run();
    expect(bus.published).toEqual([]);
    for (let minute = 0; minute < 6; minute++) {
      clock.advance(DISPATCH_WITHIN_MS / 2);
      await run();
    }
    expect(bus.published).toEqual([event, event, event]);
    await events.dispatched(event);
    clock.advance(10 * DISPATCH_WITHIN_MS);
    await run();
    expect(bus.published).toHaveLength(3);
  });

  it("tells again of an event that the bus did not take", async () => {
    const { append, run, bus, clock } = setup();
    await append("irn-generated-1");
    clock.advance(DISPATCH_WITHIN_MS);
    bus.down = true;
    expect(await run()).toEqual({ sent: 0, published: 0, failed: 1 });
    bus.down = false;
    expect(await run()).toEqual({ sent: 0, published: 1, failed: 0 });
  });

  it("takes up all that is due, however much", async () => {
    const { accept, run, clock } = setup();
    for (let n = 0; n < 1_100; n++) await accept(`A/${n}`);
    clock.advance(MINUTE_MS);
    expect(await run()).toMatchObject({ sent: 1_100, failed: 0 });
  });

  it("tries what fails once in a round, and the others all the same", async () => {
    const { accept, run, requests, clock } = setup();
    for (let n = 0; n < 1_100; n++) await accept(`A/${n}`);
    clock.advance(MINUTE_MS);
    expect(await run({ requests: failing(requests, "retry") })).toMatchObject({ sent: 0, failed: 1_100 });
  });

  describe("with sixty calls a minute", () => {
    const SIXTY = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };

    const limitedTo = (policy: typeof SIXTY) => memoryBudget(onePolicy(policy));

    async function backlog(waiting: number, policy: typeof SIXTY = SIXTY) {
      const all = setup(policy);
      for (let n = 0; n < waiting; n++) await all.accept(`A/${n}`, "queued");
      return all;
    }

    type Account = Awaited<ReturnType<typeof backlog>>;

    /** This place gets a slot. */
    const admitted = ({ budget, clock }: Account, place: number) =>
      budget.take(aSubmission().gstin, "queued", clock.now(), place);

    /** All up to this place are done. */
    async function done(account: Account, upTo: number) {
      const { rows, requests, clock } = account;
      for (const { rid, place = Infinity } of rows.requests.values()) {
        if (place <= upTo) await requests.finish(rid, { kind: "registered", status: 201, irn: "i" }, clock.now());
      }
      await admitted(account, upTo);
    }

    const places = async ({ requests, queue }: Account, from: number) =>
      Promise.all(queue.sent.slice(from).map(async ({ message }) => (await requests.find(message.rid))?.place));

    const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

    it("keeps three minutes' calls in the queue of a GSTIN, beyond the furthest place that got a slot", async () => {
      const all = await backlog(500);
      expect(all.queue.sent).toHaveLength(181);
      all.clock.advance(4 * MINUTE_MS);
      await done(all, 100);
      expect(await all.run()).toMatchObject({ sent: 99, failed: 0 });
      expect(await places(all, 181)).toEqual(upTo(182, 280));
      expect((await all.run()).sent).toBe(0);

      all.clock.advance(MINUTE_MS);
      await done(all, 160);
      expect((await all.run()).sent).toBe(60);
      expect(await places(all, 280)).toEqual(upTo(281, 340));
    });

    it("sends each for the first time under the first attempt, and puts the rest off until it comes into the window", async () => {
      const all = await backlog(500);
      all.clock.advance(8 * MINUTE_MS);
      await done(all, 100);
      await all.run();
      expect(new Set(all.queue.sent.map(({ message }) => message.attempt))).toEqual(new Set([1]));
      const requests = [...all.rows.requests.values()];
      const waits = [281, 340, 500].map((place) => {
        const { sweepAt = 0 } = requests.find((each) => each.place === place) ?? {};
        return (sweepAt - all.clock.now().getTime()) / 1_000;
      });
      expect(waits).toEqual([30, 30, 160]);
    });

    it("sends nothing again that waits for its turn while the queue goes on, however long it takes", async () => {
      const all = await backlog(180);
      for (let place = 1; place <= 40; place++) {
        all.clock.advance(MINUTE_MS / 2);
        await done(all, place);
        expect((await all.run()).sent).toBe(0);
      }
    });

    it("sends what is lost again when its place is passed, in the order of the places", async () => {
      const all = await backlog(100);
      all.clock.advance(4 * MINUTE_MS);
      await admitted(all, 60);
      expect((await all.run()).sent).toBe(60);
      expect(await places(all, 100)).toEqual(upTo(1, 60));
      expect(new Set(all.queue.sent.slice(100).map(({ message }) => message.attempt))).toEqual(new Set([2]));
      all.clock.advance(MINUTE_MS);
      expect((await all.run()).sent).toBe(0);
    });

    it("sends of what was passed no more than can be done, and leaves the window room for the rest alone", async () => {
      const all = await backlog(500);
      all.clock.advance(9 * MINUTE_MS);
      await admitted(all, 150);
      expect((await all.run()).sent).toBe(60);
      expect(await places(all, 181)).toEqual(upTo(1, 60));
      // These are behind three minutes' calls now.
      all.clock.advance(4 * MINUTE_MS - 1_000);
      await all.run();
      expect(await places(all, 241)).toEqual(upTo(61, 120));
    });

    it("sends all of the window again when nobody comes for it: the messages are lost", async () => {
      const all = await backlog(300);
      all.clock.advance(9 * MINUTE_MS);
      expect((await all.run()).sent).toBe(180);
      expect(await places(all, 181)).toEqual(upTo(1, 180));
      await admitted(all, 5);
      all.clock.advance(8 * MINUTE_MS);
      expect((await all.run()).sent).toBe(170);
      expect(await places(all, 361)).toEqual(upTo(1, 170));
    });

    it("starts with the first that is there when the places before were never accepted", async () => {
      const all = setup(SIXTY);
      const { gstin } = aSubmission();
      for (let n = 0; n < 400; n++) await all.budget.queue(gstin, all.clock.now(), 20_000);
      await all.accept("A/1", "queued");
      expect(all.queue.sent).toEqual([]);
      all.clock.advance(5 * MINUTE_MS);
      expect((await all.run()).sent).toBe(1);
    });

    it("fills the queue ahead of time when the limit is raised, and brings the rest sooner", async () => {
      const policy = { ...SIXTY };
      const all = await backlog(1_500, policy);
      all.clock.advance(2 * MINUTE_MS);
      await done(all, 60);
      policy.calls = 240;
      expect((await all.run()).sent).toBe(780 - 181);
      const last = [...all.rows.requests.values()].find(({ place }) => place === 1_500);
      expect(((last?.sweepAt ?? 0) - all.clock.now().getTime()) / 1_000).toBeCloseTo((1_500 - 781) / 4, 0);
      const before = all.queue.sent.length;
      all.clock.advance(MINUTE_MS);
      await done(all, 300);
      expect((await all.run()).sent).toBeGreaterThanOrEqual(239);
      expect(new Set(await places(all, before))).toEqual(new Set(upTo(781, 780 + all.queue.sent.length - before)));
    });

    it("sends in the order of the places what was put off and what was not", async () => {
      const all = await backlog(600);
      const before = all.queue.sent.length;
      // Direct calls have half of the limit.
      for (let minute = 1; minute <= 10; minute++) {
        all.clock.advance(MINUTE_MS);
        await done(all, 30 * minute);
        await all.run();
      }
      expect(await places(all, before)).toEqual(upTo(182, 480));
    });

    it("looks ahead only where the queue lacks work", async () => {
      const all = await backlog(500);
      const seen: number[] = [];
      const due: typeof all.requests.due = (now, limit) => {
        seen.push(now.getTime() - all.clock.now().getTime());
        return all.requests.due(now, limit);
      };
      for (let minute = 1; minute <= 3; minute++) {
        all.clock.advance(MINUTE_MS);
        await done(all, minute * 60);
        await all.run({ requests: { ...all.requests, due } });
      }
      expect(new Set(seen)).toEqual(new Set([0]));
    });

    it("sends what has no place as fast as it can be done: it was accepted before there were places, or parked", async () => {
      const { accept, run, requests, rows, clock } = setup(SIXTY);
      for (let n = 0; n < 200; n++) {
        await accept(`A/${n}`, "queued");
        clock.advance(1_000);
      }
      for (const [key, { place: _, ...request }] of rows.requests) rows.requests.set(key, { ...request, attempt: 1 });
      clock.advance(20 * MINUTE_MS);
      expect((await run()).sent).toBe(60);
      expect((await run()).sent).toBe(0);
      expect((await requests.due(clock.now(), 1_000)).length).toBe(0);
      clock.advance(MINUTE_MS);
      expect((await run()).sent).toBe(1);
    });

    it("goes by the limit of the moment, and ends what has waited for a day whatever it is", async () => {
      const policy = { ...SIXTY };
      const { run, clock } = await backlog(500, policy);
      clock.advance(20 * MINUTE_MS);
      expect((await run({ budget: limitedTo({ ...SIXTY, calls: 10 }) })).sent).toBe(30);
      clock.advance(24 * 60 * MINUTE_MS);
      expect((await run({ budget: limitedTo({ ...SIXTY, calls: 0 }) })).sent).toBe(500);
    });

    it("sends nothing at a rate of none, and asks no more than once in a while", async () => {
      const { run, clock, requests } = await backlog(500);
      clock.advance(20 * MINUTE_MS);
      const none = { budget: limitedTo({ ...SIXTY, calls: 0 }) };
      expect((await run(none)).sent).toBe(0);
      clock.advance(5 * MINUTE_MS);
      expect((await requests.due(clock.now(), 1_000)).length).toBeLessThanOrEqual(6);
    });

    it("sends nothing of a GSTIN whose budget cannot be read, and takes it up in a later round", async () => {
      const { accept, run, clock, budget } = setup(SIXTY);
      await accept("A/1");
      clock.advance(MINUTE_MS);
      expect(await run({ budget: failing(budget, "level") })).toEqual({ sent: 0, published: 0, failed: 1 });
      expect(await run()).toEqual({ sent: 1, published: 0, failed: 0 });
    });
  });

  it("fails as a whole only when it cannot see what is due", async () => {
    const { run, requests } = setup();
    await expect(run({ requests: failing(requests, "due") })).rejects.toThrow("due failed");
  });
});
