import { describe, expect, it } from "vitest";
import { cachedProfiles } from "../../../shared/taxpayer/cached-profiles.ts";
import { memoryProfileStore } from "../../fakes/memory-profile-store.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

function setup() {
  const store = memoryProfileStore();
  const clock = virtualClock();
  const reads: string[] = [];
  const find = (gstin: string) => {
    reads.push(gstin);
    return store.find(gstin);
  };
  return { store, clock, reads, profiles: cachedProfiles({ find }, clock.now) };
}

describe("cachedProfiles", () => {
  it("reads a profile once in five minutes, also one that is not there", async () => {
    const { store, clock, reads, profiles } = setup();
    expect(await profiles.find("A")).toBeUndefined();
    await store.save("A", { turnoverCrore: 5 });
    clock.advance(299_999);
    expect(await profiles.find("A")).toBeUndefined();
    clock.advance(1);
    expect(await profiles.find("A")).toEqual({ turnoverCrore: 5 });
    expect(reads).toEqual(["A", "A"]);
  });

  it("keeps GSTINs apart", async () => {
    const { store, profiles } = setup();
    await store.save("A", { turnoverCrore: 5 });
    await store.save("B", { turnoverCrore: 100 });
    expect([await profiles.find("A"), await profiles.find("B")]).toEqual([
      { turnoverCrore: 5 },
      { turnoverCrore: 100 },
    ]);
  });

  it("keeps a thousand at the most", async () => {
    const { reads, profiles } = setup();
    for (let i = 0; i <= 1000; i++) await profiles.find(`G${i}`);
    await profiles.find("G1000");
    expect(reads).toHaveLength(1001);
    await profiles.find("G0");
    expect(reads).toHaveLength(1002);
  });
});
