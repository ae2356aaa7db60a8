import { describe, expect, it } from "vitest";
import { fanOut } from "../../../shared/webhook/fan-out.ts";
import { LADDER_SECONDS } from "../../../shared/webhook/ladder.ts";
import { failing } from "../../fakes/failing.ts";
import { aWorld, type Crash, DAY_MS, GSTIN, HOUR_MS, MINUTE_MS } from "./a-world.ts";

const URL_A = "https://a.example/hook";
const URL_B = "https://b.example/hook";
const URL_C = "https://c.example/hook";
const DOWN = { status: 503, failure: "status" } as const;
const GONE = { status: 410, failure: "status" } as const;

describe("an event", () => {
  it("goes to each endpoint of its GSTIN that wants it, once, however often it is told", async () => {
    const world = aWorld();
    await world.endpoint(URL_A, { events: ["irn.generated", "irn.failed"] });
    await world.endpoint(URL_B, { events: ["irn.cancelled"] });
    await world.endpoint(URL_C, { disabled: { at: "2026-08-01T00:00:00Z", reason: "by_owner" } });
    const event = await world.happens();
    for (let n = 0; n < 3; n++) await world.bus.publish(event);
    await world.pass(HOUR_MS);
    expect(world.receiver.posts.map(({ url }) => url)).toEqual([URL_A]);
  });

  it("that is not known is nobody's", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    const key = { v: 1, id: "e", gstin: GSTIN, timestamp: "2026-08-18T14:30:00+05:30" } as const;
    expect(await fanOut(world.process(), key)).toBeUndefined();
    expect(world.rows.deliveries.size).toBe(0);
  });

  it("is dispatched once every delivery is open, and before that told again", async () => {
    const world = aWorld();
    const [a, b] = [await world.endpoint(URL_A), await world.endpoint(URL_B)];
    const event = await world.happens();
    const open: typeof world.deliveries.open = (delivery) =>
      delivery.endpointId === b.id ? Promise.reject(new Error("down")) : world.deliveries.open(delivery);
    const deps = { ...world.process(), deliveries: { ...world.deliveries, open } };
    await expect(fanOut(deps, event)).rejects.toThrow("down");
    expect(world.rows.events.values().next().value).toHaveProperty("dispatchAt");

    await world.pass(HOUR_MS);
    expect([world.postsTo(URL_A).length, world.postsTo(URL_B).length]).toEqual([1, 1]);
    expect(world.deliveriesTo(a)).toMatchObject([{ state: "delivered" }]);
    expect(world.rows.events.values().next().value).not.toHaveProperty("dispatchAt");
  });

  it("is first attempted by the sweeper when the queue took nothing, within seven minutes", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    world.queue.down = true;
    await world.happens();
    await world.settle();
    expect(world.receiver.posts).toEqual([]);
    // The delivery is open, and the sweeper's: the bus need not be told again.
    expect(world.rows.events.values().next().value).not.toHaveProperty("dispatchAt");
    await world.pass(7 * MINUTE_MS);
    expect(world.receiver.posts).toHaveLength(1);
    expect(world.ladder.started).toMatchObject([{ generation: 1, attempts: 0 }]);
  });

  it("of an endpoint that fails goes past the queue, where it takes nobody's turn", async () => {
    const world = aWorld();
    const failingSince = world.clock.now().toISOString();
    const endpoint = await world.endpoint(URL_A, { failingSince });
    await world.happens();
    const sent = failing(world.queue, "send");
    const event = [...world.rows.events.values()][0]?.event;
    if (!event) throw new Error("nothing happened");
    await fanOut({ ...world.process(), queue: sent }, event);
    expect(world.ladder.started).toMatchObject([{ generation: 1, attempts: 0, waitSeconds: 0 }]);

    world.receiver.will(URL_A, DOWN);
    await world.pass(5 * MINUTE_MS);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "delivered", attempts: [{ n: 1 }, { n: 2 }] }]);
    expect(world.ladder.started).toHaveLength(1);
  });
});

describe("a test event", () => {
  it("goes to the endpoint that is tried, whatever it subscribes to, and to no other, also when it is told again", async () => {
    const world = aWorld();
    const tried = await world.endpoint(URL_A, { events: ["irn.cancelled"] });
    await world.endpoint(URL_B);
    const event = await world.happens("endpoint.test", { endpointId: tried.id });
    await world.settle();
    await world.bus.publish(event);
    await world.pass(HOUR_MS);
    expect(world.receiver.posts.map(({ url }) => url)).toEqual([URL_A]);
  });
});

describe("that an endpoint was disabled", () => {
  it("goes to the other endpoints, though it is enabled again by then", async () => {
    const world = aWorld();
    const disabled = await world.endpoint(URL_A);
    await world.endpoint(URL_B);
    await world.happens("endpoint.disabled", { endpointId: disabled.id, reason: "gone" });
    await world.settle();
    expect(world.receiver.posts.map(({ url }) => url)).toEqual([URL_B]);
  });
});

describe("two generations", () => {
  it("are never raised by what an index showed too late", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    world.queue.down = true;
    await world.happens();
    world.receiver.always(URL_A, DOWN);
    await world.pass(7 * MINUTE_MS);
    const [before] = world.deliveriesTo(endpoint);
    if (!before) throw new Error("no delivery");
    await world.pass(2 * MINUTE_MS);
    const old = { ...before, attempts: before.attempts.slice(0, 1) };
    expect(await world.deliveries.raise(old, world.clock.now())).toBe("lost");
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ generation: 1 }]);
  });
});

/** Whatever process dies, at whichever call, everyone hears: each story is told once for each point at which it may break off. */
describe("whoever dies, wherever", () => {
  const ladderMs = 1000 * LADDER_SECONDS.reduce((sum, seconds) => sum + seconds, 0);

  const stories = {
    async "an endpoint that fails three times is reached"(crash?: Crash) {
      const world = aWorld(crash ? { crash } : {});
      const endpoint = await world.endpoint(URL_A);
      world.receiver.will(URL_A, DOWN, DOWN, DOWN);
      await world.happens();
      await world.pass(4 * HOUR_MS);
      expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "delivered" }]);
      return world;
    },
    async "an endpoint that never answers is tried to the end"(crash?: Crash) {
      const world = aWorld(crash ? { crash } : {});
      const endpoint = await world.endpoint(URL_A);
      world.receiver.always(URL_A, { failure: "timeout" });
      await world.happens();
      await world.pass(ladderMs + HOUR_MS);
      expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "exhausted", attempts: { length: 6 } }]);
      expect(world.postsTo(URL_A).length).toBeGreaterThanOrEqual(6);
      return world;
    },
    async "a healthy endpoint hears of an event and that the other one is gone"(crash?: Crash) {
      const world = aWorld(crash ? { crash } : {});
      const [gone, other] = [await world.endpoint(URL_A), await world.endpoint(URL_B)];
      world.receiver.always(URL_A, GONE);
      await world.happens();
      await world.pass(HOUR_MS);
      expect(world.deliveriesTo(gone)).toMatchObject([{ state: "stopped" }]);
      expect(await world.endpoints.find(GSTIN, gone.id)).toMatchObject({ disabled: { reason: "gone" } });
      const heard = world.deliveriesTo(other).map(({ event: { type }, state }) => `${type} ${state}`);
      expect(heard.sort()).toEqual(["endpoint.disabled delivered", "irn.generated delivered"]);
      return world;
    },
    async "an endpoint that failed for five days is disabled, and told of"(crash?: Crash) {
      const world = aWorld(crash ? { crash } : {});
      const since = new Date(world.clock.now().getTime() - 6 * DAY_MS).toISOString();
      const failed = await world.endpoint(URL_A, { failingSince: since });
      const other = await world.endpoint(URL_B, { events: ["endpoint.disabled"] });
      world.receiver.always(URL_A, DOWN);
      await world.happens();
      await world.pass(ladderMs + HOUR_MS);
      expect(world.deliveriesTo(failed)).toMatchObject([{ state: expect.stringMatching(/exhausted|stopped/) }]);
      expect(await world.endpoints.find(GSTIN, failed.id)).toMatchObject({ disabled: { reason: "failing" } });
      expect(world.deliveriesTo(other)).toMatchObject([{ event: { type: "endpoint.disabled" }, state: "delivered" }]);
      return world;
    },
  };

  it.each(Object.entries(stories))("%s", async (_, story) => {
    const calls = (await story()).calls();
    expect(calls).toBeGreaterThan(10);
    for (const when of ["before", "after"] as const) {
      for (let at = 1; at <= calls; at++) {
        await story({ at, when }).catch((error: unknown) => {
          throw new Error(`died ${when} call ${at} of ${calls}: ${error}`, { cause: error });
        });
      }
    }
  });
});
