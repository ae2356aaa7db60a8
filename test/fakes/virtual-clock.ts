import { setImmediate as othersHaveRun } from "node:timers/promises";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Time that passes only when everyone sleeps, or when it is told to: the earliest sleeper is woken next, ties in order. */
export function virtualClock(start = "2026-08-18T09:00:00.000Z") {
  const startMs = Date.parse(start);
  const sleepers: Sleeper[] = [];
  let passedMs = 0;
  let skewMs = 0;
  let passing = false;

  async function pass(): Promise<void> {
    passing = true;
    while (sleepers.length > 0) {
      await othersHaveRun();
      const next = sleepers.reduce((first, other) => (other.dueMs < first.dueMs ? other : first));
      sleepers.splice(sleepers.indexOf(next), 1);
      passedMs = Math.max(passedMs, next.dueMs);
      next.wake();
    }
    passing = false;
  }

  return {
    now: () => new Date(startMs + passedMs + skewMs),
    monotonicMs: () => passedMs,
    sleep(ms: number): Promise<void> {
      const slept = new Promise<void>((wake) => {
        // As Node's own timers: whole milliseconds, and at least one.
        sleepers.push({ dueMs: passedMs + Math.max(1, Math.trunc(ms)), wake });
      });
      if (!passing) void pass();
      return slept;
    },
    /** Lets time pass at once, as for a process that was stopped. */
    advance(ms: number): void {
      passedMs += ms;
    },
    /** Sets the wall clock alone, as a time server does. */
    jump(ms: number): void {
      skewMs += ms;
    },
  };
}

export type VirtualClock = ReturnType<typeof virtualClock>;
