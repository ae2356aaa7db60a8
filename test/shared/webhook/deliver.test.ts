import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { deliver } from "../../../shared/webhook/deliver.ts";
import { LADDER_SECONDS } from "../../../shared/webhook/ladder.ts";
import { enabled } from "../../../shared/webhook/manage-endpoints.ts";
import { sealSecret } from "../../../shared/webhook/secrets.ts";
import { failing } from "../../fakes/failing.ts";
import { aWorld, DAY_MS, GSTIN, HOUR_MS, MINUTE_MS, SECRET } from "./a-world.ts";

const URL_A = "https://a.example/hook";
const URL_B = "https://b.example/hook";
const DOWN = { status: 503, failure: "status" } as const;
/** The whole ladder, and what jitter may add. */
const LADDER_MS = 1000 * 1.2 * LADDER_SECONDS.reduce((sum, seconds) => sum + seconds, 0);

describe("an attempt", () => {
  it("sends the event, signed, and a 2xx ends the delivery", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    const event = await world.happens();
    world.receiver.will(URL_A, { status: 204, latencyMs: 12.4 });
    await world.settle();

    const [post] = world.postsTo(URL_A);
    const { type, timestamp, data } = event;
    // The library's own clock, which the signature's time must be near to, is not ours.
    const signature = new Webhook(SECRET).sign(event.id, world.clock.now(), post?.body ?? "");
    expect(JSON.parse(post?.body ?? "")).toEqual({ type, timestamp, data });
    expect(post?.headers).toEqual({
      "webhook-id": event.id,
      "webhook-timestamp": String(world.clock.now().getTime() / 1000),
      "webhook-signature": signature,
    });
    expect(world.deliveriesTo(endpoint)).toMatchObject([
      { state: "delivered", attempts: [{ n: 1, at: "2026-08-18T14:30:00+05:30", status: 204, latencyMs: 12 }] },
    ]);
    expect(world.deliveriesTo(endpoint)[0]).not.toHaveProperty("nextAt");
    expect(world.ladder.started).toEqual([]);
  });

  it("climbs the ladder while it fails, each time with the same id and body, a fresh time and a fresh signature", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    const event = await world.happens();
    world.receiver.will(URL_A, DOWN, { failure: "timeout" }, { failure: "dns" });
    const began = world.clock.now().getTime() / 1000;
    await world.pass(HOUR_MS);

    const posts = world.postsTo(URL_A);
    const times = posts.map(({ headers }) => Number(headers["webhook-timestamp"]) - began);
    expect(times).toEqual([0, 60, 360, 2160]);
    expect(new Set(posts.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([event.id]));
    expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
    expect(new Set(posts.map(({ headers }) => headers["webhook-signature"])).size).toBe(4);
    const attempts = [{ status: 503, failure: "status" }, { failure: "timeout" }, { failure: "dns" }, { status: 200 }];
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "delivered", attempts }]);
    expect(world.executions).toHaveLength(1);
  });

  it("is made six times in all, and then the delivery is exhausted", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.receiver.always(URL_A, DOWN);
    const began = world.clock.now().getTime() / 1000;
    await world.pass(2 * LADDER_MS);

    const times = world.postsTo(URL_A).map(({ headers }) => Number(headers["webhook-timestamp"]) - began);
    expect(times).toEqual([0, 60, 360, 2_160, 5_760, 27_360]);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "exhausted" }]);
    expect(world.executions).toHaveLength(1);
  });

  it.each([
    ["never come before", "90", 90],
    ["clamped to twice the step", "86400", 120],
    ["a date too", new Date(Date.parse("2026-08-18T09:01:40Z")).toUTCString(), 100],
    ["no shorter than the step", "1", 60],
  ])("honours Retry-After: %s", async (_, retryAfter, seconds) => {
    const world = aWorld();
    await world.endpoint(URL_A);
    await world.happens();
    world.receiver.will(URL_A, { status: 429, failure: "status", retryAfter });
    const began = world.clock.now().getTime() / 1000;
    await world.pass(10 * MINUTE_MS);
    expect(world.postsTo(URL_A).map(({ headers }) => Number(headers["webhook-timestamp"]) - began)).toEqual([
      0,
      seconds,
    ]);
  });

  it("sends the same bytes, in whatever order the store gives the members", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    const event = await world.happens("irn.generated", { status: "ACT", irn: "i", links: { self: "/s", a: "/a" } });
    world.receiver.will(URL_A, DOWN);
    await world.settle();
    const [key, row] = [...world.rows.events][0] ?? [];
    const reordered = { links: { a: "/a", self: "/s" }, irn: "i", status: "ACT" };
    if (key && row) world.rows.events.set(key, { ...row, event: { ...event, data: reordered } });
    await world.pass(2 * MINUTE_MS);
    const [first, second] = world.postsTo(URL_A);
    expect(second?.body).toBe(first?.body);
  });
});

describe("told again", () => {
  it("makes an attempt once, however often its message comes", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    await world.happens();
    world.receiver.always(URL_A, DOWN);
    await world.settle();
    const [{ deliveryId = "" } = {}] = world.ladder.started;
    const message = { v: 1, gstin: GSTIN, deliveryId, generation: 0, attempts: 0 } as const;

    const again = await deliver(world.process(), message);

    expect(world.postsTo(URL_A)).toHaveLength(1);
    // Whoever made it may have stopped before the ladder heard of it.
    expect(again).toEqual({ is: "wait", climb: { ...message, generation: 1, attempts: 1, waitSeconds: 60 } });
  });

  it("waits for the rest of the time, when the state machine repeats its task or begins again", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    await world.happens();
    world.receiver.always(URL_A, DOWN);
    await world.pass(3 * MINUTE_MS);
    const [climb] = world.ladder.started;
    if (!climb) throw new Error("nothing climbs");

    const again = await deliver(world.process(), climb);

    expect(world.postsTo(URL_A)).toHaveLength(2);
    expect(again).toEqual({ is: "wait", climb: { ...climb, attempts: 2, waitSeconds: 180 } });
  });

  it("keeps one account of an attempt that two workers made at the same time, and one ladder", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    const twin: { is?: unknown } = {};
    const meanwhile = async () => {
      const [delivery] = world.deliveriesTo(endpoint);
      const message = { v: 1, gstin: GSTIN, deliveryId: delivery?.id ?? "", generation: 0, attempts: 0 } as const;
      twin.is = (await deliver(world.process(), message)).is;
    };
    world.receiver.will(URL_A, { ...DOWN, meanwhile }, { ...DOWN, status: 500 });
    await world.settle();

    expect(twin.is).toBe("wait");
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ attempts: [{ status: 500 }], generation: 1 }]);
    expect(world.ladder.started).toMatchObject([{ generation: 1, attempts: 1, waitSeconds: 60 }]);
    await world.pass(2 * MINUTE_MS);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "delivered" }]);
    expect(world.postsTo(URL_A)).toHaveLength(3);
  });

  it("does nothing in a generation that was given up", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.receiver.will(URL_A, DOWN);
    await world.settle();
    const [delivery] = world.deliveriesTo(endpoint);
    if (!delivery) throw new Error("no delivery");
    await world.deliveries.raise(delivery, new Date(world.clock.now().getTime() + HOUR_MS));
    await world.pass(5 * MINUTE_MS);
    expect(world.postsTo(URL_A)).toHaveLength(1);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "pending", generation: 2 }]);
  });
});

describe("an endpoint that changes while a delivery climbs", () => {
  async function climbing() {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.receiver.will(URL_A, DOWN);
    await world.settle();
    const current = async () => {
      const found = await world.endpoints.find(GSTIN, endpoint.id);
      if (!found) throw new Error("no endpoint");
      return found;
    };
    const change = async (changes: object) => {
      const before = await current();
      expect(await world.endpoints.update({ ...before, ...changes, revision: before.revision + 1 })).toBe("updated");
    };
    return { ...world, endpoint, current, change };
  }

  it("is attempted at its new address", async () => {
    const world = await climbing();
    await world.change({ url: URL_B });
    await world.pass(2 * MINUTE_MS);
    expect([world.postsTo(URL_A).length, world.postsTo(URL_B).length]).toEqual([1, 1]);
    expect(world.deliveriesTo(world.endpoint)).toMatchObject([{ state: "delivered" }]);
  });

  it("gets nothing more once it is disabled, and what was stopped stays stopped", async () => {
    const world = await climbing();
    await world.change({ disabled: { at: world.clock.now().toISOString(), reason: "by_owner" } });
    await world.pass(2 * MINUTE_MS);
    expect(world.deliveriesTo(world.endpoint)).toMatchObject([{ state: "stopped", attempts: [{ n: 1 }] }]);
    await world.change({ disabled: undefined });
    await world.pass(DAY_MS);
    expect(world.postsTo(URL_A)).toHaveLength(1);
    expect([...world.rows.events.values()].map(({ event }) => event.type)).toEqual(["irn.generated"]);
  });

  it("gets nothing more once it is deleted", async () => {
    const world = await climbing();
    await world.endpoints.remove(GSTIN, world.endpoint.id);
    await world.pass(DAY_MS);
    expect(world.postsTo(URL_A)).toHaveLength(1);
    expect(world.deliveriesTo(world.endpoint)).toMatchObject([{ state: "stopped" }]);
  });

  it("is signed for with both secrets after a rotation, and with the new one alone when the old one's time is over", async () => {
    const world = await climbing();
    world.receiver.will(URL_A, DOWN);
    const newer = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
    const sealed = await sealSecret(world.vault, world.endpoint, newer);
    const until = new Date(world.clock.now().getTime() + 2 * MINUTE_MS).toISOString();
    const [old] = world.endpoint.secrets;
    await world.change({ secrets: [{ sealed }, { ...old, until }] });
    await world.pass(10 * MINUTE_MS);

    const signedBy = world.postsTo(URL_A).map(({ headers, body }) => {
      const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
      const signatures = headers["webhook-signature"]?.split(" ") ?? [];
      return [SECRET, newer].map((secret) =>
        signatures.includes(new Webhook(secret).sign(headers["webhook-id"] ?? "", at, body)),
      );
    });
    expect(signedBy).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
  });

  it("stops with the event when that has expired", async () => {
    const world = await climbing();
    world.rows.events.clear();
    await world.pass(2 * MINUTE_MS);
    expect(world.postsTo(URL_A)).toHaveLength(1);
    expect(world.deliveriesTo(world.endpoint)).toMatchObject([{ state: "stopped" }]);
  });
});

describe("an endpoint that is gone (410)", () => {
  it("is disabled at once, and the others hear of it", async () => {
    const world = aWorld();
    const [gone, other] = [await world.endpoint(URL_A), await world.endpoint(URL_B)];
    await world.happens();
    world.receiver.will(URL_A, { status: 410, failure: "status" });
    await world.settle();
    await world.happens("irn.cancelled");
    await world.pass(DAY_MS);

    expect(world.postsTo(URL_A)).toHaveLength(1);
    expect(world.deliveriesTo(gone)).toMatchObject([{ state: "stopped", attempts: [{ status: 410 }] }]);
    expect(await world.endpoints.find(GSTIN, gone.id)).toMatchObject({ disabled: { reason: "gone" } });
    const heard = world.deliveriesTo(other).map(({ event, state }) => [event.type, state]);
    expect(heard).toEqual([
      ["irn.generated", "delivered"],
      ["endpoint.disabled", "delivered"],
      ["irn.cancelled", "delivered"],
    ]);
    const told = world
      .postsTo(URL_B)
      .map(({ body }) => JSON.parse(body))
      .find(({ type }) => type === "endpoint.disabled");
    const links = { endpoint: `/webhooks/${gone.id}` };
    expect(told.data).toEqual({ endpointId: gone.id, reason: "gone", links });
  });

  it("tells of it once, though many deliveries find it so", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    const other = await world.endpoint(URL_B, { events: ["endpoint.disabled"] });
    world.receiver.always(URL_A, { status: 410, failure: "status" });
    for (let n = 0; n < 5; n++) await world.happens();
    await world.pass(HOUR_MS);
    expect(world.deliveriesTo(other)).toHaveLength(1);
  });

  it("stays enabled when its owner has meanwhile given it another address", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    const meanwhile = async () => world.endpoints.update({ ...endpoint, url: URL_B, revision: 2 });
    world.receiver.will(URL_A, { status: 410, failure: "status", meanwhile });
    await world.settle();
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("disabled");
  });

  it("is told of although the bus takes nothing", async () => {
    const world = aWorld();
    const gone = await world.endpoint(URL_A);
    const other = await world.endpoint(URL_B, { events: ["endpoint.disabled"] });
    await world.happens();
    const meanwhile = async () => {
      world.bus.down = true;
    };
    world.receiver.will(URL_A, { status: 410, failure: "status", meanwhile });
    await world.settle();
    world.bus.down = false;
    await world.pass(5 * MINUTE_MS);
    expect(world.deliveriesTo(gone)).toMatchObject([{ state: "stopped", attempts: [{ status: 410 }] }]);
    expect(world.deliveriesTo(other)).toMatchObject([{ state: "delivered" }]);
  });
});

describe("an endpoint that fails", () => {
  it("is noted as failing since the first failure, and as well at the next success", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.receiver.will(URL_A, DOWN, DOWN);
    const began = world.clock.now().toISOString();
    await world.pass(2 * MINUTE_MS);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).toMatchObject({ failingSince: began });
    await world.pass(10 * MINUTE_MS);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("failingSince");
  });

  it("costs one write when it begins to fail and one when it ends, and none in between", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    world.receiver.will(URL_A, ...Array.from({ length: 8 }, () => DOWN));
    for (let n = 0; n < 4; n++) await world.happens();
    await world.pass(DAY_MS);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).toMatchObject({ revision: endpoint.revision + 2 });
  });

  it("is disabled after five days of nothing but failures, at the end of a ladder, and the others hear of it", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    const other = await world.endpoint(URL_B, { events: ["endpoint.disabled"] });
    world.receiver.always(URL_A, DOWN);
    let days = 0;
    while (days < 10 && !(await world.endpoints.find(GSTIN, endpoint.id))?.disabled) {
      await world.happens();
      await world.pass(DAY_MS / 4);
      days += 1 / 4;
    }
    // Four events a day, each with its ladder of eight hours.
    expect(days).toBeGreaterThan(5);
    expect(days).toBeLessThanOrEqual(5.5);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).toMatchObject({ disabled: { reason: "failing" } });
    expect(world.deliveriesTo(other)).toMatchObject([{ event: { type: "endpoint.disabled" }, state: "delivered" }]);
    await world.pass(DAY_MS);
    expect(world.deliveriesTo(endpoint).map(({ state }) => state)).not.toContain("pending");
  });

  it("is not disabled by two attempts that fail a week apart", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.receiver.will(URL_A, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
    await world.pass(7 * DAY_MS);
    await world.happens();
    await world.pass(HOUR_MS);
    expect(world.deliveriesTo(endpoint).map(({ state }) => state)).toEqual(["exhausted", "delivered"]);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("disabled");
  });

  it("is not disabled when another delivery arrives while the last attempt fails", async () => {
    const world = aWorld();
    const since = new Date(world.clock.now().getTime() - 6 * DAY_MS).toISOString();
    const endpoint = await world.endpoint(URL_A, { failingSince: since });
    await world.happens();
    const meanwhile = async () => world.endpoints.noteResult(GSTIN, endpoint.id, "delivered", world.clock.now());
    world.receiver.will(URL_A, DOWN, DOWN, DOWN, DOWN, DOWN, { ...DOWN, meanwhile });
    await world.pass(DAY_MS);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "exhausted" }]);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("disabled");
  });

  it("begins anew with a clean record when its owner enables it", async () => {
    const world = aWorld();
    const since = new Date(world.clock.now().getTime() - 6 * DAY_MS).toISOString();
    const disabled = { at: world.clock.now().toISOString(), reason: "failing" } as const;
    const endpoint = await world.endpoint(URL_A, { failingSince: since, disabled });
    await world.endpoints.update({ ...enabled(endpoint), revision: 2 });
    world.receiver.always(URL_A, DOWN);
    await world.happens();
    await world.pass(DAY_MS);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("disabled");
  });
});

describe("a fault of ours", () => {
  it("is no attempt: while no secret can be opened nothing is sent, and all of it once they can", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    const open = world.vault.open;
    world.vault.open = () => Promise.reject(new Error("no key"));
    await world.pass(HOUR_MS);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "pending", attempts: [] }]);
    expect(world.postsTo(URL_A)).toEqual([]);
    expect(await world.endpoints.find(GSTIN, endpoint.id)).not.toHaveProperty("failingSince");

    world.vault.open = open;
    await world.pass(HOUR_MS);
    expect(world.deliveriesTo(endpoint)).toMatchObject([{ state: "delivered", attempts: [{ n: 1 }] }]);
  });

  it("costs less and less, however long it lasts", async () => {
    const world = aWorld();
    await world.endpoint(URL_A);
    await world.happens();
    world.vault.open = () => Promise.reject(new Error("no key"));
    await world.pass(10 * DAY_MS);
    expect(world.ladder.started.length).toBeLessThan(60);
  });

  it("leaves the delivery as it was", async () => {
    const world = aWorld();
    const endpoint = await world.endpoint(URL_A);
    await world.happens();
    world.queue.down = true;
    await world.settle();
    const [delivery] = world.deliveriesTo(endpoint);
    const message = { v: 1, gstin: GSTIN, deliveryId: delivery?.id ?? "", generation: 0, attempts: 0 } as const;
    const deps = { ...world.process(), endpoints: failing(world.endpoints, "find") };
    await expect(deliver(deps, message)).rejects.toThrow("find failed");
    expect(world.deliveriesTo(endpoint)).toEqual([delivery]);
  });
});
