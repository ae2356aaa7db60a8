import { expect, it } from "vitest";
import type { Circuits } from "../../shared/irp/circuits.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

/** What every Circuits must do. Each test uses subjects of its own. */
export function circuitsContract(makeCircuits: (now: () => Date) => Circuits): void {
  const setup = () => {
    let ms = 0;
    const pass = (passedMs: number) => {
      ms += passedMs;
    };
    return { circuits: makeCircuits(() => at(ms)), pass, subject: `gstin#${fresh()}` };
  };

  it("finds a circuit as it was opened, and none for another subject", async () => {
    const { circuits, subject } = setup();
    await circuits.open(subject, { openUntil: at(30_000), reason: "3096" });
    expect(await circuits.find(subject)).toEqual({ openUntil: at(30_000), reason: "3096" });
    expect(await circuits.find(`${subject}x`)).toBeUndefined();
  });

  it("closes a circuit when its time is over", async () => {
    const { circuits, subject, pass } = setup();
    await circuits.open(subject, { openUntil: at(30_000), reason: "3096" });
    pass(29_999);
    expect(await circuits.find(subject)).toBeDefined();
    pass(1);
    expect(await circuits.find(subject)).toBeUndefined();
  });

  it("keeps a circuit open longer, and never shortens it", async () => {
    const { circuits, subject } = setup();
    await circuits.open(subject, { openUntil: at(30_000), reason: "first" });
    await circuits.open(subject, { openUntil: at(29_999), reason: "shorter" });
    expect(await circuits.find(subject)).toEqual({ openUntil: at(30_000), reason: "first" });
    await circuits.open(subject, { openUntil: at(3_600_000), reason: "longer" });
    expect(await circuits.find(subject)).toEqual({ openUntil: at(3_600_000), reason: "longer" });
  });

  it("opens a circuit again that has closed", async () => {
    const { circuits, subject, pass } = setup();
    await circuits.open(subject, { openUntil: at(1_000), reason: "first" });
    pass(5_000);
    await circuits.open(subject, { openUntil: at(6_000), reason: "again" });
    expect(await circuits.find(subject)).toEqual({ openUntil: at(6_000), reason: "again" });
  });

  it("counts errors by subject and day, and a circuit is no count", async () => {
    const { circuits, subject } = setup();
    await circuits.open(subject, { openUntil: at(1_000), reason: "x" });
    expect(await circuits.countErrors(subject, "2026-08-18", 1)).toBe(1);
    expect(await circuits.countErrors(subject, "2026-08-18", 3)).toBe(4);
    expect(await circuits.countErrors(subject, "2026-08-19", 2)).toBe(2);
    expect(await circuits.countErrors(`${subject}x`, "2026-08-18", 1)).toBe(1);
    expect(await circuits.find(subject)).toEqual({ openUntil: at(1_000), reason: "x" });
  });

  it("loses no error of simultaneous calls", async () => {
    const { circuits, subject } = setup();
    const counts = await Promise.all([1, 1, 1, 1, 1].map((one) => circuits.countErrors(subject, "2026-08-18", one)));
    expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  it("keeps the longest of circuits that are opened at once", async () => {
    const { circuits, subject } = setup();
    const times = [3_000, 9_000, 1_000, 6_000];
    await Promise.all(times.map((ms) => circuits.open(subject, { openUntil: at(ms), reason: String(ms) })));
    expect(await circuits.find(subject)).toEqual({ openUntil: new Date(AT.getTime() + 9_000), reason: "9000" });
  });
}
