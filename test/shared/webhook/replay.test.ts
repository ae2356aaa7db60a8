import { describe, expect, it } from "vitest";
import type { Delivery } from "../../../shared/webhook/delivery.ts";
import { deliveryId, fanOut } from "../../../shared/webhook/fan-out.ts";
import { recover, replay } from "../../../shared/webhook/replay.ts";
import { sweepDeliveries } from "../../../shared/webhook/sweep-deliveries.ts";
import { AT } from "../../fakes/a-request.ts";
import { aWebhookApi } from "../../functions/a-webhook-api.ts";
import { GSTIN } from "../oauth/a-token.ts";

const MISSED = { since: AT, what: "missed" } as const;
const FAILED = { since: AT, what: "failed" } as const;

function setup() {
  const api = aWebhookApi();
  const { deps, rows } = api;
  const all = () => [...rows.deliveries.values()];
  /** All that are pending come to this. */
  function end(state: Delivery["state"]) {
    for (const [key, { nextAt: _, ...delivery }] of rows.deliveries)
      if (delivery.state === "pending") rows.deliveries.set(key, { ...delivery, state });
  }
  async function endpoint(settings: object = {}) {
    const { id } = await api.created(settings);
    const made = await deps.endpoints.find(GSTIN, id);
    if (!made) throw new Error("there is no such endpoint");
    return made;
  }
  const opened = async (id: string, query: typeof MISSED | typeof FAILED) =>
    (await recover(deps, GSTIN, id, query)).opened;
  return { ...api, all, end, endpoint, opened };
}

describe("recover opens", () => {
  it.each<[Delivery["state"], number]>([
    ["exhausted", 1],
    ["stopped", 1],
    ["pending", 0],
    ["delivered", 0],
  ])("for a delivery that is %s so many: %d", async (state, count) => {
    for (const query of [MISSED, FAILED]) {
      const { endpoint, fannedOut, end, opened, all } = setup();
      const { id } = await endpoint();
      const event = await fannedOut();
      end(state);
      const [first] = all();
      expect(await opened(id, query)).toBe(count);
      const replays = all().slice(1);
      expect(replays).toHaveLength(count);
      for (const again of replays)
        expect(again).toMatchObject({ state: "pending", replayOf: first?.id, event: { id: event.id }, attempts: [] });
    }
  });

  it("for an event of which there was no delivery the fan-out's own, unless only failures are asked for", async () => {
    const { happened, endpoint, opened, all, deps } = setup();
    const event = await happened();
    const made = await endpoint();
    expect(await opened(made.id, FAILED)).toBe(0);
    expect(await opened(made.id, MISSED)).toBe(1);
    expect(all()).toMatchObject([{ id: deliveryId(event, made) }]);
    expect(all()[0]).not.toHaveProperty("replayOf");
    expect(deps.queue.sent).toHaveLength(1);
  });

  it("nothing of what the endpoint does not want, nor before that time, nor of another GSTIN", async () => {
    const { happened, endpoint, clock, opened, deps, all } = setup();
    await happened("irn.generated");
    clock.advance(1_000);
    await happened("ewb.failed");
    await happened("irn.generated", { gstin: "29AAAZA0001A1ZI" });
    await happened("endpoint.test");
    const wanted = await happened("irn.generated", { agoMs: 3_600_000 });
    const { id } = await endpoint({ events: ["irn.generated", "endpoint.test"] });
    expect((await recover(deps, GSTIN, id, { since: clock.now(), what: "missed" })).opened).toBe(1);
    expect(all()).toMatchObject([{ event: { id: wanted.id } }]);
    expect(await opened(id, MISSED)).toBe(1);
  });

  it("nothing twice, run again or by many at the same time", async () => {
    const { happened, fannedOut, endpoint, end, opened, all } = setup();
    const early = [await happened(), await happened()];
    const { id } = await endpoint();
    const late = [await fannedOut(), await fannedOut()];
    end("exhausted");
    const counts = await Promise.all([1, 2, 3, 4].map(() => opened(id, MISSED)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(await opened(id, MISSED)).toBe(0);
    const pending = all().filter(({ state }) => state === "pending");
    expect(pending.map(({ event }) => event.id).sort()).toEqual([...early, ...late].map((event) => event.id).sort());
  });

  it("again what came to nothing again, each time one, and names the one before", async () => {
    const { fannedOut, endpoint, end, opened, all } = setup();
    const { id } = await endpoint();
    await fannedOut();
    for (let n = 0; n < 3; n++) {
      end("exhausted");
      expect(await opened(id, FAILED)).toBe(1);
    }
    expect(all().map(({ replayOf }) => replayOf)).toEqual([
      undefined,
      ...all()
        .slice(0, 3)
        .map((delivery) => delivery.id),
    ]);
    expect(new Set(all().map((delivery) => delivery.event.id)).size).toBe(1);
    end("delivered");
    expect(await opened(id, MISSED)).toBe(0);
  });

  it("nothing of what a replay of its own delivered, or may yet deliver", async () => {
    const { fannedOut, endpoint, end, opened, all, deps } = setup();
    const { id } = await endpoint();
    await fannedOut();
    end("exhausted");
    await replay(deps, GSTIN, all()[0]?.id ?? "");
    expect(await opened(id, MISSED)).toBe(0);
    end("delivered");
    await replay(deps, GSTIN, all()[0]?.id ?? "");
    end("exhausted");
    expect(await opened(id, MISSED)).toBe(0);
  });

  it("the same delivery as a fan-out that comes late", async () => {
    const { happened, endpoint, opened, all, deps } = setup();
    const event = await happened();
    const made = await endpoint();
    await Promise.all([opened(made.id, MISSED), fanOut(deps, event)]);
    expect(all()).toHaveLength(1);
  });
});

describe("the rate of a recovery", () => {
  const times = (deliveries: readonly Delivery[]) => deliveries.map(({ nextAt = 0 }) => nextAt - AT.getTime());

  it("is ten in a second: the first second's are sent now, the others are the sweeper's when their time has come", async () => {
    const { happened, endpoint, opened, all, deps, clock } = setup();
    for (let n = 0; n < 35; n++) await happened();
    const { id } = await endpoint();
    expect(await opened(id, MISSED)).toBe(35);
    expect(deps.queue.sent).toHaveLength(10);
    expect(times(all()).slice(0, 10)).toEqual(Array(10).fill(300_000));
    expect(times(all()).slice(10)).toEqual(Array.from({ length: 25 }, (_, n) => 1_000 + n * 100));
    expect(all().map(({ event }) => event.id)).toEqual([...new Set(all().map(({ event }) => event.id))].sort());

    expect(await deps.deliveries.due(clock.now(), 100)).toEqual([]);
    clock.advance(2_000);
    expect(await sweepDeliveries(deps)).toMatchObject({ takenUp: 11 });
    expect(deps.ladder.started.map(({ deliveryId }) => deliveryId)).toEqual(
      all()
        .slice(10, 21)
        .map(({ id }) => id),
    );
  });

  it("holds over all calls, of different ones at the same time too", async () => {
    const { happened, endpoint, end, opened, all, deps } = setup();
    const { id } = await endpoint();
    for (let n = 0; n < 15; n++) await happened();
    await opened(id, MISSED);
    end("exhausted");
    const before = deps.queue.sent.length;
    await Promise.all([opened(id, MISSED), opened(id, MISSED)]);
    expect(deps.queue.sent).toHaveLength(before);
    const due = times(all().filter(({ state }) => state === "pending")).sort((a, b) => a - b);
    expect(due).toHaveLength(15);
    expect(due[0]).toBeGreaterThanOrEqual(1_500);
    expect(due.every((time, n) => n < 10 || time - (due[n - 10] ?? 0) >= 1_000)).toBe(true);
  });

  it("is each endpoint's own, and begins anew when its places are over", async () => {
    const { happened, endpoint, opened, deps, clock } = setup();
    for (let n = 0; n < 20; n++) await happened();
    const [one, other] = [await endpoint(), await endpoint()];
    await opened(one.id, MISSED);
    await opened(other.id, MISSED);
    expect(deps.queue.sent).toHaveLength(20);
    clock.advance(60_000);
    await happened();
    await opened(one.id, MISSED);
    expect(deps.queue.sent).toHaveLength(21);
  });

  it("sends the first to an endpoint that is failing up the ladder, where they take nobody's turn", async () => {
    const { happened, endpoint, opened, deps, clock } = setup();
    for (let n = 0; n < 12; n++) await happened();
    const { id } = await endpoint();
    await deps.endpoints.noteResult(GSTIN, id, "failed", clock.now());
    await opened(id, MISSED);
    expect(deps.queue.sent).toEqual([]);
    expect(deps.ladder.started).toHaveLength(10);
  });

  it("takes no place when there is nothing to send", async () => {
    const { endpoint, opened, deps } = setup();
    const made = await endpoint();
    await opened(made.id, MISSED);
    expect(await deps.endpoints.find(GSTIN, made.id)).toEqual(made);
  });
});

describe("what recovers", () => {
  it("goes on where a call stopped that opened half of it", async () => {
    const { happened, endpoint, opened, all, deps } = setup();
    for (let n = 0; n < 60; n++) await happened();
    const { id } = await endpoint();
    const { open } = deps.deliveries;
    let calls = 0;
    deps.deliveries.open = async (delivery) => {
      if (++calls > 30) throw new Error("the store failed");
      return open(delivery);
    };
    await expect(opened(id, MISSED)).rejects.toThrow("the store failed");
    deps.deliveries.open = open;
    const rest = 60 - all().length;
    expect(rest).toBeGreaterThan(0);
    expect(await opened(id, MISSED)).toBe(rest);
    expect(all()).toHaveLength(60);
  });

  it("is opened, and the sweeper's, when the queue takes nothing", async () => {
    const { happened, endpoint, opened, all, deps } = setup();
    await happened();
    const { id } = await endpoint();
    deps.queue.down = true;
    expect(await opened(id, MISSED)).toBe(1);
    expect(all()).toMatchObject([{ state: "pending", nextAt: AT.getTime() + 300_000 }]);
  });
});

describe("replay", () => {
  it("opens another one each time it is asked, whatever became of the others, and numbers them", async () => {
    const { fannedOut, endpoint, all, deps } = setup();
    await endpoint();
    await fannedOut();
    const first = all()[0]?.id ?? "";
    const ids = [
      (await replay(deps, GSTIN, first)).id,
      (await replay(deps, GSTIN, first)).id,
      (await replay(deps, GSTIN, `${first}-r1`)).id,
    ];
    expect(ids).toEqual([`${first}-r1`, `${first}-r2`, `${first}-r3`]);
    expect(all().map(({ replayOf }) => replayOf)).toEqual([undefined, first, first, `${first}-r1`]);
    expect(deps.queue.sent.map(({ message }) => message.deliveryId)).toEqual([first, ...ids]);
  });

  it("opens one for two calls at the same moment", async () => {
    const { fannedOut, endpoint, all, deps } = setup();
    await endpoint();
    await fannedOut();
    const first = all()[0]?.id ?? "";
    const [one, other] = await Promise.all([replay(deps, GSTIN, first), replay(deps, GSTIN, first)]);
    expect(one).toEqual(other);
    expect(all()).toHaveLength(2);
    expect(deps.queue.sent).toHaveLength(2);
  });

  it("ends after a hundred, and recover leaves such an event alone", async () => {
    const { fannedOut, endpoint, all, end, opened, deps } = setup();
    const { id } = await endpoint();
    await fannedOut();
    const first = all()[0]?.id ?? "";
    for (let n = 0; n < 100; n++) await replay(deps, GSTIN, first);
    await expect(replay(deps, GSTIN, first)).rejects.toMatchObject({ body: { code: "too_many_replays", status: 409 } });
    end("exhausted");
    expect(await opened(id, MISSED)).toBe(0);
    expect(all()).toHaveLength(101);
  });
});
