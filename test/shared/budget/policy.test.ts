import { describe, expect, it } from "vitest";
import { KEEP_MS, policiesOf } from "../../../shared/budget/policy.ts";
import { virtualClock } from "../../fakes/virtual-clock.ts";

const POLICY = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };

function setup() {
  const clock = virtualClock();
  const read: string[] = [];
  const find = async (gstin: string) => {
    read.push(gstin);
    return undefined;
  };
  return { clock, read, policies: policiesOf({ find }, POLICY, clock.now) };
}

describe("policies", () => {
  it("are read once in ten seconds, of as many GSTINs as a worker meets", async () => {
    const { clock, read, policies } = setup();
    const gstins = Array.from({ length: 900 }, (_, n) => `gstin ${n}`);
    for (const gstin of [...gstins, ...gstins]) expect(await policies.of(gstin)).toBe(POLICY);
    expect(read).toEqual(gstins);
    clock.advance(KEEP_MS);
    await policies.of("gstin 1");
    expect(read).toHaveLength(901);
  });

  it("of those that were met long ago make room", async () => {
    const { read, policies } = setup();
    for (let n = 0; n < 1_001; n++) await policies.of(`gstin ${n}`);
    await policies.of("gstin 1");
    await policies.of("gstin 0");
    expect(read).toHaveLength(1_002);
  });
});
