import type { Counts } from "./counts.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Step, StepPlan } from "./weather.ts";

/** One execution environment: its clocks, and its ports, every call of which is a step that can go wrong. */
export interface Instance {
  readonly name: string;
  isDead(): boolean;
  /** From here on no code of it runs: none of its promises settles. What it has sent is on its way. */
  die(why: string): void;
  /** The wall clock, wrong by this instance's skew. */
  now(): Date;
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
  /** The same port, seen from this instance. */
  port<Port extends object>(name: string, port: Port): Port;
  /** Runs code of this instance after so many ms, or when it stands still no more; never when it is dead. */
  wake(ms: number, run: () => void): void;
  /** Numbers a step and says what is to become of it. */
  begin(label: string, isWrite: boolean): StepPlan;
  standStill(ms: number): void;
}

/** A call as it has its effect on the world. */
export interface Effect {
  readonly instance: string;
  readonly label: string;
  readonly args: readonly unknown[];
}

export interface InstanceDeps {
  readonly scheduler: Scheduler;
  readonly startMs: number;
  readonly skewMs: number;
  readonly plan: (step: Omit<Step, "n">) => StepPlan;
  /** Everything that has an effect goes through here. */
  readonly observe: (effect: Effect, run: () => Promise<unknown>) => Promise<unknown>;
  readonly tell: (text: string) => void;
  readonly counts: Counts;
}

type Method = (...args: unknown[]) => Promise<unknown>;
type Settle = () => void;

const READS = new Set([
  "find",
  "list",
  "level",
  "current",
  "open",
  "answer",
  "due",
  "undispatched",
  "irnOfBill",
  "look",
]);
/** Opening a request reads it; opening a delivery makes it. */
const WRITES = new Set(["deliveries.open"]);

export function newInstance(name: string, deps: InstanceDeps): Instance {
  const { scheduler, startMs, skewMs, observe, tell, counts } = deps;
  let isDead = false;
  let stillUntilMs = 0;

  function die(why: string): void {
    if (isDead) return;
    isDead = true;
    counts.crashes++;
    tell(`${name} dies: ${why}`);
  }

  function wake(ms: number, run: () => void): void {
    scheduler.after(ms, () => {
      if (isDead) return;
      const leftMs = stillUntilMs - scheduler.nowMs();
      if (leftMs > 0) {
        wake(leftMs, run);
      } else {
        run();
        scheduler.woken();
      }
    });
  }

  function standStill(ms: number): void {
    if (ms <= 0) return;
    counts.pauses++;
    tell(`${name} stands still for ${ms} ms`);
    stillUntilMs = Math.max(stillUntilMs, scheduler.nowMs() + ms);
  }

  function begin(label: string, isWrite: boolean): StepPlan {
    return deps.plan({ instance: name, label, isWrite });
  }

  function call(label: string, isWrite: boolean, method: Method, args: readonly unknown[]): Promise<unknown> {
    const plan = begin(label, isWrite);
    const effect: Effect = { instance: name, label, args };
    const run = () => observe(effect, () => method(...args));
    return new Promise((resolve, reject) => {
      const answer = (settle: Settle) => {
        standStill(plan.pauseMs);
        wake(plan.answerMs, settle);
      };
      const fail = () => answer(() => reject(new Error(`${label} failed`)));
      scheduler.after(plan.effectMs, () => {
        const settled = (result: Promise<unknown>) => {
          ignore(result);
          answer(() => void result.then(resolve, reject));
        };
        happen(plan, { run, settled, fail });
      });
    });
  }

  function happen(
    plan: StepPlan,
    to: { run: Method; settled: (result: Promise<unknown>) => void; fail: Settle },
  ): void {
    switch (plan.fault) {
      case "none":
        to.settled(to.run());
        break;
      case "die-before":
        die("before the effect");
        break;
      case "die-after":
        ignore(to.run());
        die("after the effect");
        break;
      case "error":
        to.fail();
        break;
      case "lost":
        counts.lostReplies++;
        ignore(to.run());
        to.fail();
        break;
      case "late":
        counts.lostReplies++;
        scheduler.after(plan.copyMs, () => ignore(to.run()));
        to.fail();
        break;
      case "repeat":
        counts.duplicates++;
        ignore(to.run());
        scheduler.after(plan.copyMs, () => to.settled(to.run()));
        break;
      case "straggler":
        counts.duplicates++;
        to.settled(to.run());
        scheduler.after(plan.copyMs, () => ignore(to.run()));
        break;
    }
  }

  return {
    name,
    isDead: () => isDead,
    die,
    now: () => new Date(startMs + scheduler.nowMs() + skewMs),
    monotonicMs: () => scheduler.nowMs(),
    sleep: (ms) => new Promise((resolve) => wake(Math.max(1, Math.trunc(ms)), resolve)),
    port: (portName, port) => seenFrom(portName, port, call),
    wake,
    begin,
    standStill,
  };
}

function seenFrom<Port extends object>(
  name: string,
  port: Port,
  call: (label: string, isWrite: boolean, method: Method, args: readonly unknown[]) => Promise<unknown>,
): Port {
  const methods = Object.entries(port).map(([method, body]) => {
    const isWrite = !READS.has(method) || WRITES.has(`${name}.${method}`);
    return [method, (...args: unknown[]) => call(`${name}.${method}`, isWrite, body as Method, args)];
  });
  return Object.fromEntries(methods) as Port;
}

/** A result that nobody waits for. */
function ignore(result: Promise<unknown>): void {
  result.catch(() => undefined);
}
