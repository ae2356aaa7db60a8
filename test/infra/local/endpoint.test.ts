import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Endpoint, type EndpointOptions, startEndpoint } from "../../../infra/local/endpoint.ts";
import type { Invoke } from "../../../infra/local/engines/invoke.ts";

const Usage = z.object({ calls: z.record(z.string(), z.looseObject({ calls: z.number() })) });

const dataDir = mkdtempSync(join(tmpdir(), "endpoint-"));
const started: Endpoint[] = [];

async function start(options: Partial<EndpointOptions> = {}): Promise<Endpoint> {
  const endpoint = await startEndpoint({ port: 0, ...options });
  started.push(endpoint);
  return endpoint;
}

afterEach(async () => {
  for (const endpoint of started.splice(0)) await endpoint.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const config = ({ url }: Endpoint) => ({
  endpoint: url,
  region: "ap-south-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});

const post = ({ url }: Endpoint, target: string, body = "{}") =>
  fetch(url, { method: "POST", headers: { "x-amz-target": target }, body });

const echo: Invoke = async (name, event) => ({ ok: true, payload: { name, event } });

describe("what is not emulated", () => {
  it("is answered with its name", async () => {
    const endpoint = await start();
    for (const target of [
      "DynamoDB_20120810.ExportTableToPointInTime",
      "AmazonSQS.StartMessageMoveTask",
      "Kinesis.PutRecord",
    ]) {
      const response = await post(endpoint, target);
      const { __type, message } = (await response.json()) as { __type: string; message: string };
      expect(__type).toBe("UnknownOperationException");
      expect(message).toContain(target.split(".")[target.startsWith("Kinesis") ? 0 : 1]);
    }
  });

  it("nor is a request that is no call, or no JSON", async () => {
    const endpoint = await start();
    expect((await fetch(`${endpoint.url}/anything`)).status).toBe(404);
    expect(await (await post(endpoint, "AmazonSQS.ListQueues", "{")).json()).toMatchObject({
      __type: "SerializationException",
    });
  });
});

describe("a port that is taken", () => {
  it("rejects with the error Node gives", async () => {
    const { url } = await start();
    await expect(startEndpoint({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("a data folder that is in use", () => {
  it("rejects instead of sharing it", async () => {
    await start({ dataDir });
    await expect(startEndpoint({ port: 0, dataDir })).rejects.toThrow();
  });
});

describe("the calls that were made", () => {
  it("are counted by operation and resource", async () => {
    const endpoint = await start();
    const s3 = new S3Client(config(endpoint));
    await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
    for (const Key of ["1", "a/2"]) await s3.send(new PutObjectCommand({ Bucket: "bucket", Key, Body: "x" }));
    await new SQSClient(config(endpoint)).send(new CreateQueueCommand({ QueueName: "q" }));
    await post(endpoint, "AmazonSQS.ReceiveMessage", JSON.stringify({ QueueUrl: `${endpoint.url}/0/q` }));
    const { calls } = Usage.parse(await (await fetch(endpoint.url)).json());
    const counted = Object.fromEntries(Object.entries(calls).map(([name, tally]) => [name, tally.calls]));
    expect(counted).toEqual({ "CreateBucket bucket": 1, "PutObject bucket": 2, CreateQueue: 1, "ReceiveMessage q": 1 });
  });
});

describe("objects on disk", () => {
  it("are whole: what a crash left half-written is removed, and no bucket is named like the place for it", async () => {
    const half = join(dataDir, "s3", ".writing");
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, "half"), "half");
    const endpoint = await start({ dataDir });
    expect(readdirSync(half)).toEqual([]);

    const s3 = new S3Client(config(endpoint));
    await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
    await s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "a/b", Body: "1" }));
    await s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "a/b", Body: "2" }));
    expect(readdirSync(half)).toEqual([]);
    expect(readdirSync(join(dataDir, "s3", "bucket"))).toEqual(["a%2Fb"]);
  });

  it("are left alone by an endpoint that finds the folder in use", async () => {
    await start({ dataDir });
    const writing = join(dataDir, "s3", ".writing", "of the first");
    writeFileSync(writing, "half");
    await expect(startEndpoint({ port: 0, dataDir })).rejects.toThrow();
    expect(readdirSync(join(dataDir, "s3", ".writing"))).toEqual(["of the first"]);
  });
});

describe("calling a function", () => {
  const invoke: Invoke = async (name, event) =>
    name.endsWith("bad") ? { ok: false, errorType: "FatalError", errorMessage: "no" } : { ok: true, payload: event };
  const call = async (FunctionName: string, more: object = {}) => {
    const lambda = new LambdaClient(config(await start({ invoke })));
    return lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ n: 1 }), ...more }));
  };

  it("gives its result, by name and by ARN", async () => {
    expect((await call("good")).Payload?.transformToString()).toBe('{"n":1}');
    expect((await call("arn:aws:lambda:ap-south-1:000000000000:function:good")).StatusCode).toBe(200);
  });

  it("tells its error", async () => {
    const { FunctionError, Payload } = await call("bad");
    expect(FunctionError).toBe("Unhandled");
    expect(JSON.parse(Payload?.transformToString() ?? "")).toMatchObject({
      errorType: "FatalError",
      errorMessage: "no",
    });
  });

  it("does not wait for an event", async () => {
    expect(await call("good", { InvocationType: "Event" })).toMatchObject({ StatusCode: 202 });
  });
});

describe("after a restart", () => {
  it("everything is there: items, objects, messages in order, secrets, keys, rules and finished executions", async () => {
    const before = await start({ dataDir, invoke: echo });
    const table = {
      TableName: "items",
      BillingMode: "PAY_PER_REQUEST" as const,
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" as const }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" as const }],
    };
    const Item = { pk: { S: "1" } };
    const db = new DynamoDBClient(config(before));
    await db.send(new CreateTableCommand(table));
    await db.send(new PutItemCommand({ TableName: "items", Item }));

    const s3 = new S3Client(config(before));
    await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
    await s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "a/b", Body: "object" }));

    const sqs = new SQSClient(config(before));
    const create = new CreateQueueCommand({
      QueueName: "queued.fifo",
      Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true" },
    });
    const { QueueUrl } = await sqs.send(create);
    for (const MessageBody of ["1", "2"]) {
      await sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: "g", MessageDeduplicationId: MessageBody }),
      );
    }

    await new SecretsManagerClient(config(before)).send(
      new CreateSecretCommand({ Name: "key", SecretString: "value" }),
    );

    const kms = new KMSClient(config(before));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const Plaintext = Buffer.from("sealed before");
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext }));

    const bus = new EventBridgeClient(config(before));
    await bus.send(new CreateEventBusCommand({ Name: "bus" }));
    await bus.send(new PutRuleCommand({ Name: "rule", EventBusName: "bus", EventPattern: '{"source":["s"]}' }));
    const target = {
      Id: "1",
      Arn: "arn:aws:sqs:ap-south-1:000000000000:queued.fifo",
      SqsParameters: { MessageGroupId: "g2" },
    };
    await bus.send(new PutTargetsCommand({ Rule: "rule", EventBusName: "bus", Targets: [target] }));

    const sfn = new SFNClient(config(before));
    const definition = JSON.stringify({ StartAt: "P", States: { P: { Type: "Pass", End: true } } });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: "m", definition, roleArn: "arn:aws:iam::0:role/x" }),
    );
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "e", input: "{}" }));
    await before.close();

    const after = await start({ dataDir, invoke: echo });
    const found = await new DynamoDBClient(config(after)).send(new GetItemCommand({ TableName: "items", Key: Item }));
    expect(found.Item).toEqual(Item);
    const object = await new S3Client(config(after)).send(new GetObjectCommand({ Bucket: "bucket", Key: "a/b" }));
    expect(await object.Body?.transformToString()).toBe("object");
    expect((await after.sqs.receive("queued.fifo", { max: 10 })).map(({ body }) => body)).toEqual(["1", "2"]);
    const secret = await new SecretsManagerClient(config(after)).send(new GetSecretValueCommand({ SecretId: "key" }));
    expect(secret.SecretString).toBe("value");
    const opened = await new KMSClient(config(after)).send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("sealed before");
    const again = new StartExecutionCommand({ stateMachineArn, name: "e", input: "{}" });
    await expect(new SFNClient(config(after)).send(again)).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
    const execution = await new SFNClient(config(after)).send(new DescribeExecutionCommand({ executionArn }));
    expect(execution.status).toBe("SUCCEEDED");
    const Entries = [{ EventBusName: "bus", Source: "s", DetailType: "t", Detail: "{}" }];
    await new EventBridgeClient(config(after)).send(new PutEventsCommand({ Entries }));
    const [event] = await after.sqs.receive("queued.fifo", { waitMs: 1000 });
    expect(event).toMatchObject({
      body: expect.stringContaining('"source":"s"'),
      attributes: { MessageGroupId: "g2" },
    });
  });

  it("an execution that was running starts again from its beginning, once resumed", async () => {
    const calls: string[] = [];
    const invoke: Invoke = async (name) => {
      calls.push(name);
      return { ok: true, payload: {} };
    };
    const Resource = "arn:aws:lambda:ap-south-1:000000000000:function:step";
    const States = {
      First: { Type: "Task", Resource, Next: "Wait" },
      Wait: { Type: "Wait", Seconds: 3600, Next: "Last" },
      Last: { Type: "Task", Resource, End: true },
    };
    const before = await start({ dataDir, invoke });
    const sfn = new SFNClient(config(before));
    const definition = JSON.stringify({ StartAt: "First", States });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: "m", definition, roleArn: "arn:aws:iam::0:role/x" }),
    );
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "e", input: "{}" }));
    await expect.poll(() => calls.length).toBe(1);
    await before.close();

    const after = await start({ dataDir, invoke, speed: 36_000 });
    const status = async () => {
      const execution = await new SFNClient(config(after)).send(new DescribeExecutionCommand({ executionArn }));
      return execution.status;
    };
    expect(await status()).toBe("RUNNING");
    after.resume();
    await expect.poll(status).toBe("SUCCEEDED");
    expect(calls).toHaveLength(3);
  });

  it("an event that no target had taken is delivered, once resumed", async () => {
    const setUp = async (endpoint: Endpoint) => {
      const bus = new EventBridgeClient(config(endpoint));
      await bus.send(new PutRuleCommand({ Name: "rule", EventPattern: '{"source":["s"]}' }));
      const Arn = "arn:aws:lambda:ap-south-1:000000000000:function:target";
      await bus.send(new PutTargetsCommand({ Rule: "rule", Targets: [{ Id: "1", Arn }] }));
      await bus.send(new PutEventsCommand({ Entries: [{ Source: "s", DetailType: "t", Detail: '{"n":1}' }] }));
    };
    const before = await start({ dataDir, invoke: () => new Promise(() => {}) });
    await setUp(before);
    await before.close();

    const events: unknown[] = [];
    const after = await start({
      dataDir,
      invoke: async (_, event) => {
        events.push(event);
        return { ok: true, payload: null };
      },
    });
    after.resume();
    await expect.poll(() => events).toMatchObject([{ source: "s", detail: { n: 1 } }]);
  });
});

describe("closing", () => {
  it("cuts a long poll instead of waiting for it", async () => {
    const endpoint = await start();
    const sqs = new SQSClient(config(endpoint));
    await sqs.send(new CreateQueueCommand({ QueueName: "q" }));
    const poll = post(endpoint, "AmazonSQS.ReceiveMessage", JSON.stringify({ QueueUrl: "q", WaitTimeSeconds: 20 }));
    const cut = poll.then(
      () => "answered",
      () => "cut",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await endpoint.close();
    expect(await cut).toBe("cut");
  });
});
