import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
const EventBusName = fresh("bus");
let bus: EventBridgeClient;
let sqs: SQSClient;

beforeAll(async () => {
  bus = new EventBridgeClient(engine.config());
  sqs = new SQSClient(engine.config());
  await bus.send(new CreateEventBusCommand({ Name: EventBusName }));
});

type Queue = { url: string; arn: string };

async function createQueue(name = fresh("events"), attributes: Record<string, string> = {}): Promise<Queue> {
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const get = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] });
  const arn = (await sqs.send(get)).Attributes?.["QueueArn"] ?? "";
  // What lets the bus send here; engines that check no rights take it all the same.
  const allow = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: arn,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allow] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  return { url, arn };
}

async function received({ url }: Queue, more: object = {}): Promise<Record<string, unknown>[]> {
  const get = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2, ...more });
  return ((await sqs.send(get)).Messages ?? []).map(({ Body = "" }) => JSON.parse(Body));
}

async function putRule(pattern: object, targets: Target[] = []): Promise<string> {
  const Name = fresh("rule");
  await bus.send(new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify(pattern) }));
  if (targets.length > 0) await bus.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: targets }));
  return Name;
}

const entry = (Source: string, detail: object = {}): PutEventsRequestEntry => ({
  EventBusName,
  Source,
  DetailType: "irn.generated",
  Detail: JSON.stringify(detail),
});

const putEvents = (...Entries: PutEventsRequestEntry[]) => bus.send(new PutEventsCommand({ Entries }));

describe("patterns", () => {
  const event = {
    id: "1",
    "detail-type": "irn.generated",
    source: "einvoice",
    account: "000000000000",
    time: "2026-11-23T10:00:00Z",
    region: "ap-south-1",
    resources: [],
    detail: { gstin: "29ABCDE1234F1Z5", total: 300, parent: null, tags: ["export", "sez"] },
  };

  it.each<[boolean, object]>([
    [true, { source: ["einvoice"], "detail-type": ["irn.generated", "irn.failed"] }],
    [false, { source: ["einvoice"], "detail-type": ["irn.failed"] }],
    [true, { detail: { gstin: [{ prefix: "29" }] } }],
    [false, { detail: { gstin: [{ prefix: "07" }] } }],
    [true, { detail: { gstin: [{ suffix: "Z5" }] } }],
    [true, { detail: { gstin: [{ "equals-ignore-case": "29abcde1234f1z5" }] } }],
    [true, { detail: { gstin: [{ wildcard: "29*F1*" }] } }],
    [false, { detail: { gstin: [{ wildcard: "29*F1" }] } }],
    [true, { detail: { gstin: [{ "anything-but": ["x", "y"] }] } }],
    [false, { detail: { gstin: [{ "anything-but": { prefix: "29" } }] } }],
    [true, { detail: { total: [{ numeric: [">", 0, "<=", 300] }] } }],
    [false, { detail: { total: [{ numeric: ["<", 300] }] } }],
    [true, { detail: { parent: [null] } }],
    [true, { detail: { total: [{ exists: true }], nothing: [{ exists: false }] } }],
    [false, { detail: { total: [{ exists: false }] } }],
    [true, { detail: { tags: ["sez"] } }],
    [true, { detail: { $or: [{ total: [1] }, { tags: ["export"] }] } }],
    [false, { detail: { $or: [{ total: [1] }, { tags: ["b2b"] }] } }],
  ])("give %s for %j", async (Result, pattern) => {
    const test = new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) });
    expect((await bus.send(test)).Result).toBe(Result);
  });

  it.each([
    { detail: { gstin: [{ like: "29" }] } },
    { detail: { gstin: [{ "anything-but": { like: "29" } }] } },
    { source: "einvoice" },
    { detail: { total: [{ numeric: ["!=", 3] }] } },
  ])("are refused when not understood: %j", async (pattern) => {
    await expect(putRule(pattern)).rejects.toMatchObject({ name: "InvalidEventPatternException" });
  });
});

describe("delivery to a queue", () => {
  it("brings the whole event to every rule that fits, and to no other", async () => {
    const [fitting, also, other] = await Promise.all([createQueue(), createQueue(), createQueue()]);
    const source = fresh("source");
    await putRule({ source: [source] }, [{ Id: "1", Arn: fitting.arn }]);
    await putRule({ source: [source], detail: { total: [{ numeric: [">", 100] }] } }, [{ Id: "1", Arn: also.arn }]);
    await putRule({ source: [source], "detail-type": ["irn.failed"] }, [{ Id: "1", Arn: other.arn }]);
    const { FailedEntryCount, Entries } = await putEvents(entry(source, { total: 300 }));
    expect(FailedEntryCount).toBe(0);
    const event = {
      id: Entries?.[0]?.EventId,
      source,
      "detail-type": "irn.generated",
      detail: { total: 300 },
      account: expect.stringMatching(/^\d{12}$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    };
    expect(await received(fitting)).toMatchObject([event]);
    expect(await received(also)).toMatchObject([event]);
    expect(await received(other, { WaitTimeSeconds: 0 })).toEqual([]);
  });

  it("gives a FIFO queue the group it is told", async () => {
    const queue = await createQueue(`${fresh("events")}.fifo`, {
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
    });
    const source = fresh("source");
    await putRule({ source: [source] }, [{ Id: "1", Arn: queue.arn, SqsParameters: { MessageGroupId: "g" } }]);
    await putEvents(entry(source));
    const get = { QueueUrl: queue.url, WaitTimeSeconds: 2, MessageSystemAttributeNames: ["All" as const] };
    const { Messages } = await sqs.send(new ReceiveMessageCommand(get));
    expect(Messages?.[0]?.Attributes?.["MessageGroupId"]).toBe("g");
  });

  it("can give a part of the event, or a constant", async () => {
    const [part, constant] = await Promise.all([createQueue(), createQueue()]);
    const source = fresh("source");
    await putRule({ source: [source] }, [
      { Id: "part", Arn: part.arn, InputPath: "$.detail" },
      { Id: "constant", Arn: constant.arn, Input: '{"tick":true}' },
    ]);
    await putEvents(entry(source, { n: 1 }));
    expect(await received(part)).toEqual([{ n: 1 }]);
    expect(await received(constant)).toEqual([{ tick: true }]);
  });

  it("stops when the rule is disabled or its target removed", async () => {
    const queue = await createQueue();
    const source = fresh("source");
    const EventPattern = JSON.stringify({ source: [source] });
    const Name = await putRule({ source: [source] }, [{ Id: "1", Arn: queue.arn }]);
    await bus.send(new PutRuleCommand({ Name, EventBusName, EventPattern, State: "DISABLED" }));
    await putEvents(entry(source));
    await bus.send(new PutRuleCommand({ Name, EventBusName, EventPattern }));
    await bus.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ["1"] }));
    await putEvents(entry(source));
    expect(await received(queue, { WaitTimeSeconds: 1 })).toEqual([]);
  });
});

describe("delivery to a function", () => {
  it("calls it, again when it fails, and gives up into the dead-letter queue", async () => {
    if (!engine.isLocal) return; // Needs a function that can report; the queue tests cover delivery elsewhere.
    const dead = await createQueue();
    const arn = await engine.deployFunction(`
      export const handler = async ({ detail }) => {
        globalThis.calls = [...(globalThis.calls ?? []), detail.n];
        if (detail.n === 2 || globalThis.calls.length === 1) throw new Error("no");
      };`);
    const source = fresh("source");
    const RetryPolicy = { MaximumRetryAttempts: 1 };
    await putRule({ source: [source] }, [{ Id: "1", Arn: arn, DeadLetterConfig: { Arn: dead.arn }, RetryPolicy }]);
    await putEvents(entry(source, { n: 1 }));
    await putEvents(entry(source, { n: 2 }));
    expect(await received(dead)).toMatchObject([{ source, detail: { n: 2 } }]);
    const { calls } = globalThis as { calls?: number[] };
    expect(calls?.toSorted()).toEqual([1, 1, 2, 2]);
  });
});

describe("an entry", () => {
  it("that is wrong fails alone", async () => {
    const queue = await createQueue();
    const source = fresh("source");
    await putRule({ source: [source] }, [{ Id: "1", Arn: queue.arn }]);
    const malformed = { ...entry(source), Detail: "not json" };
    const untyped = { ...entry(source), DetailType: undefined };
    const { FailedEntryCount, Entries } = await putEvents(malformed, entry(source), untyped as never);
    expect(FailedEntryCount).toBe(2);
    expect(Entries).toMatchObject([
      { ErrorCode: "MalformedDetail" },
      { EventId: expect.any(String) },
      { ErrorCode: "InvalidArgument" },
    ]);
    expect(await received(queue)).toHaveLength(1);
  });

  it("comes with at most nine others and a megabyte in all", async () => {
    const eleven = Array.from({ length: 11 }, () => entry("source"));
    await expect(putEvents(...eleven)).rejects.toMatchObject({ name: "ValidationException" });
    const half = entry("source", { text: "x".repeat(600 * 1024) });
    await expect(putEvents(half, half)).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("a rule", () => {
  it("can be described, listed and, without targets, deleted", async () => {
    const queue = await createQueue();
    const Name = await putRule({ source: ["x"] }, [{ Id: "1", Arn: queue.arn }]);
    const described = await bus.send(new DescribeRuleCommand({ Name, EventBusName }));
    expect(described).toMatchObject({ Name, EventBusName, State: "ENABLED", EventPattern: '{"source":["x"]}' });
    const { Rules } = await bus.send(new ListRulesCommand({ EventBusName, NamePrefix: Name }));
    expect(Rules).toHaveLength(1);

    await expect(bus.send(new DeleteRuleCommand({ Name, EventBusName }))).rejects.toThrow(/targets/);
    await bus.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ["1"] }));
    await bus.send(new DeleteRuleCommand({ Name, EventBusName }));
    const gone = bus.send(new DescribeRuleCommand({ Name, EventBusName }));
    await expect(gone).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});
