import { validationError } from "./aws-error.ts";

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 24 * 3_600_000 };
/** Timers take no more. */
const longestMs = 2 ** 31 - 1;

/** The period of `rate(5 minutes)`. Anything else, cron included, is refused. */
export function rateMs(expression: string): number {
  const [, count = "", unit = "", plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? 0);
  if (ms > 0 && ms <= longestMs && (count === "1") === (plural === "")) return ms;
  throw validationError(`Parameter ScheduleExpression is not valid or not emulated locally: ${expression}`);
}

interface ScheduledRule {
  readonly arn: string;
  readonly schedule?: string | undefined;
  readonly enabled: boolean;
}

/** Fires rules that have a schedule, the first time after one period. Schedules are not scaled. */
export function ruleClock<Rule extends ScheduledRule>(fire: (rule: Rule) => void) {
  const timers = new Map<string, NodeJS.Timeout>();

  function stop(key: string) {
    clearInterval(timers.get(key));
    timers.delete(key);
  }

  return {
    /** Runs exactly the enabled ones of these rules; one whose schedule stays keeps its rhythm. */
    follow(rules: Rule[]) {
      const due = new Map(
        rules.flatMap((rule) => (rule.schedule && rule.enabled ? [[`${rule.arn} ${rule.schedule}`, rule]] : [])),
      );
      for (const key of timers.keys()) if (!due.has(key)) stop(key);
      for (const [key, rule] of due) {
        if (!timers.has(key)) timers.set(key, setInterval(() => fire(rule), rateMs(rule.schedule ?? "")).unref());
      }
    },
    stop() {
      for (const key of timers.keys()) stop(key);
    },
  };
}
