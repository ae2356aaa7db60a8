import { describe, expect, it } from "vitest";
import { createHandler } from "../../functions/deliver-webhook/handler.ts";
import { createHandler as fanOutHandler } from "../../functions/fan-out/handler.ts";
import { createHandler as sweepHandler } from "../../functions/sweep/handler.ts";
import type { SweepDeps } from "../../shared/request/sweep.ts";
import { failing } from "../fakes/failing.ts";
import { memoryBudget } from "../fakes/memory-budget.ts";
import { memoryBus } from "../fakes/memory-bus.ts";
import { memoryDeliveryQueue } from "../fakes/memory-delivery-queue.ts";
import { onePolicy } from "../fakes/memory-policy-store.ts";
import { memoryQueue } from "../fakes/memory-queue.ts";
import { memoryStores } from "../fakes/memory-stores.ts";
import { aRecord, aWorld, MINUTE_MS } from "../shared/webhook/a-world.ts";
import { aContext } from "./invoke.ts";

const DOWN = { status: 503, failure: "status" } as const;

/** So many events for an endpoint each, opened by the fan-out's function; what it sent, as records. */
async function setup(count = 1) {
  const world = aWorld();
  const queue = memoryDeliveryQueue();
  const deps = { ...world.process(), queue };
  const url = (n: number) => `https://e${n}.example/hook`;
  for (let n = 0; n < count; n++) await world.endpoint(url(n));
  const event = await world.happens();
  const { v, id, gstin, timestamp } = event;
  await fanOutHandler(deps)(busEvent({ v, id, gstin, timestamp }), aContext());
  const records = queue.sent.map(({ message }, n) => aRecord(`m${n}`, JSON.stringify(message)));
  const deliver = (Records = records, changes: object = {}) =>
    createHandler({ ...deps, ...changes })({ Records }, aContext());
  return { ...world, queue, deps, url, records, deliver };
}

function busEvent(detail: unknown) {
  const event = { version: "0", id: "1", account: "0", region: "r", resources: [], time: "", source: "einvoice" };
  return { ...event, "detail-type": "irn.generated", detail };
}

describe("deliver-webhook, behind the queue", () => {
  it("makes the first attempts of a batch and acknowledges all, whatever their endpoints answer", async () => {
    const { deliver, receiver, url, ladder, rows } = await setup(3);
    receiver.always(url(1), DOWN);
    receiver.always(url(2), { status: 410, failure: "status" });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect([...rows.deliveries.values()].map(({ state }) => state)).toEqual(["delivered", "pending", "stopped"]);
    expect(ladder.started).toMatchObject([{ generation: 1, attempts: 1, waitSeconds: 60 }]);
  });

  it("attempts all of a batch at the same time: one that hangs holds up no other", async () => {
    const { deliver, receiver, url } = await setup(3);
    const others = Promise.withResolvers<void>();
    receiver.always(url(0), { status: 200, meanwhile: () => others.promise });
    let answered = 0;
    const meanwhile = async () => void (++answered === 2 && others.resolve());
    for (const n of [1, 2]) receiver.always(url(n), { status: 200, meanwhile });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
  });

  it("hands back what failed on our side, and that alone", async () => {
    const { deliver, deps, log, url, postsTo } = await setup(2);
    const find: typeof deps.endpoints.find = (gstin, id) =>
      id === "we_e0-example" ? Promise.reject(new Error("store down")) : deps.endpoints.find(gstin, id);
    const endpoints = { ...deps.endpoints, find, noteResult: deps.endpoints.noteResult };
    expect(await deliver(undefined, { endpoints })).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(log.text()).toContain("store down");
    expect([postsTo(url(0)).length, postsTo(url(1)).length]).toEqual([0, 1]);
  });

  it("hands a record back until the ladder is started, and makes no second attempt meanwhile", async () => {
    const { deliver, receiver, url, ladder, postsTo } = await setup();
    receiver.always(url(0), DOWN);
    ladder.down = true;
    expect(await deliver()).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    ladder.down = false;
    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect(await deliver()).toEqual({ batchItemFailures: [] });
    expect(postsTo(url(0))).toHaveLength(1);
    expect(ladder.started).toHaveLength(1);
  });

  it.each(["", "{}", '{"v":2,"gstin":"g","deliveryId":"d","generation":0,"attempts":0}', "null"])(
    "drops a message that it cannot read, and says so: %s",
    async (body) => {
      const { deliver, log, records } = await setup();
      const answer = await deliver([aRecord("odd", body), ...records]);
      expect(answer).toEqual({ batchItemFailures: [] });
      expect(log.text()).toContain("odd");
    },
  );

  it("logs no secret, signature, body or answer", async () => {
    const { deliver, receiver, url, log, postsTo } = await setup();
    receiver.always(url(0), { ...DOWN, answer: "told in confidence" });
    await deliver();
    const [post] = postsTo(url(0));
    for (const hidden of ["whsec_", post?.headers["webhook-signature"] ?? "", post?.body ?? "", "told in confidence"])
      expect(log.text()).not.toContain(hidden);
  });
});

describe("deliver-webhook, as the task of the ladder", () => {
  it("says how long to wait next, or that it is over", async () => {
    const { deliver, deps, receiver, url, ladder } = await setup();
    receiver.will(url(0), DOWN, DOWN);
    await deliver();
    const [climb] = ladder.started;
    if (!climb) throw new Error("nothing climbs");
    const handle = createHandler(deps);
    const next = await handle(climb, aContext());
    expect(next).toEqual({ ...climb, isOver: false, attempts: 2, waitSeconds: 300 });
    expect(await handle({ ...climb, attempts: 2 }, aContext())).toEqual({ isOver: true });
    expect(await handle({ ...climb, attempts: 2 }, aContext())).toEqual({ isOver: true });
  });

  it("fails, to be repeated, when something of ours does, or when the input is none", async () => {
    const { deliver, deps, receiver, url, ladder } = await setup();
    receiver.will(url(0), DOWN);
    await deliver();
    const [climb] = ladder.started;
    if (!climb) throw new Error("nothing climbs");
    const handle = createHandler({ ...deps, deliveries: failing(deps.deliveries, "find") });
    await expect(handle(climb, aContext())).rejects.toThrow("find failed");
    await expect(createHandler(deps)({ ...climb, attempts: -1 }, aContext())).rejects.toThrow();
  });
});

describe("fan-out", () => {
  it("fails on what is no event's key, so that it ends in the dead-letter queue", async () => {
    const { deps } = await setup();
    await expect(fanOutHandler(deps)(busEvent({ id: "x" }), aContext())).rejects.toThrow();
  });

  it("says when there is no such event", async () => {
    const { deps, log } = await setup();
    const key = { v: 1, id: "unknown", gstin: "27AAAZA0001A1ZM", timestamp: "2026-08-18T14:30:00+05:30" };
    await fanOutHandler(deps)(busEvent(key), aContext());
    expect(log.text()).toContain("there is no such event");
  });
});

describe("sweep", () => {
  function sweeping(changes: Partial<SweepDeps> = {}) {
    const world = aWorld();
    const { requests, events } = memoryStores();
    const bus = memoryBus();
    const budget = memoryBudget(onePolicy());
    const deps = { ...world.process(), budget, requests, events, queue: memoryQueue(), bus, ...changes };
    return { ...world, sweep: () => sweepHandler(deps)({}, aContext()) };
  }

  it("takes up deliveries besides requests and events, also when those cannot be seen", async () => {
    const { requests } = memoryStores();
    const { sweep, endpoint, happens, settle, queue, clock, ladder, log } = sweeping({
      requests: failing(requests, "due"),
    });
    await endpoint("https://a.example/hook");
    queue.down = true;
    await happens();
    await settle();
    clock.advance(6 * MINUTE_MS);
    await expect(sweep()).rejects.toThrow("due failed");
    expect(ladder.started).toHaveLength(1);
    expect(log.text()).toContain("takenUp: 1");
  });

  it("says what could not be taken up", async () => {
    const { sweep, endpoint, happens, settle, queue, clock, ladder, log } = sweeping();
    await endpoint("https://a.example/hook");
    queue.down = true;
    await happens();
    await settle();
    clock.advance(6 * MINUTE_MS);
    ladder.down = true;
    await sweep();
    expect(log.text()).toMatch(/error \[\s+'some could not be taken up again/);
  });
});
