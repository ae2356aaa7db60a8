import type {
  CreateEventBusRequest,
  DescribeRuleRequest,
  ListRulesRequest,
  ListTargetsByRuleRequest,
  PutEventsRequest,
  PutEventsRequestEntry,
  PutRuleRequest,
  PutTargetsRequest,
  RemoveTargetsRequest,
  TestEventPatternRequest,
} from "@aws-sdk/client-eventbridge";
import { AwsError, validationError } from "./aws-error.ts";
import { accountId, dispatcher, type Engine, type Operations } from "./engine.ts";
import { type BusEvent, type Delivery, type EventBusOptions, eventDelivery } from "./event-delivery.ts";
import { parseEventPattern } from "./event-pattern.ts";
import { type Rule, type RulesState, ruleBook } from "./event-rules.ts";
import { ruleClock } from "./event-schedule.ts";
import { stateFile } from "./state-file.ts";

export interface EventBusEngine extends Engine {
  /** Delivers again what was under way when the last run stopped (at least once), and starts the schedules. */
  resume(): void;
}

type BusState = RulesState & { pending: Delivery[] };
/** On the wire a time is in epoch seconds. */
type Entry = Omit<PutEventsRequestEntry, "Time"> & { Time?: number };

const requestLimit = 1024 * 1024;

/** EventBridge: rules with event patterns, delivering to functions, queues and state machines. */
export function eventBusEngine(options: EventBusOptions): EventBusEngine {
  const { region, now, newId, dataDir } = options;
  const file = stateFile<BusState>(dataDir, "event-bus", () => ({ ...rules.dump(), pending: delivery.pending() }));
  const left = file.load();
  const rules = ruleBook(region, left);
  const delivery = eventDelivery(options, file.changed);

  function put(entry: Entry): { EventId: string } {
    const id = newId();
    const bus = rules.bus(entry.EventBusName);
    const event = eventOf(entry, id);
    for (const routed of rules.route(bus, event)) delivery.deliver({ id: newId(), ...routed, event });
    return { EventId: id };
  }

  function eventOf({ Source, DetailType, Detail, Time, Resources = [] }: Entry, id: string): BusEvent {
    const time = new Date(Time === undefined ? now() : Time * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    const detail = JSON.parse(Detail ?? "");
    const common = { version: "0", id, account: accountId, region, time, resources: Resources };
    return { ...common, source: Source ?? "", "detail-type": DetailType ?? "", detail };
  }

  const clock = ruleClock((rule: Rule) => {
    const entry = { Source: "aws.events", DetailType: "Scheduled Event", Detail: "{}", Resources: [rule.arn] };
    const event = eventOf(entry, newId());
    for (const target of rule.targets) delivery.deliver({ id: newId(), ruleArn: rule.arn, target, event });
  }, now);
  let isResumed = false;

  /** Runs a change and sees that it gets to disk. */
  function keeping<Input, Result>(run: (input: Input) => Result) {
    return (input: Input): Result => {
      const result = run(input);
      file.changed();
      if (isResumed) clock.follow(rules.every());
      return result;
    };
  }

  const operations: Operations = {
    PutEvents({ Entries = [] }: { Entries?: Entry[] } & Omit<PutEventsRequest, "Entries">) {
      checkRequest(Entries);
      const results = Entries.map((entry) => failureOf(entry) ?? orFailure(() => put(entry)));
      return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
    },

    CreateEventBus: keeping(({ Name = "" }: CreateEventBusRequest) => {
      rules.addBus(Name);
      return { EventBusArn: rules.busArn(Name) };
    }),
    DeleteEventBus: keeping(({ Name = "" }: CreateEventBusRequest) => rules.removeBus(Name) ?? {}),
    DescribeEventBus: ({ Name }: { Name?: string }) => ({ Name: rules.bus(Name), Arn: rules.busArn(rules.bus(Name)) }),
    ListEventBuses: () => ({ EventBuses: rules.buses().map((Name) => ({ Name, Arn: rules.busArn(Name) })) }),

    PutRule: keeping((input: PutRuleRequest) => ({ RuleArn: rules.put(input).arn })),
    DescribeRule: ({ Name, EventBusName }: DescribeRuleRequest) => describe(rules.find(Name, EventBusName)),
    ListRules({ EventBusName, NamePrefix = "" }: ListRulesRequest) {
      const wanted = rules.all(EventBusName).filter(({ name }) => name.startsWith(NamePrefix));
      return { Rules: wanted.map(describe) };
    },
    DeleteRule: keeping(
      ({ Name, EventBusName }: DescribeRuleRequest) => rules.remove(rules.find(Name, EventBusName)) ?? {},
    ),

    PutTargets: keeping((input: PutTargetsRequest) => {
      rules.putTargets(input);
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    ListTargetsByRule: ({ Rule, EventBusName }: ListTargetsByRuleRequest) => ({
      Targets: rules.find(Rule, EventBusName).targets,
    }),
    RemoveTargets: keeping(({ Rule, EventBusName, Ids = [] }: RemoveTargetsRequest) => {
      const rule = rules.find(Rule, EventBusName);
      rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id ?? ""));
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),

    TestEventPattern({ EventPattern = "", Event = "" }: TestEventPatternRequest) {
      return { Result: parseEventPattern(EventPattern)(parseObject(Event)) };
    },
  };

  return {
    call: dispatcher("AWSEvents", operations),
    resume() {
      for (const unfinished of left?.pending ?? []) delivery.deliver(unfinished);
      isResumed = true;
      clock.follow(rules.every());
    },
    async close() {
      clock.stop();
      delivery.stop();
      file.close();
    },
  };
}

function describe({ name, bus, arn, pattern, schedule, enabled, description }: Rule) {
  const State = enabled ? "ENABLED" : "DISABLED";
  return {
    Name: name,
    Arn: arn,
    EventPattern: pattern,
    ScheduleExpression: schedule,
    State,
    Description: description,
    EventBusName: bus,
  };
}

function checkRequest(entries: Entry[]): void {
  if (entries.length < 1 || entries.length > 10) {
    throw validationError(
      "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10",
    );
  }
  const size = entries.reduce((sum, entry) => sum + entrySize(entry), 0);
  if (size > requestLimit) throw validationError("Total size of the entries in the request is over the limit.");
}

/** The size as EventBridge reckons it: a time counts 14 bytes. */
function entrySize({ Source = "", DetailType = "", Detail = "", Resources = [], Time }: Entry): number {
  return Buffer.byteLength(Source + DetailType + Detail + Resources.join("")) + (Time === undefined ? 0 : 14);
}

/** What is wrong with a single entry; the others are not touched by it. */
function failureOf({ Source, DetailType, Detail }: Entry) {
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)?.[0];
  if (missing)
    return failure("InvalidArgument", `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`);
  if (Source?.startsWith("aws.")) {
    return failure("NotAuthorizedForSourceException", `Not authorized for the source: ${Source}`);
  }
  return parseObject(Detail ?? "") === undefined ? failure("MalformedDetail", "Detail is malformed.") : undefined;
}

/** An unknown bus fails its entry, so that a misspelt name is noticed. */
function orFailure(run: () => { EventId: string }) {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError) return failure(error.type, error.message);
    throw error;
  }
}

const failure = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
