import { describe, expect, it } from "vitest";
import { cachedCircuits } from "../../../shared/irp/cached-circuits.ts";
import { circuitsContract } from "../../contracts/circuits.contract.ts";
import { failing } from "../../fakes/failing.ts";
import { memoryCircuits } from "../../fakes/memory-circuits.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

function setup({ broken = false } = {}) {
  const clock = virtualClock();
  const store = broken ? failing(memoryCircuits(clock.now), "find") : memoryCircuits(clock.now);
  const reads: string[] = [];
  const find = (subject: string) => {
    reads.push(subject);
    return store.find(subject);
  };
  const inMs = (ms: number) => new Date(clock.now().getTime() + ms);
  return { clock, store, reads, inMs, circuits: cachedCircuits({ ...store, find }, clock.now) };
}

describe("cachedCircuits", () => {
  circuitsContract((now) => cachedCircuits(memoryCircuits(now), now));

  it("reads a circuit once in five seconds, also one that is closed", async () => {
    const { circuits, clock, inMs, reads, store } = setup();
    expect(await Promise.all([circuits.find("client"), circuits.find("client")])).toEqual([undefined, undefined]);
    const circuit = { openUntil: inMs(60_000), reason: "another instance's" };
    await store.open("client", circuit);
    clock.advance(4_999);
    expect(await circuits.find("client")).toBeUndefined();
    clock.advance(1);
    expect(await circuits.find("client")).toEqual(circuit);
    expect(reads).toEqual(["client", "client"]);
  });

  it("knows at once what it opened itself, and tells the store", async () => {
    const { circuits, inMs, reads, store } = setup();
    await circuits.find("client");
    const circuit = { openUntil: inMs(60_000), reason: "3095" };
    await circuits.open("client", circuit);
    expect(await circuits.find("client")).toEqual(circuit);
    expect(await store.find("client")).toEqual(circuit);
    expect(reads).toEqual(["client"]);
  });

  it("keeps no circuit beyond its end", async () => {
    const { circuits, clock, inMs } = setup();
    await circuits.open("client", { openUntil: inMs(1_000), reason: "x" });
    clock.advance(1_000);
    expect(await circuits.find("client")).toBeUndefined();
  });

  it("takes a circuit that cannot be read for closed, and does not ask again at once", async () => {
    const { circuits, reads } = setup({ broken: true });
    expect(await circuits.find("client")).toBeUndefined();
    expect(await circuits.find("client")).toBeUndefined();
    expect(reads).toEqual(["client"]);
  });

  it("keeps a thousand at the most", async () => {
    const { circuits, reads } = setup();
    for (let i = 0; i <= 1000; i++) await circuits.find(`gstin#${i}`);
    await circuits.find("gstin#1000");
    expect(reads).toHaveLength(1001);
    await circuits.find("gstin#0");
    expect(reads).toHaveLength(1002);
  });
});
