import { describe, expect, it } from "vitest";
import type { Attempt, Delivery } from "../../shared/webhook/delivery.ts";
import type { After, DeliveryPosition, DeliveryStore } from "../../shared/webhook/delivery-store.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

const OVER: readonly After[] = [{ state: "delivered" }, { state: "exhausted" }, { state: "stopped" }];
const GOES_ON = { state: "pending", nextAt: at(9_000), generation: 1 } as const satisfies After;

/** What every DeliveryStore must do. Each test uses ids of its own. */
export function deliveryStoreContract(makeStore: () => DeliveryStore): void {
  it("finds a delivery whole, by its GSTIN and id alone", async () => {
    const store = makeStore();
    const delivery = await opened(store, { replayOf: "dlv_other" });
    expect(await store.find(delivery.gstin, delivery.id)).toEqual(delivery);
    expect(await store.find(fresh(), delivery.id)).toBeUndefined();
    expect(await store.find(delivery.gstin, fresh())).toBeUndefined();
  });

  it("opens one of many at the same time, and leaves it as it has become", async () => {
    const store = makeStore();
    const delivery = aDelivery();
    const all = Array.from({ length: 10 }, () => store.open(delivery));
    expect((await Promise.all(all)).sort()).toEqual([...Array(9).fill("already"), "opened"]);
    await store.attempted(delivery, anAttempt(), { state: "delivered" });
    const standing = await store.find(delivery.gstin, delivery.id);
    expect(await store.open(delivery)).toBe("already");
    expect(await store.find(delivery.gstin, delivery.id)).toEqual(standing);
  });

  describe("an attempt", () => {
    it("is noted with what follows", async () => {
      const store = makeStore();
      const delivery = await opened(store);
      expect(await store.attempted(delivery, anAttempt(), GOES_ON)).toBe("noted");
      const once = await read(store, delivery);
      const nextAt = at(9_000).getTime();
      expect(once).toEqual({ ...delivery, attempts: [anAttempt()], generation: 1, nextAt });

      const second = anAttempt({ n: 2, failure: "timeout", latencyMs: 15_000 });
      expect(await store.attempted(once, second, { state: "pending", nextAt: at(10_000), generation: 1 })).toBe(
        "noted",
      );
      const attempts = [anAttempt(), second];
      expect(await read(store, delivery)).toEqual({ ...once, attempts, nextAt: at(10_000).getTime() });
    });

    it.each(OVER)("may be the last: $state", async (after) => {
      const store = makeStore();
      const { nextAt: _, ...delivery } = await opened(store, { generation: 3 });
      expect(await store.attempted(delivery, anAttempt(), after)).toBe("noted");
      expect(await read(store, delivery)).toEqual({ ...delivery, attempts: [anAttempt()], state: after.state });
      expect(await dueOf(store, at(1_000_000), [delivery.id])).toEqual([]);
    });

    it("may be none, when nothing is sent any more", async () => {
      const store = makeStore();
      const { nextAt: _, ...delivery } = await opened(store);
      expect(await store.attempted(delivery, undefined, { state: "stopped" })).toBe("noted");
      expect(await read(store, delivery)).toEqual({ ...delivery, state: "stopped" });
    });

    it("that somebody else made too is noted once", async () => {
      const store = makeStore();
      const delivery = await opened(store, { generation: 1 });
      const all = Array.from({ length: 10 }, (_, n) => store.attempted(delivery, anAttempt({ latencyMs: n }), GOES_ON));
      expect((await Promise.all(all)).sort()).toEqual([...Array(9).fill("lost"), "noted"]);
      expect((await read(store, delivery)).attempts).toHaveLength(1);
    });

    it.each([...OVER, GOES_ON])(
      "of an older generation, or of what is over, changes nothing: $state",
      async (after) => {
        const store = makeStore();
        const older = await opened(store);
        await store.raise(older, at(5));
        const now = await read(store, older);
        expect(await store.attempted(older, anAttempt(), after)).toBe("lost");
        expect(await store.attempted({ ...older, generation: 2 }, anAttempt(), after)).toBe("lost");
        expect(await read(store, older)).toEqual(now);

        await store.attempted(now, undefined, { state: "stopped" });
        const stopped = await read(store, older);
        expect(await store.attempted(now, anAttempt(), after)).toBe("lost");
        expect(await store.attempted(stopped, anAttempt(), after)).toBe("lost");
        expect(await read(store, older)).toEqual(stopped);
      },
    );

    it("makes no delivery of one that was never opened", async () => {
      const store = makeStore();
      const delivery = aDelivery();
      for (const after of [...OVER, GOES_ON]) expect(await store.attempted(delivery, anAttempt(), after)).toBe("lost");
      expect(await store.raise(delivery, AT)).toBe("lost");
      expect(await store.find(delivery.gstin, delivery.id)).toBeUndefined();
    });
  });

  describe("the next generation", () => {
    it("climbs once, from the current one", async () => {
      const store = makeStore();
      const delivery = await opened(store);
      const all = Array.from({ length: 10 }, () => store.raise(delivery, at(7)));
      expect((await Promise.all(all)).sort()).toEqual([...Array(9).fill("lost"), "raised"]);
      const raised = { ...delivery, generation: 1, nextAt: at(7).getTime() };
      expect(await read(store, delivery)).toEqual(raised);
      expect(await store.raise({ ...delivery, generation: 2 }, at(8))).toBe("lost");
      expect(await store.raise(raised, at(8))).toBe("raised");
      expect(await read(store, delivery)).toMatchObject({ generation: 2, nextAt: at(8).getTime() });
    });

    it("does not climb past an attempt that was noted meanwhile", async () => {
      const store = makeStore();
      const delivery = await opened(store, { generation: 1 });
      await store.attempted(delivery, anAttempt(), GOES_ON);
      const noted = await read(store, delivery);
      expect(await store.raise(delivery, at(7))).toBe("lost");
      expect(await store.raise({ ...noted, attempts: [anAttempt(), anAttempt()] }, at(7))).toBe("lost");
      expect(await read(store, delivery)).toEqual(noted);
      expect(await store.raise(noted, at(7))).toBe("raised");
    });

    it.each(OVER)("does not climb what is over: $state", async (after) => {
      const store = makeStore();
      const delivery = await opened(store);
      await store.attempted(delivery, anAttempt(), after);
      const over = await read(store, delivery);
      expect(await store.raise(over, at(7))).toBe("lost");
      expect(await read(store, delivery)).toEqual(over);
    });
  });

  describe("due", () => {
    it("are pending ones whose time has come, the longest overdue first", async () => {
      const store = makeStore();
      const late = await opened(store, { nextAt: at(2).getTime() });
      const early = await opened(store, { nextAt: at(1).getTime() });
      const ids = [late.id, early.id];
      expect(await dueOf(store, at(0), ids)).toEqual([]);
      expect(await dueOf(store, at(1), ids)).toEqual([early]);
      expect(await dueOf(store, at(2), ids)).toEqual([early, late]);
      expect(await store.due(at(2), 1)).toHaveLength(1);
    });

    it("is one that goes on only when its next time comes", async () => {
      const store = makeStore();
      const delivery = await opened(store);
      await store.attempted(delivery, anAttempt(), GOES_ON);
      expect(await dueOf(store, at(8_999), [delivery.id])).toEqual([]);
      expect(await dueOf(store, at(9_000), [delivery.id])).toEqual([await read(store, delivery)]);
      await store.raise(await read(store, delivery), at(20_000));
      expect(await dueOf(store, at(19_999), [delivery.id])).toEqual([]);
      expect(await dueOf(store, at(20_000), [delivery.id])).toEqual([await read(store, delivery)]);
    });

    it("is one that was opened without a time once it has one", async () => {
      const store = makeStore();
      const [{ nextAt: _, ...timeless }, { nextAt: __, ...other }] = [aDelivery(), aDelivery()];
      await Promise.all([timeless, other].map((each) => store.open(each)));
      const ids = [timeless.id, other.id];
      expect(await dueOf(store, at(1_000_000), ids)).toEqual([]);
      await store.raise(timeless, at(1));
      await store.attempted(other, anAttempt(), { ...GOES_ON, nextAt: at(2) });
      expect((await dueOf(store, at(2), ids)).map(({ id }) => id)).toEqual(ids);
    });

    it.each(["-abd1234", "_abd1234", "ABD-1234", "zzzzzzzz", "--------", "00000000"])(
      "whatever its id ends in: %s",
      async (end) => {
        const store = makeStore();
        const delivery = await opened(store, { id: `${fresh()}${end}` });
        expect(await dueOf(store, at(1_000_000), [delivery.id])).toEqual([delivery]);
      },
    );
  });

  describe("list", () => {
    it("shows a GSTIN's, or an endpoint's, as they now are, the newest first", async () => {
      const store = makeStore();
      const [gstin, endpointId] = [fresh(), fresh()];
      const old = await opened(store, { gstin, endpointId });
      const between = await opened(store, { gstin, createdAt: at(1).toISOString() });
      const recent = await opened(store, { gstin, endpointId, createdAt: at(2).toISOString() });
      await opened(store);
      await store.attempted(old, anAttempt(), { state: "delivered" });

      const over = await read(store, old);
      expect(over.state).toBe("delivered");
      expect(await store.list(gstin, { limit: 100 })).toEqual({ deliveries: [recent, between, over] });
      expect(await store.list(gstin, { endpointId, limit: 100 })).toEqual({ deliveries: [recent, over] });
      expect(await store.list(gstin, { endpointId: fresh(), limit: 100 })).toEqual({ deliveries: [] });
    });

    it("shows nothing of another GSTIN's endpoint, not even that there is more", async () => {
      const store = makeStore();
      const [gstin, endpointId] = [fresh(), fresh()];
      const mine = await opened(store, { gstin, endpointId });
      await opened(store, { gstin, endpointId });
      const other = fresh();
      await opened(store, { gstin: other });
      for (const limit of [1, 100]) expect(await store.list(other, { endpointId, limit })).toEqual({ deliveries: [] });
      expect((await store.list(mine.gstin, { endpointId, limit: 100 })).deliveries).toHaveLength(2);
    });

    it.each(
      [1, 2, 3, 100].flatMap((limit) => [
        { limit, of: "gstin" },
        { limit, of: "endpoint" },
      ]),
    )("shows each once on pages of $limit, whatever is opened meanwhile, by $of", async ({ limit, of }) => {
      const store = makeStore();
      const whose = { gstin: fresh(), endpointId: fresh() };
      const opening = (ms: number) => opened(store, { ...whose, createdAt: at(ms).toISOString() });
      const all = await Promise.all([0, 1, 1, 1, 1, 2, 2].map(opening));
      if (of === "endpoint") await opened(store, { gstin: whose.gstin });
      const shown: Delivery[] = [];
      let before: DeliveryPosition | undefined;
      let pages = 0;
      do {
        const which = of === "endpoint" ? { endpointId: whose.endpointId } : {};
        const page = await store.list(whose.gstin, { ...which, limit, ...(before && { before }) });
        expect(page.deliveries.length).toBeLessThanOrEqual(limit);
        shown.push(...page.deliveries);
        before = page.next;
        await opening(3);
      } while (before && ++pages < 10);

      expect(shown.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
      const times = shown.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...times].sort().reverse());
    });

    it("goes on behind a delivery that is not there any more", async () => {
      const store = makeStore();
      const [gstin, endpointId] = [fresh(), fresh()];
      const older = await opened(store, { gstin, endpointId });
      await opened(store, { gstin, endpointId, createdAt: at(2).toISOString() });
      const before = { id: "dlv_gone", createdAt: at(1).toISOString() };
      expect(await store.list(gstin, { limit: 100, before })).toEqual({ deliveries: [older] });
      expect(await store.list(gstin, { endpointId, limit: 100, before })).toEqual({ deliveries: [older] });
    });
  });
}

export function aDelivery(parts: Partial<Delivery> = {}): Delivery {
  return {
    v: 1,
    id: `dlv_${fresh()}`,
    gstin: fresh(),
    endpointId: `we_${fresh()}`,
    event: { id: fresh(), type: "irn.generated", timestamp: "2026-08-18T14:30:00+05:30" },
    state: "pending",
    createdAt: AT.toISOString(),
    attempts: [],
    generation: 0,
    nextAt: at(300_000).getTime(),
    ...parts,
  };
}

export function anAttempt(parts: Partial<Attempt> = {}): Attempt {
  return { n: 1, at: "2026-08-18T14:30:01+05:30", status: 500, latencyMs: 12, answer: "उदाहरण ₹ 😀", ...parts };
}

async function opened(store: DeliveryStore, parts: Partial<Delivery> = {}): Promise<Delivery> {
  const delivery = aDelivery(parts);
  expect(await store.open(delivery)).toBe("opened");
  return delivery;
}

async function read(store: DeliveryStore, { gstin, id }: Pick<Delivery, "gstin" | "id">): Promise<Delivery> {
  const delivery = await store.find(gstin, id);
  if (!delivery) throw new Error("the delivery is gone");
  return delivery;
}

/** The engine's table holds other tests' deliveries too. */
async function dueOf(store: DeliveryStore, now: Date, ids: readonly string[]) {
  return (await store.due(now, 100_000)).filter(({ id }) => ids.includes(id));
}
