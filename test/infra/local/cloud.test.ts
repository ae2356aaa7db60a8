import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningCloud, startCloud } from "../../../infra/local/cloud.ts";
import { synthesize } from "../../../infra/local/synthesize.ts";

/** Inside the checkout, so that the test's own function finds the SDK. */
const FOLDER = ".build/cloud-test";
const running: { close(): unknown }[] = [];

let synthesized: ReturnType<typeof synthesize>;

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  synthesized = synthesize(`${FOLDER}/cdk.out`);
  writeFunction("extra", EXTRA_FUNCTION);
});

afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

describe("the local cloud", () => {
  it("serves a route, a queue, a function and a variable that were added to the template", async () => {
    const { outputs, awsUrl } = await start(withExtras(ownTemplate()));

    const response = await fetch(`${outputs["ApiUrl"]}/extra/a%2Fb?x=1&x=2`);

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ greeting: "from the template", parameter: "a/b", query: "1,2" });
    await expect.poll(() => storedItem(awsUrl, outputs["ExtraTable"] ?? "", "a/b"), { timeout: 5_000 }).toBeDefined();
  });

  it("keeps its data over a restart", async () => {
    const dataFolder = mkdtempSync(`${FOLDER}/data-`);
    const first = await start(withExtras(smallTemplate()), dataFolder);
    await fetch(`${first.outputs["ApiUrl"]}/extra/kept`);
    const table = first.outputs["ExtraTable"] ?? "";
    await expect.poll(() => storedItem(first.awsUrl, table, "kept"), { timeout: 5_000 }).toBeDefined();
    await first.close();

    const second = await start(withExtras(smallTemplate()), dataFolder);

    expect(await storedItem(second.awsUrl, table, "kept")).toBeDefined();
  });

  it.each([
    [undefined, "listed"],
    ["due", "listed"],
  ])("refuses data of an earlier version, whose table has the index %s and not %s", async (kept, wanted) => {
    const dataFolder = mkdtempSync(`${FOLDER}/data-`);
    const first = await start(oneTable(kept), dataFolder);
    await first.close();

    await expect(start(oneTable(wanted), dataFolder)).rejects.toThrow(/delete the folder \.local and start again/);
    await expect(start(oneTable(kept), dataFolder)).resolves.toBeDefined();
  });

  it("gives a key anew at each start, the same one", async () => {
    const dataFolder = mkdtempSync(`${FOLDER}/data-`);
    const template = {
      Resources: { Key: { Type: "AWS::KMS::Key", Properties: {} }, Other: { Type: "AWS::KMS::Key", Properties: {} } },
      Outputs: {
        Key: { Value: { Ref: "Key" } },
        Arn: { Value: { "Fn::GetAtt": ["Key", "Arn"] } },
        Other: { Value: { Ref: "Other" } },
      },
    };
    const first = await start(template, dataFolder);
    await first.close();
    const second = await start(template, dataFolder);

    expect(second.outputs).toEqual(first.outputs);
    expect(first.outputs["Other"]).not.toBe(first.outputs["Key"]);
    expect(first.outputs["Arn"]).toBe(`arn:aws:kms:ap-south-1:000000000000:key/${first.outputs["Key"]}`);
  });

  it("has the buckets of the template, which keep their objects over a restart", async () => {
    const dataFolder = mkdtempSync(`${FOLDER}/data-`);
    const first = await start(withBucket(withExtras(smallTemplate())), dataFolder);
    const put = () => fetch(`${first.outputs["ApiUrl"]}/extra/bucket`).then((each) => each.json());
    expect(first.outputs["Bucket"]).toBe("einvoice-local-bucket");
    expect(first.outputs["BucketArn"]).toBe("arn:aws:s3:::einvoice-local-bucket");
    expect([await put(), await put()]).toEqual([200, 412]);
    await first.close();

    const second = await start(withBucket(withExtras(smallTemplate())), dataFolder);
    expect(await (await fetch(`${second.outputs["ApiUrl"]}/extra/bucket`)).json()).toBe(412);
  });

  it("serves buses, rules and state machines of the template", async () => {
    const { outputs, awsUrl } = await start(withExtras(smallTemplate()));
    const config = {
      endpoint: awsUrl,
      region: "ap-south-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    };
    const entry = { EventBusName: "extra", Source: "test", DetailType: "said", Detail: "{}" };

    await new EventBridgeClient(config).send(new PutEventsCommand({ Entries: [entry] }));
    const started = new StartExecutionCommand({
      stateMachineArn: outputs["ExtraMachine"],
      input: '{"Records":[{"body":"by-machine"}]}',
    });
    await new SFNClient(config).send(started);

    const stored = (key: string) => storedItem(awsUrl, outputs["ExtraTable"] ?? "", key);
    await expect.poll(() => stored("by-rule"), { timeout: 5_000 }).toBeDefined();
    await expect.poll(() => stored("by-machine"), { timeout: 5_000 }).toBeDefined();
  });

  it("hands over bytes that a function gave in base64, byte for byte", async () => {
    const { outputs } = await start(withExtras(smallTemplate()));
    const response = await fetch(`${outputs["ApiUrl"]}/extra/bytes`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  });

  it("answers as the gateway does when a function throws, does not return or says too much", async () => {
    const { outputs } = await start(withExtras(smallTemplate()));
    const thrown = await fetch(`${outputs["ApiUrl"]}/extra/throw`);
    const hung = await fetch(`${outputs["ApiUrl"]}/extra/hang`);
    const large = await fetch(`${outputs["ApiUrl"]}/extra/large`);
    const next = await fetch(`${outputs["ApiUrl"]}/extra/fine`);
    expect([thrown.status, await thrown.json()]).toEqual([500, { message: "Internal Server Error" }]);
    expect([hung.status, await hung.json()]).toEqual([500, { message: "Internal Server Error" }]);
    expect([large.status, await large.json()]).toEqual([500, { message: "Internal Server Error" }]);
    expect(next.status).toBe(202);
  });

  it("lets a function answer just under 6 MB", async () => {
    const { outputs } = await start(withExtras(smallTemplate()));
    const response = await fetch(`${outputs["ApiUrl"]}/extra/largest`);
    expect([response.status, (await response.text()).length]).toEqual([200, 6_291_500]);
  });

  it("runs calls side by side, one at a time in each thread", async () => {
    const { outputs } = await start(withExtras(smallTemplate()));
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetch(`${outputs["ApiUrl"]}/extra/alone`).then((each) => each.json())),
    );
    expect(answers).toEqual([{ atOnce: 1 }, { atOnce: 1 }, { atOnce: 1 }]);
  });

  it("refuses to start with a resource type that carries behaviour it does not have", async () => {
    const resources = { Cluster: { Type: "AWS::ECS::Cluster", Properties: {} } };
    await expect(start({ Resources: resources })).rejects.toThrow(/Cluster is of type AWS::ECS::Cluster/);
  });

  it("refuses to start when a reference leads nowhere", async () => {
    const resources = { Queue: { Type: "AWS::SQS::Queue", Properties: { QueueName: { Ref: "Nothing" } } } };
    await expect(start({ Resources: resources })).rejects.toThrow(/refers to Nothing/);
  });

  it("refuses to start on a port that is taken, and leaves nothing behind", async () => {
    const port = await takenPort();
    const api = { Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "a", ProtocolType: "HTTP" } } };
    await expect(start({ Resources: api }, undefined, port)).rejects.toMatchObject({ code: "EADDRINUSE", port });
    const again = await start({ Resources: {} }, undefined, 0);
    expect(again.awsUrl).toMatch(/^http:/);
  });
});

async function start(template: unknown, dataFolder = mkdtempSync(`${FOLDER}/data-`), port = 0): Promise<RunningCloud> {
  const cloud = await startCloud({ ...synthesized, template, dataFolder, port });
  running.push(cloud);
  return cloud;
}

interface PlainTemplate {
  readonly Resources: Record<string, { readonly Type?: string }>;
  readonly Outputs: object;
}

/** A copy of our own. */
function ownTemplate(): PlainTemplate {
  return structuredClone(synthesized.template) as PlainTemplate;
}

/** One API and nothing behind it, which starts in a moment. */
function smallTemplate(): PlainTemplate {
  const Api = { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "small", ProtocolType: "HTTP" } };
  return { Resources: { Api }, Outputs: { ApiUrl: { Value: { "Fn::GetAtt": ["Api", "ApiEndpoint"] } } } };
}

/** A template with what a later developer might add. */
/** A table with one index of that name, or with none. */
function oneTable(index?: string): unknown {
  const KeySchema = [{ AttributeName: "pk", KeyType: "HASH" }];
  const indexed = {
    ...{ IndexName: index, KeySchema: [{ AttributeName: "by", KeyType: "HASH" }] },
    Projection: { ProjectionType: "KEYS_ONLY" },
  };
  const names = index ? ["pk", "by"] : ["pk"];
  const AttributeDefinitions = names.map((AttributeName) => ({ AttributeName, AttributeType: "S" }));
  const GlobalSecondaryIndexes = index ? { GlobalSecondaryIndexes: [indexed] } : {};
  const Properties = { TableName: "one", KeySchema, AttributeDefinitions, ...GlobalSecondaryIndexes };
  return { Resources: { Table: { Type: "AWS::DynamoDB::Table", Properties } }, Outputs: {} };
}

function withExtras({ Resources, Outputs }: PlainTemplate) {
  const ApiId = { Ref: Object.keys(Resources).find((id) => Resources[id]?.Type === "AWS::ApiGatewayV2::Api") };
  const table = { Ref: "ExtraTable" };
  return {
    Resources: {
      ...Resources,
      ExtraTable: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        },
      },
      ExtraQueue: { Type: "AWS::SQS::Queue", Properties: { QueueName: "extra.fifo", FifoQueue: true } },
      ExtraFunction: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Handler: "index.handler",
          Runtime: "nodejs24.x",
          Timeout: 1,
          Environment: { Variables: { GREETING: "from the template", QUEUE_URL: { Ref: "ExtraQueue" }, TABLE: table } },
        },
        Metadata: { "aws:asset:path": resolve(FOLDER, "extra") },
      },
      ExtraMapping: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: { "Fn::GetAtt": ["ExtraQueue", "Arn"] },
          FunctionName: { Ref: "ExtraFunction" },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      ExtraBus: { Type: "AWS::Events::EventBus", Properties: { Name: "extra" } },
      ExtraRule: {
        Type: "AWS::Events::Rule",
        Properties: {
          EventBusName: { Ref: "ExtraBus" },
          EventPattern: { "detail-type": ["said"] },
          Targets: [
            { Id: "t", Arn: { "Fn::GetAtt": ["ExtraFunction", "Arn"] }, Input: '{"Records":[{"body":"by-rule"}]}' },
          ],
        },
      },
      ExtraMachine: {
        Type: "AWS::StepFunctions::StateMachine",
        Properties: {
          RoleArn: "arn:aws:iam::000000000000:role/extra",
          DefinitionString: {
            "Fn::Join": [
              "",
              [
                '{"StartAt":"T","States":{"T":{"Type":"Task","End":true,"Resource":"',
                { "Fn::GetAtt": ["ExtraFunction", "Arn"] },
                '"}}}',
              ],
            ],
          },
        },
      },
      ExtraIntegration: {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: { ApiId, IntegrationType: "AWS_PROXY", IntegrationUri: { "Fn::GetAtt": ["ExtraFunction", "Arn"] } },
      },
      ExtraRoute: {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: {
          ApiId,
          RouteKey: "GET /extra/{what}",
          Target: { "Fn::Join": ["", ["integrations/", { Ref: "ExtraIntegration" }]] },
        },
      },
    },
    Outputs: { ...Outputs, ExtraTable: { Value: table }, ExtraMachine: { Value: { Ref: "ExtraMachine" } } },
  };
}

/** With a bucket as a stack has one, and its name for the function. */
function withBucket(template: ReturnType<typeof withExtras>): unknown {
  const { Resources, Outputs } = template;
  const { ExtraFunction } = Resources;
  const Variables = { ...ExtraFunction.Properties.Environment.Variables, BUCKET: { Ref: "Bucket" } };
  return {
    Resources: {
      ...Resources,
      ExtraFunction: { ...ExtraFunction, Properties: { ...ExtraFunction.Properties, Environment: { Variables } } },
      Bucket: {
        Type: "AWS::S3::Bucket",
        Properties: {
          VersioningConfiguration: { Status: "Enabled" },
          LifecycleConfiguration: { Rules: [{ Prefix: "a/", ExpirationInDays: 1, Status: "Enabled" }] },
          PublicAccessBlockConfiguration: { BlockPublicAcls: true },
        },
      },
      BucketPolicy: { Type: "AWS::S3::BucketPolicy", Properties: { Bucket: { Ref: "Bucket" }, PolicyDocument: {} } },
    },
    Outputs: {
      ...Outputs,
      Bucket: { Value: { Ref: "Bucket" } },
      BucketArn: { Value: { "Fn::GetAtt": ["Bucket", "Arn"] } },
    },
  };
}

/** HTTP in: sends the parameter to the queue. Queue in: stores it. */
const EXTRA_FUNCTION = `
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
let atOnce = 0;
export async function handler(event) {
  if (event.Records) {
    for (const { body } of event.Records) {
      await new DynamoDBClient().send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: body } } }));
    }
    return { batchItemFailures: [] };
  }
  const parameter = event.pathParameters.what;
  if (parameter === "throw") throw new Error("on purpose");
  if (parameter === "hang") return new Promise(() => {});
  if (parameter === "bytes") {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("base64");
    return { statusCode: 200, headers: { "content-type": "image/png" }, body, isBase64Encoded: true };
  }
  if (parameter === "large") return { statusCode: 200, body: "x".repeat(6_291_556) };
  if (parameter === "largest") return { statusCode: 200, body: "x".repeat(6_291_500) };
  if (parameter === "bucket") {
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=local/20260818/r/s3/aws4_request", "if-none-match": "*" };
    const put = { method: "PUT", headers, body: "object" };
    const { status } = await fetch(process.env.AWS_ENDPOINT_URL + "/" + process.env.BUCKET + "/a/b", put);
    return { statusCode: 200, body: String(status) };
  }
  if (parameter === "alone") {
    atOnce += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const answer = { atOnce };
    atOnce -= 1;
    return answer;
  }
  const message = { QueueUrl: process.env.QUEUE_URL, MessageBody: parameter, MessageGroupId: "g", MessageDeduplicationId: parameter };
  await new SQSClient().send(new SendMessageCommand(message));
  return { statusCode: 202, body: JSON.stringify({ greeting: process.env.GREETING, parameter, query: event.queryStringParameters?.x }) };
}
`;

function writeFunction(name: string, code: string): void {
  rmSync(`${FOLDER}/${name}`, { recursive: true, force: true });
  mkdirSync(`${FOLDER}/${name}`, { recursive: true });
  writeFileSync(`${FOLDER}/${name}/index.mjs`, code);
}

async function storedItem(endpoint: string, TableName: string, pk: string): Promise<unknown> {
  const db = new DynamoDBClient({
    endpoint,
    region: "ap-south-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { Item } = await db.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }));
  return Item;
}

async function takenPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  running.push(server);
  return (server.address() as AddressInfo).port;
}
