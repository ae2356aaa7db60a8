import { validationError } from "./aws-error.ts";

/** Every so often, or every day at a time (ms after midnight in UTC). */
export type Schedule = { readonly everyMs: number } | { readonly dailyAtMs: number };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const unitMs: Record<string, number> = { minute: minuteMs, hour: 60 * minuteMs, day: dayMs };
/** Timers take no more. */
const longestMs = 2 ** 31 - 1;

/** `rate(5 minutes)`, or `cron(30 22 * * ? *)`: daily, in UTC. Any other cron expression is refused. */
export function parseSchedule(expression: string): Schedule {
  const schedule = rate(expression) ?? daily(expression);
  if (schedule) return schedule;
  throw validationError(`Parameter ScheduleExpression is not valid or not emulated locally: ${expression}`);
}

function rate(expression: string): Schedule | undefined {
  const [, count = "", unit = "", plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const everyMs = Number(count) * (unitMs[unit] ?? 0);
  const isValid = everyMs > 0 && everyMs <= longestMs && (count === "1") === (plural === "");
  return isValid ? { everyMs } : undefined;
}

function daily(expression: string): Schedule | undefined {
  const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/.exec(expression) ?? [];
  if (minute === undefined || Number(minute) > 59 || Number(hour) > 23) return undefined;
  return { dailyAtMs: (Number(hour) * 60 + Number(minute)) * minuteMs };
}

interface ScheduledRule {
  readonly arn: string;
  readonly schedule?: string | undefined;
  readonly enabled: boolean;
}

/** Fires rules that have a schedule, a rate the first time after one period. Schedules are not scaled. */
export function ruleClock<Rule extends ScheduledRule>(fire: (rule: Rule) => void, now: () => number) {
  /** How to stop each. */
  const running = new Map<string, () => void>();

  function start(schedule: Schedule, tick: () => void): () => void {
    if ("dailyAtMs" in schedule) return startDaily(schedule.dailyAtMs, tick, now);
    const timer = setInterval(tick, schedule.everyMs).unref();
    return () => clearInterval(timer);
  }

  function stop(key: string) {
    running.get(key)?.();
    running.delete(key);
  }

  return {
    /** Runs exactly the enabled ones of these rules; one whose schedule stays keeps its rhythm. */
    follow(rules: Rule[]) {
      const due = new Map(
        rules.flatMap((rule) => (rule.schedule && rule.enabled ? [[`${rule.arn} ${rule.schedule}`, rule]] : [])),
      );
      for (const key of running.keys()) if (!due.has(key)) stop(key);
      for (const [key, rule] of due) {
        if (!running.has(key))
          running.set(
            key,
            start(parseSchedule(rule.schedule ?? ""), () => fire(rule)),
          );
      }
    },
    stop() {
      for (const key of running.keys()) stop(key);
    },
  };
}

/** By the wall clock: a laptop that slept meanwhile fires once, late. */
function startDaily(atMs: number, tick: () => void, now: () => number): () => void {
  let timer: NodeJS.Timeout;

  function wait(after: number) {
    const due = nextDaily(atMs, after);
    timer = setTimeout(() => {
      tick();
      // A timer may be a little early.
      wait(Math.max(due, now()));
    }, due - now()).unref();
  }

  wait(now());
  return () => clearTimeout(timer);
}

function nextDaily(atMs: number, after: number): number {
  const today = after - (after % dayMs) + atMs;
  return today > after ? today : today + dayMs;
}
