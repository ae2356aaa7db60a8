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
    expect(await run({ requests: failing(requests, "retry") })).toMatchObject({ sent: 0, failed: 1_000 });
  });

  describe("with sixty calls a minute", () => {
    const SIXTY = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };

    const limitedTo = (policy: typeof SIXTY) => memoryBudget(onePolicy(policy));

    async function backlog(waiting: number, policy: typeof SIXTY = SIXTY) {
      const all = setup(policy);
      for (let n = 0; n < waiting; n++) await all.accept(`A/${n}`, "queued");
      return all;
    }

    it("sends of a GSTIN what can be done until the next round, and a little more", async () => {
      const { run, clock } = await backlog(500);
      clock.advance(20 * MINUTE_MS);
      expect(await run()).toEqual({ sent: 66, published: 0, failed: 0 });
      expect((await run()).sent).toBe(0);
      clock.advance(2 * MINUTE_MS - 1_000);
      expect((await run()).sent).toBeGreaterThanOrEqual(59);
    });

    /** 180 were sent and are due again, and as many are due that never were. */
    async function late() {
      const all = await backlog(360);
      all.clock.advance(4 * MINUTE_MS);
      await all.run();
      all.clock.advance(5 * MINUTE_MS);
      const before = all.queue.sent.length;
      const attempts = () => all.queue.sent.slice(before).map(({ message }) => message.attempt);
      return { ...all, attempts };
    }

    it("sends nothing new while much waits for its turn, and a few of that, in case that it is lost", async () => {
      const { run, attempts, budget, clock } = await late();
      await budget.take(aSubmission().gstin, "queued", clock.now());
      expect((await run()).sent).toBe(6);
      expect(new Set(attempts())).toEqual(new Set([3]));
      clock.advance(2 * MINUTE_MS);
      await budget.take(aSubmission().gstin, "queued", clock.now());
      expect((await run()).sent).toBe(6);
    });

    it("sends what is lost half as fast as it can be done, where nobody uses the limit", async () => {
      const { run, attempts } = await late();
      expect((await run()).sent).toBe(30);
      expect(new Set(attempts())).toEqual(new Set([3]));
    });

    it("goes by the limit of the moment, and ends what has waited for a day whatever it is", async () => {
      const policy = { ...SIXTY };
      const { run, clock } = await backlog(500, policy);
      clock.advance(20 * MINUTE_MS);
      expect((await run({ budget: limitedTo({ ...SIXTY, calls: 10 }) })).sent).toBe(11);
      clock.advance(24 * 60 * MINUTE_MS);
      expect((await run({ budget: limitedTo({ ...SIXTY, calls: 0 }) })).sent).toBe(500);
    });

    it("sends nothing at a rate of none, and asks no more than once in a while", async () => {
      const { run, clock, requests } = await backlog(500);
      clock.advance(20 * MINUTE_MS);
      const none = { budget: limitedTo({ ...SIXTY, calls: 0 }) };
      expect((await run(none)).sent).toBe(0);
      clock.advance(5 * MINUTE_MS);
      expect((await requests.due(clock.now(), 1_000)).length).toBeLessThanOrEqual(5);
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
