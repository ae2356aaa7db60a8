import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, it } from "vitest";
import { engineUnderTest, eventually, fresh } from "./engine-under-test.ts";

const engine = engineUnderTest();
let sqs: SQSClient;

beforeAll(() => {
  sqs = new SQSClient(engine.config());
});

type Attributes = Partial<Record<QueueAttributeName, string>>;

async function createQueue(attributes: Attributes = {}, name = `${fresh("queue")}.fifo`): Promise<string> {
  const fifo = name.endsWith(".fifo") ? { FifoQueue: "true" } : {};
  const create = new CreateQueueCommand({ QueueName: name, Attributes: { ...fifo, ...attributes } });
  return (await sqs.send(create)).QueueUrl ?? "";
}

async function arnOf(QueueUrl: string): Promise<string> {
  return (await attributesOf(QueueUrl))["QueueArn"] ?? "";
}

async function attributesOf(QueueUrl: string): Promise<Record<string, string>> {
  const get = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
  return (await sqs.send(get)).Attributes ?? {};
}

function send(QueueUrl: string, body: string, more: Partial<SendMessageCommandInput> = {}) {
  const grouped = { MessageGroupId: "g", MessageDeduplicationId: fresh("message") };
  return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...grouped, ...more }));
}

const inGroup = (MessageGroupId: string) => ({ MessageGroupId });

/** Receives up to ten, waiting a moment where the queue is not ours. */
async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const get = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 0,
    MessageSystemAttributeNames: ["All"],
    ...more,
  });
  return (await sqs.send(get)).Messages ?? [];
}

const bodies = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await receive(QueueUrl, more)).map(({ Body }) => Body);

async function receiveOne(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message> {
  const [message] = await receive(QueueUrl, { MaxNumberOfMessages: 1, WaitTimeSeconds: 2, ...more });
  if (!message) throw new Error("nothing received");
  return message;
}

const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

const show = (QueueUrl: string, { ReceiptHandle }: Message, VisibilityTimeout: number) =>
  sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent("groups", () => {
  it("come in order, as many of one group as asked for", async () => {
    const url = await createQueue();
    for (const body of ["1", "2", "3", "4", "5"]) await send(url, body);
    expect(await bodies(url, { MaxNumberOfMessages: 3 })).toEqual(["1", "2", "3"]);
  });

  it("are blocked while one of their messages is in flight, and block no other", async () => {
    const url = await createQueue();
    await send(url, "a1", inGroup("a"));
    const first = await receiveOne(url);
    await send(url, "a2", inGroup("a"));
    await send(url, "b1", inGroup("b"));
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["b1"]);
    await remove(url, first);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["a2"]);
  });

  it("can fill one receive together, each in its order", async () => {
    const url = await createQueue();
    for (const body of ["a1", "b1", "a2", "b2"]) await send(url, body, inGroup(body.charAt(0)));
    const received = await bodies(url);
    expect(received.filter((body) => body?.startsWith("a"))).toEqual(["a1", "a2"]);
    expect(received.filter((body) => body?.startsWith("b"))).toEqual(["b1", "b2"]);
  });

  it("return a batch in order when its time is up", async () => {
    const url = await createQueue({ VisibilityTimeout: "1" });
    for (const body of ["1", "2"]) await send(url, body);
    await receive(url);
    expect(await bodies(url)).toEqual([]);
    await sleep(1100);
    expect(await bodies(url)).toEqual(["1", "2"]);
  });

  it("give no message twice to receivers at the same time", async () => {
    const url = await createQueue();
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(numbers.map((body) => send(url, body, inGroup(body))));
    const received = await Promise.all(Array.from({ length: 10 }, () => bodies(url, { WaitTimeSeconds: 1 })));
    expect(received.flat().sort()).toEqual(numbers.sort());
  });
});

describe.concurrent("deduplication", () => {
  const sameId = { MessageDeduplicationId: "same" };

  it("keeps the first and answers the second with its id", async () => {
    const url = await createQueue();
    const first = await send(url, "first", sameId);
    const second = await send(url, "second", sameId);
    expect(second.MessageId).toBe(first.MessageId);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["first"]);
  });

  it("also after the message was deleted", async () => {
    const url = await createQueue();
    const first = await send(url, "x", sameId);
    await remove(url, await receiveOne(url));
    expect((await send(url, "x", sameId)).MessageId).toBe(first.MessageId);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual([]);
  });

  it("spans groups, unless the scope is the group", async () => {
    const wide = await createQueue();
    const scope = { DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" };
    const narrow = await createQueue(scope);
    for (const url of [wide, narrow]) {
      for (const group of ["a", "b", "b"]) await send(url, group, { ...inGroup(group), ...sameId });
    }
    expect(await bodies(wide, { WaitTimeSeconds: 1 })).toEqual(["a"]);
    expect((await bodies(narrow, { WaitTimeSeconds: 1 })).sort()).toEqual(["a", "b"]);
    expect(await attributesOf(narrow)).toMatchObject(scope);
  });

  it("goes by content when set so", async () => {
    const url = await createQueue({ ContentBasedDeduplication: "true" });
    for (const body of ["x", "x", "y"]) await send(url, body, { MessageDeduplicationId: undefined });
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["x", "y"]);
  });
});

describe.concurrent("visibility", () => {
  it("set to zero returns the message at once, in its place", async () => {
    const url = await createQueue();
    for (const body of ["1", "2"]) await send(url, body);
    await show(url, await receiveOne(url), 0);
    const received = await receive(url, { WaitTimeSeconds: 1 });
    expect(received.map(({ Body }) => Body)).toEqual(["1", "2"]);
    expect(received[0]?.Attributes?.["ApproximateReceiveCount"]).toBe("2");
  });

  it("made longer keeps the group blocked for longer", async () => {
    const url = await createQueue({ VisibilityTimeout: "1" });
    await send(url, "1");
    await show(url, await receiveOne(url), 3);
    await sleep(1500);
    expect(await bodies(url)).toEqual([]);
    await sleep(1700);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["1"]);
  });

  it("can be given by the receiver", async () => {
    const url = await createQueue();
    await send(url, "1");
    await receiveOne(url, { VisibilityTimeout: 0 });
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["1"]);
  });

  it("that has run out makes the receipt worthless, and the message stays", async () => {
    const url = await createQueue();
    await send(url, "1");
    const stale = await receiveOne(url, { VisibilityTimeout: 1 });
    await sleep(1100);
    await expect(remove(url, stale)).rejects.toThrow(/expired/);
    await expect(show(url, stale, 10)).rejects.toThrow(/expired|not available/);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["1"]);
  });

  it("cannot be changed beyond twelve hours", async () => {
    const url = await createQueue();
    await send(url, "1");
    const message = await receiveOne(url);
    await expect(show(url, message, 43_201)).rejects.toThrow();
  });

  it("a delete may be repeated", async () => {
    const url = await createQueue();
    await send(url, "1");
    const message = await receiveOne(url);
    await remove(url, message);
    await remove(url, message);
    await expect(remove(url, { ReceiptHandle: "garbage" })).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
  });
});

describe.concurrent("dead letters", () => {
  it("go to a FIFO queue after so many receives, and free their group", async () => {
    const dead = await createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await arnOf(dead), maxReceiveCount: 2 });
    const url = await createQueue({ RedrivePolicy });
    await send(url, "poison");
    await send(url, "next");
    for (let n = 0; n < 2; n++) await show(url, await receiveOne(url), 0);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["next"]);
    const buried = await receiveOne(dead);
    expect(buried).toMatchObject({ Body: "poison", Attributes: { MessageGroupId: "g" } });
  });

  it("need a queue that is there and of the same kind", async () => {
    const standard = await arnOf(await createQueue({}, fresh("standard")));
    for (const deadLetterTargetArn of [standard, standard.replace(/:[^:]*$/, ":nowhere.fifo")]) {
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      await expect(createQueue({ RedrivePolicy })).rejects.toThrow();
    }
  });
});

describe.concurrent("batches", () => {
  const entry = (Id: string, more: object = {}) => ({
    Id,
    MessageBody: Id,
    MessageGroupId: "g",
    MessageDeduplicationId: fresh(Id),
    ...more,
  });
  const sendBatch = (QueueUrl: string, Entries: ReturnType<typeof entry>[]) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

  it("send what is right and report what is wrong, in order", async () => {
    const url = await createQueue();
    const wrong = { MessageGroupId: undefined };
    const { Successful, Failed } = await sendBatch(url, [entry("1"), { ...entry("2"), ...wrong } as never, entry("3")]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(["1", "3"]);
    expect(Failed).toMatchObject([{ Id: "2", SenderFault: true, Code: "MissingParameter" }]);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["1", "3"]);
  });

  it("delete what is right and report what is wrong", async () => {
    const url = await createQueue();
    await send(url, "1");
    const { ReceiptHandle } = await receiveOne(url);
    const Entries = [
      { Id: "good", ReceiptHandle },
      { Id: "bad", ReceiptHandle: "garbage" },
    ];
    const { Successful, Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(Failed).toMatchObject([{ Id: "bad", SenderFault: true }]);
  });

  it("change visibility of several", async () => {
    const url = await createQueue();
    for (const body of ["1", "2"]) await send(url, body);
    const received = await receive(url);
    const Entries = received.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    const { Successful } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    expect(Successful).toHaveLength(2);
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["1", "2"]);
  });

  it("are refused as a whole when empty, too many, too long or ambiguous", async () => {
    const url = await createQueue();
    const many = Array.from({ length: 11 }, (_, index) => entry(String(index)));
    await expect(sendBatch(url, [])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(sendBatch(url, many)).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
    await expect(sendBatch(url, [entry("1"), entry("1")])).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    const half = { MessageBody: "x".repeat(600 * 1024) };
    const long = sendBatch(url, [entry("1", half), entry("2", half)]);
    await expect(long).rejects.toMatchObject({ name: "BatchRequestTooLong" });
    expect(await bodies(url)).toEqual([]);
  });
});

describe.concurrent("a long poll", () => {
  it("wakes when a message comes", async () => {
    const url = await createQueue();
    const waiting = receive(url, { WaitTimeSeconds: 10 });
    await sleep(200);
    await send(url, "1");
    expect((await waiting).map(({ Body }) => Body)).toEqual(["1"]);
  });

  it("wakes when a delete frees the group", async () => {
    const url = await createQueue();
    await send(url, "1");
    await send(url, "2");
    const first = await receiveOne(url);
    const waiting = bodies(url, { WaitTimeSeconds: 10 });
    await sleep(200);
    await remove(url, first);
    expect(await waiting).toEqual(["2"]);
  });

  it("wakes when a visibility timeout runs out", async () => {
    const url = await createQueue();
    await send(url, "1");
    await receiveOne(url, { VisibilityTimeout: 1 });
    expect(await bodies(url, { WaitTimeSeconds: 10 })).toEqual(["1"]);
  });

  it("ends with nothing when its time is up", async () => {
    const url = await createQueue();
    const startedAt = Date.now();
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(950);
  });

  it("that the caller gave up takes no message along", async () => {
    const url = await createQueue();
    const giveUp = new AbortController();
    const poll = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 10 });
    const given = sqs.send(poll, { abortSignal: giveUp.signal }).catch((error: Error) => error.name);
    await sleep(200);
    giveUp.abort();
    expect(await given).toBe("AbortError");
    await sleep(200);
    await send(url, "1");
    expect(await bodies(url, { WaitTimeSeconds: 2 })).toEqual(["1"]);
  });
});

describe.concurrent("a message", () => {
  it("carries its attributes and facts", async () => {
    const url = await createQueue();
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const { SequenceNumber = "" } = await send(url, "body ✓", {
      MessageDeduplicationId: "id",
      MessageAttributes: { kind: { DataType: "String", StringValue: "irn" } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
    });
    const message = await receiveOne(url, { MessageAttributeNames: ["All"] });
    expect(message).toMatchObject({
      Body: "body ✓",
      MessageAttributes: { kind: { DataType: "String", StringValue: "irn" } },
      Attributes: {
        ApproximateReceiveCount: "1",
        MessageGroupId: "g",
        MessageDeduplicationId: "id",
        SequenceNumber,
        AWSTraceHeader: trace,
      },
    });
    expect(Math.abs(Number(message.Attributes?.["SentTimestamp"]) - Date.now())).toBeLessThan(60_000);
  });

  it("has rising sequence numbers", async () => {
    const url = await createQueue();
    const sent = [await send(url, "1"), await send(url, "2"), await send(url, "3")];
    const numbers = sent.map(({ SequenceNumber = "" }) => BigInt(SequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(numbers).size).toBe(3);
  });

  it("needs a group and a deduplication id, no delay of its own, and at most 1 MiB", async () => {
    const url = await createQueue();
    await expect(send(url, "x", { MessageGroupId: undefined })).rejects.toThrow(/MessageGroupId/);
    await expect(send(url, "x", { MessageDeduplicationId: undefined })).rejects.toThrow(/Deduplication/);
    await expect(send(url, "x", { DelaySeconds: 5 })).rejects.toThrow(/DelaySeconds/);
    await expect(send(url, "x".repeat(1024 * 1024 + 1))).rejects.toThrow();
    await send(url, "x".repeat(1024 * 1024));
  });
});

describe.concurrent("a queue", () => {
  it("is created once, found by name, and refused with other attributes", async () => {
    const name = `${fresh("queue")}.fifo`;
    const url = await createQueue({ VisibilityTimeout: "60" }, name);
    expect(await createQueue({ VisibilityTimeout: "60" }, name)).toBe(url);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl).toBe(url);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: name }))).QueueUrls).toEqual([url]);
    const other = createQueue({ VisibilityTimeout: "61" }, name);
    await expect(other).rejects.toMatchObject({ name: expect.stringMatching(/QueueNameExists|QueueAlreadyExists/) });
  });

  it("counts what it holds and takes new attributes", async () => {
    const url = await createQueue();
    for (const body of ["1", "2"]) await send(url, body);
    await receiveOne(url);
    const isCounted = (found: Record<string, string>) =>
      found["ApproximateNumberOfMessages"] === "1" && found["ApproximateNumberOfMessagesNotVisible"] === "1";
    await eventually(() => attributesOf(url), isCounted);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: "77" } }));
    expect(await attributesOf(url)).toMatchObject({ VisibilityTimeout: "77", FifoQueue: "true" });
  });

  it("delays all its messages alike", async () => {
    const url = await createQueue({ DelaySeconds: "1" });
    await send(url, "1");
    expect(await bodies(url)).toEqual([]);
    expect(await bodies(url, { WaitTimeSeconds: 3 })).toEqual(["1"]);
  });

  it("can be purged", async () => {
    const url = await createQueue();
    await send(url, "1");
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await bodies(url)).toEqual([]);
  });

  it("that is not there is named as such", async () => {
    const url = await createQueue();
    const missing = send(url.replace(/[^/]+$/, "missing.fifo"), "x");
    await expect(missing).rejects.toMatchObject({ name: "QueueDoesNotExist" });
  });

  it("without order hands out messages of one group side by side, delayed one by one if need be", async () => {
    const url = await createQueue({}, fresh("fair"));
    const fair = (body: string, DelaySeconds = 0) =>
      sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageGroupId: "endpoint", DelaySeconds }));
    await fair("1");
    await fair("later", 2);
    await receiveOne(url);
    await fair("2");
    expect(await bodies(url, { WaitTimeSeconds: 1 })).toEqual(["2"]);
    expect(await bodies(url, { WaitTimeSeconds: 3 })).toEqual(["later"]);
  });
});
