import type { PutRuleRequest, PutTargetsRequest, Target } from "@aws-sdk/client-eventbridge";
import { AwsError, validationError } from "./aws-error.ts";
import { accountId } from "./engine.ts";
import { type BusEvent, targetKind } from "./event-delivery.ts";
import { type Matcher, parseEventPattern } from "./event-pattern.ts";
import { parseSchedule } from "./event-schedule.ts";

export type Rule = {
  name: string;
  bus: string;
  arn: string;
  /** A rule has a pattern, a schedule or both. */
  pattern?: string | undefined;
  schedule?: string | undefined;
  enabled: boolean;
  description?: string | undefined;
  targets: Target[];
};

export type RulesState = { buses: string[]; rules: Rule[] };

export type Rules = ReturnType<typeof ruleBook>;

/** Buses, their rules and the rules' targets. */
export function ruleBook(
  region: string,
  { buses: known, rules: given }: RulesState = { buses: ["default"], rules: [] },
) {
  const buses = new Set(known);
  const rules = new Map(given.map((rule) => [key(rule), rule]));
  const matchers = new Map<string, Matcher>();

  const arnOf = (resource: string) => `arn:aws:events:${region}:${accountId}:${resource}`;

  /** Compiles a pattern once. */
  function matcherOf(pattern: string): Matcher {
    const matcher = matchers.get(pattern) ?? parseEventPattern(pattern);
    matchers.set(pattern, matcher);
    return matcher;
  }

  /** A bus by its name or ARN. */
  function bus(reference = "default"): string {
    const name = reference.split("/").at(-1) ?? "";
    if (!buses.has(name)) throw notFound(`Event bus ${name} does not exist.`);
    return name;
  }

  function find(name: string | undefined, busName: string | undefined): Rule {
    const rule = rules.get(key({ bus: bus(busName), name: name ?? "" }));
    if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus(busName)}.`);
    return rule;
  }

  return {
    bus,
    find,
    busArn: (name: string) => arnOf(`event-bus/${name}`),
    buses: () => [...buses],
    every: () => [...rules.values()],
    all: (busName: string | undefined) => [...rules.values()].filter((rule) => rule.bus === bus(busName)),
    dump: (): RulesState => ({ buses: [...buses], rules: [...rules.values()] }),

    addBus(name: string) {
      if (buses.has(name)) throw new AwsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
      buses.add(name);
    },

    removeBus(name: string) {
      if (name === "default") throw validationError("Cannot delete event bus default.");
      if ([...rules.values()].some((rule) => rule.bus === name)) throw validationError("Event bus still has rules.");
      buses.delete(name);
    },

    put({
      Name: name = "",
      EventBusName,
      EventPattern: pattern,
      ScheduleExpression: schedule,
      State,
      Description: description,
    }: PutRuleRequest): Rule {
      if (!pattern && !schedule) {
        throw validationError("Parameter(s) EventPattern or ScheduleExpression must be specified.");
      }
      if (pattern) matcherOf(pattern);
      if (schedule) parseSchedule(schedule);
      const busName = bus(EventBusName);
      if (schedule && busName !== "default") {
        throw validationError("ScheduleExpression is supported only on the default event bus.");
      }
      const arn = arnOf(busName === "default" ? `rule/${name}` : `rule/${busName}/${name}`);
      const targets = rules.get(key({ bus: busName, name }))?.targets ?? [];
      const rule = { name, bus: busName, arn, pattern, schedule, enabled: State !== "DISABLED", description, targets };
      rules.set(key(rule), rule);
      return rule;
    },

    putTargets({ Rule: name, EventBusName, Targets: targets = [] }: PutTargetsRequest) {
      const rule = find(name, EventBusName);
      for (const target of targets) checkTarget(target);
      const kept = rule.targets.filter(({ Id }) => targets.every((target) => target.Id !== Id));
      if (kept.length + targets.length > 5) {
        throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
      }
      rule.targets = [...kept, ...targets];
    },

    remove(rule: Rule) {
      if (rule.targets.length > 0) throw validationError("Rule can't be deleted since it has targets.");
      rules.delete(key(rule));
    },

    /** The targets of every rule the event fits. */
    route(busName: string, event: BusEvent): { ruleArn: string; target: Target }[] {
      const fitting = [...rules.values()].filter(
        (rule) => rule.bus === busName && rule.enabled && rule.pattern && matcherOf(rule.pattern)(event),
      );
      return fitting.flatMap(({ arn: ruleArn, targets }) => targets.map((target) => ({ ruleArn, target })));
    },
  };
}

const key = ({ bus, name }: { bus: string; name: string }) => `${bus}/${name}`;

const notFound = (message: string) => new AwsError("ResourceNotFoundException", message);

const emulated = new Set([
  "Id",
  "Arn",
  "RoleArn",
  "Input",
  "InputPath",
  "SqsParameters",
  "DeadLetterConfig",
  "RetryPolicy",
]);

function checkTarget(target: Target): void {
  if (!target.Id) throw validationError("A target needs an Id.");
  if (!targetKind(target.Arn)) throw validationError(`Events to ${target.Arn} are not emulated locally`);
  const unknown = Object.keys(target).find((field) => !emulated.has(field));
  if (unknown) throw validationError(`${unknown} of a target is not emulated locally`);
  if (target.InputPath && !/^\$(\.[\w-]+)*$/.test(target.InputPath)) {
    throw validationError(`InputPath ${target.InputPath} is not emulated locally`);
  }
  if (target.Input !== undefined) checkJson(target.Input);
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw validationError(`JSON syntax error in input: ${text}`);
  }
}
