import { describe, expect, it } from "vitest";
import { openDelivery } from "../../../shared/webhook/fan-out.ts";
import { type SweepDeliveriesDeps, sweepDeliveries } from "../../../shared/webhook/sweep-deliveries.ts";
import { failing } from "../../fakes/failing.ts";
import { aWorld, MINUTE_MS } from "./a-world.ts";

const SECOND_MS = 1_000;

/** Deliveries to one endpoint, each with its place: so many milliseconds from now. */
async function waiting(...dueInMs: number[]) {
  const world = aWorld();
  const endpoint = await world.endpoint("https://a.example/hook");
  const event = await world.happens("irn.generated");
  await world.settle();
  const nowMs = world.clock.now().getTime();
  for (const [n, ms] of dueInMs.entries())
    await openDelivery(world.process(), endpoint, event, { id: `dlv_${n}`, dueAt: new Date(nowMs + ms) });
  const run = (changes: Partial<SweepDeliveriesDeps> = {}) => sweepDeliveries({ ...world.process(), ...changes });
  return { ...world, run };
}

describe("the sweep of deliveries", () => {
  it("takes up what is due, each once, though two sweepers run at the same time", async () => {
    const { clock, ladder, run } = await waiting(0, 30 * SECOND_MS, 2 * MINUTE_MS);
    clock.advance(MINUTE_MS);
    await Promise.all([run(), run(), run()]);
    expect(ladder.started.map(({ deliveryId, generation }) => [deliveryId, generation])).toEqual([
      ["dlv_0", 1],
      ["dlv_1", 1],
    ]);
    expect(await run()).toEqual({ takenUp: 0, failed: 0 });
  });

  it("starts nothing for one that was attempted since the index showed it", async () => {
    const { deliveries, ladder, rows, clock, run } = await waiting(0);
    const [shown] = await deliveries.due(clock.now(), 1);
    if (!shown) throw new Error("nothing is due");
    await deliveries.attempted(shown, undefined, { state: "stopped" });
    await run({ deliveries: { ...deliveries, due: async () => [shown] } });
    expect(ladder.started).toEqual([]);
    expect([...rows.deliveries.values()].map(({ generation }) => generation)).toEqual([0, 0]);
  });

  it("goes on from the attempts that were made, when an execution was lost", async () => {
    const { deliveries, ladder, clock, run } = await waiting(0);
    const [delivery] = await deliveries.due(clock.now(), 1);
    if (!delivery) throw new Error("nothing is due");
    const attempt = { n: 1, at: "2026-08-18T14:30:00+05:30", latencyMs: 5, status: 503 };
    await deliveries.attempted(delivery, attempt, { state: "pending", generation: 1, nextAt: clock.now() });
    clock.advance(MINUTE_MS);
    await run();
    expect(ladder.started).toMatchObject([{ generation: 2, attempts: 1, waitSeconds: 0 }]);
  });

  it("keeps the distances between the places that were given, a minute later", async () => {
    const { clock, ladder, run } = await waiting(10 * SECOND_MS, 25 * SECOND_MS, 59 * SECOND_MS, -9 * MINUTE_MS);
    clock.advance(MINUTE_MS);
    await run();
    const waits = Object.fromEntries(ladder.started.map(({ deliveryId, waitSeconds }) => [deliveryId, waitSeconds]));
    expect(waits).toEqual({ dlv_0: 10, dlv_1: 25, dlv_2: 59, dlv_3: 0 });
  });

  it("goes on when one cannot be started, which is taken up in a later round, under the next generation", async () => {
    const { clock, ladder, run } = await waiting(0, 0);
    const start: typeof ladder.start = (climb) =>
      climb.deliveryId === "dlv_0" ? Promise.reject(new Error("down")) : ladder.start(climb);
    expect(await run({ ladder: { start } })).toEqual({ takenUp: 1, failed: 1 });
    expect(await run()).toEqual({ takenUp: 0, failed: 0 });
    clock.advance(5 * MINUTE_MS);
    expect(await run()).toEqual({ takenUp: 2, failed: 0 });
    expect(ladder.started).toContainEqual(expect.objectContaining({ deliveryId: "dlv_0", generation: 2 }));
  });

  it("gives each generation twice as long as the one before, up to five hours", async () => {
    const { clock, ladder, run } = await waiting(0);
    const takenUpAt: number[] = [];
    for (let minute = 0; minute <= 2_000; minute++) {
      const before = ladder.started.length;
      await run();
      if (ladder.started.length > before) takenUpAt.push(minute);
      clock.advance(MINUTE_MS);
    }
    const gaps = takenUpAt.map((minute, n) => minute - (takenUpAt[n - 1] ?? 0));
    expect(gaps).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 320, 320, 320, 320]);
  });

  it("fails as a whole only when it cannot see what is due", async () => {
    const { deliveries, run } = await waiting(0);
    await expect(run({ deliveries: failing(deliveries, "due") })).rejects.toThrow("due failed");
  });
});
