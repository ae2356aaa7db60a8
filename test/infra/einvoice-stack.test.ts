import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it } from "vitest";
import { stages } from "../../infra/config.ts";
import { EinvoiceStack } from "../../infra/einvoice-stack.ts";
import { routeKey, routes } from "../../shared/api/routes.ts";

interface LambdaResource {
  readonly Properties: {
    readonly Environment?: { readonly Variables: Record<string, unknown> };
    readonly Role: { "Fn::GetAtt": [string] };
  };
}
interface PolicyResource {
  readonly Properties: {
    readonly Roles: readonly { readonly Ref: string }[];
    readonly PolicyDocument: {
      readonly Statement: readonly { readonly Action: string | string[]; readonly Resource: unknown }[];
    };
  };
}

let sandbox: Template;
let live: Template;

beforeAll(() => {
  process.env["CDK_VALIDATION"] = "false";
  const app = new App();
  const stacks = [new EinvoiceStack(app, stages.sandbox), new EinvoiceStack(app, stages.live)] as const;
  sandbox = Template.fromStack(stacks[0]);
  live = Template.fromStack(stacks[1]);
});

describe("the API", () => {
  it("has the routes of the table, a default for the rest, and no others", () => {
    const keys = Object.values(live.findResources("AWS::ApiGatewayV2::Route")).map(
      ({ Properties }) => Properties.RouteKey,
    );
    expect(keys.sort()).toEqual(["$default", ...routes.map(routeKey)].sort());
  });
});

describe("the functions", () => {
  it("run on Node 24 on arm64", () => {
    live.allResourcesProperties("AWS::Lambda::Function", {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
    });
  });

  it("say who is hurt when they fail", () => {
    live.allResourcesProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("^If it fails: .+\\.$"),
    });
  });

  it("may act on what their variables name, and on nothing else", () => {
    const actions = actionsByFunction(live);
    expect(actions).toEqual({
      submit: {
        REQUESTS_TABLE: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"],
        DOCUMENTS_TABLE: ["BatchGetItem", "GetItem"],
        BLOBS_BUCKET: ["GetObject", "PutObject"],
        CLIENTS_TABLE: ["GetItem"],
        UPSTREAM_TABLE: ["GetItem", "UpdateItem"],
        DIRECT_QUEUE_URL: ["SendMessage"],
        QUEUED_QUEUE_URL: ["SendMessage"],
      },
      irpworker: {
        REQUESTS_TABLE: ["BatchGetItem", "GetItem", "UpdateItem"],
        DOCUMENTS_TABLE: ["GetItem", "PutItem", "UpdateItem"],
        BLOBS_BUCKET: ["GetObject", "PutObject"],
        EVENTS_TABLE: ["PutItem"],
        CLIENTS_TABLE: ["GetItem"],
        DIRECT_QUEUE_URL: CONSUMES,
        QUEUED_QUEUE_URL: CONSUMES,
        EVENT_BUS: ["PutEvents"],
        ...CALLS,
      },
      sweep: {
        REQUESTS_TABLE: ["Query", "UpdateItem"],
        EVENTS_TABLE: ["Query", "UpdateItem"],
        QUEUED_QUEUE_URL: ["SendMessage"],
        EVENT_BUS: ["PutEvents"],
        UPSTREAM_TABLE: ["GetItem"],
      },
      findrejected: {
        DOCUMENTS_TABLE: ["GetItem", "UpdateItem"],
        EVENTS_TABLE: ["PutItem"],
        CLIENTS_TABLE: ["GetItem", "Scan"],
        EVENT_BUS: ["PutEvents"],
        ...CALLS,
      },
      taxpayer: { CLIENTS_TABLE: ["GetItem"], ...CALLS },
      fanout: { EVENTS_TABLE: ["UpdateItem"] },
      oauth: { CLIENTS_TABLE: ["GetItem"], SIGNING_KEY_SECRET: ["GetSecretValue"] },
      rotatekeys: { CLIENTS_TABLE: ["GetItem", "PutItem"], SIGNING_KEY_SECRET: ["GetSecretValue", "PutSecretValue"] },
      validateinvoice: { CLIENTS_TABLE: ["GetItem"] },
      readirn: {
        DOCUMENTS_TABLE: ["BatchGetItem", "GetItem", "Query"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
      },
      printirn: { DOCUMENTS_TABLE: ["GetItem"], BLOBS_BUCKET: ["GetObject"], CLIENTS_TABLE: ["GetItem"] },
      readrequest: {
        REQUESTS_TABLE: ["BatchGetItem", "GetItem", "Query"],
        DOCUMENTS_TABLE: ["GetItem"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
        UPSTREAM_TABLE: ["GetItem"],
      },
    });
  });

  it("query one index of a table each, and no table", () => {
    const policies = Object.entries(live.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>);
    const queried = policies.flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(({ Action }) => [Action].flat().includes("dynamodb:Query")).map(
        ({ Resource }) => [id.replace(/fnServiceRole.*/, ""), /[^"]*(?="\]\]\})/.exec(JSON.stringify(Resource))?.[0]],
      ),
    );
    expect(queried.sort()).toEqual([
      ["readirn", "/index/listed"],
      ["readrequest", "/index/listed"],
      ["sweep", "/index/due"],
      ["sweep", "/index/due"],
    ]);
  });

  it("reach objects of their own kinds alone", () => {
    const policies = Object.entries(sandbox.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>);
    const reached = policies.flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => {
          const kind = /"storageblobs\w+","Arn"\]\},"(.*?)"\]\]/.exec(JSON.stringify(Resource))?.[1];
          return action.startsWith("s3:") ? [[id.replace(/fnServiceRole.*/, ""), action.slice(3), kind]] : [];
        }),
      ),
    );
    expect(reached.sort()).toEqual([
      ["irpworker", "GetObject", "/PAY/*"],
      ["irpworker", "GetObject", "/RESP/*"],
      ["irpworker", "PutObject", "/RESP/*"],
      ["printirn", "GetObject", "/RESP/*"],
      ["readirn", "GetObject", "/RESP/*"],
      ["readrequest", "GetObject", "/RESP/*"],
      ["sandboxsandboxirp", "GetObject", "/SANDBOX/*"],
      ["sandboxsandboxirp", "PutObject", "/SANDBOX/*"],
      ["submit", "GetObject", "/RESP/*"],
      ["submit", "PutObject", "/PAY/*"],
    ]);
  });

  it("name no wildcard in any grant", () => {
    for (const { Properties } of Object.values(
      live.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>,
    )) {
      for (const { Action, Resource } of Properties.PolicyDocument.Statement) {
        expect([Action].flat().filter((action) => action.includes("*"))).toEqual([]);
        expect([Resource].flat()).not.toContain("*");
      }
    }
  });
});

describe("the tables", () => {
  it("are on demand, encrypted and recoverable to the second", () => {
    live.allResourcesProperties("AWS::DynamoDB::Table", {
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("outlive a live stack and cannot be deleted by mistake", () => {
    live.allResourcesProperties("AWS::DynamoDB::Table", { DeletionProtectionEnabled: true });
    live.allResources("AWS::DynamoDB::Table", { DeletionPolicy: "Retain" });
  });

  it("keep documents for ever and let requests and events expire", () => {
    expect(tableNamed(live, "storagerequests")).toMatchObject({
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
    expect(tableNamed(live, "storageevents")).toMatchObject({
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
    expect(tableNamed(live, "storagedocuments")).not.toHaveProperty("TimeToLiveSpecification");
  });
});

describe("the bucket of what fits no item", () => {
  it("is encrypted, closed to the public and to calls in the clear", () => {
    for (const template of [live, sandbox]) {
      template.resourceCountIs("AWS::S3::Bucket", 1);
      const all = {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      };
      template.hasResourceProperties("AWS::S3::Bucket", {
        PublicAccessBlockConfiguration: all,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      });
      template.hasResourceProperties("AWS::S3::BucketPolicy", {
        PolicyDocument: {
          Statement: [
            Match.objectLike({
              Action: "s3:*",
              Effect: "Deny",
              Principal: { AWS: "*" },
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            }),
          ],
        },
      });
    }
  });

  it("of a live stage keeps every version and outlives the stack", () => {
    live.hasResource("AWS::S3::Bucket", {
      DeletionPolicy: "Retain",
      Properties: { VersioningConfiguration: { Status: "Enabled" } },
    });
    sandbox.hasResource("AWS::S3::Bucket", { DeletionPolicy: "Delete" });
  });

  it("lets payloads expire after their items have, and nothing else", () => {
    const rule = {
      Prefix: "PAY/",
      ExpirationInDays: 16,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Status: "Enabled",
    };
    live.hasResourceProperties("AWS::S3::Bucket", { LifecycleConfiguration: { Rules: [rule] } });
  });
});

describe("the indexes of what is listed", () => {
  it.each([
    ["storagerequests", "createdAt"],
    ["storagedocuments", "listedAt"],
  ])("hold keys alone, so that no later write is one to the index: %s by %s", (table, sortedBy) => {
    expect(tableNamed(live, table)?.["GlobalSecondaryIndexes"]).toContainEqual({
      IndexName: "listed",
      KeySchema: [
        { AttributeName: "listedBy", KeyType: "HASH" },
        { AttributeName: sortedBy, KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    });
  });
});

describe("the outputs", () => {
  it("say where the limits are and what holds for a GSTIN without one of its own", () => {
    live.hasOutput("UpstreamTable", { Value: { Ref: Match.stringLikeRegexp("^storageupstream") } });
    live.hasOutput("Policy", { Value: JSON.stringify(stages.live.policy) });
  });
});

describe("the data key", () => {
  it("rotates, and lives as long as what it sealed", () => {
    for (const [template, DeletionPolicy] of [
      [live, "Retain"],
      [sandbox, "Delete"],
    ] as const) {
      template.resourceCountIs("AWS::KMS::Key", 1);
      template.hasResource("AWS::KMS::Key", { DeletionPolicy, Properties: { EnableKeyRotation: true } });
    }
  });

  it("is what the one who adds clients seals passwords with", () => {
    live.hasOutput("DataKey", { Value: { "Fn::GetAtt": [Match.stringLikeRegexp("^datakey"), "Arn"] } });
  });

  it("seals sessions that expire", () => {
    expect(tableNamed(live, "storageupstream")).toMatchObject({
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
  });
});

describe("the queues", () => {
  it.each(["direct", "queued"])(
    "%s is FIFO per GSTIN, keeps messages 14 days and has a FIFO dead-letter queue",
    (flow) => {
      live.hasResourceProperties("AWS::SQS::Queue", {
        QueueName: `einvoice-live-${flow}.fifo`,
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
        MessageRetentionPeriod: 14 * 24 * 60 * 60,
        VisibilityTimeout: 60,
        RedrivePolicy: Match.objectLike({ maxReceiveCount: 1000 }),
      });
      live.hasResourceProperties("AWS::SQS::Queue", { QueueName: `einvoice-live-${flow}-dead.fifo`, FifoQueue: true });
    },
  );

  it("feed the worker in batches whose records fail one by one, each queue with its own ceiling", () => {
    const mappings = Object.values(live.findResources("AWS::Lambda::EventSourceMapping")).map(
      ({ Properties }) => Properties,
    );
    expect(mappings.map(({ ScalingConfig }) => ScalingConfig.MaximumConcurrency).sort()).toEqual([10, 50]);
    for (const { FunctionResponseTypes, BatchSize } of mappings) {
      expect({ FunctionResponseTypes, BatchSize }).toEqual({
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        BatchSize: 10,
      });
    }
  });
});

describe("the night", () => {
  it("has rejected documents looked for at 03:30 in India, for as long as a function may run", () => {
    const target = Match.objectLike({ Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^findrejected"), "Arn"] } });
    live.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "cron(0 22 * * ? *)", Targets: [target] });
    live.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("rejected"),
      Timeout: 15 * 60,
    });
    live.hasOutput("FindRejected", { Value: { Ref: Match.stringLikeRegexp("^findrejected") } });
  });
});

describe("the stages", () => {
  it("give a sandbox IRP to test stages alone", () => {
    sandbox.resourceCountIs("AWS::ApiGatewayV2::Api", 2);
    live.resourceCountIs("AWS::ApiGatewayV2::Api", 1);
    expect(JSON.stringify(live.toJSON())).not.toMatch(/sandbox/i);
  });

  it("tell the worker whether its documents are test or live", () => {
    sandbox.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: Match.objectLike({ MODE: "test" }) },
    });
    live.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: Match.objectLike({ MODE: "live" }) },
    });
  });

  it("hold no live credential in the template", () => {
    for (const { Properties } of Object.values(live.findResources("AWS::SecretsManager::Secret"))) {
      expect(Properties).not.toHaveProperty("SecretString");
    }
  });
});

/** What it takes to call the portals, beside the API users. */
const CALLS = {
  UPSTREAM_TABLE: ["GetItem", "PutItem", "UpdateItem"],
  UPSTREAM_SECRET: ["GetSecretValue"],
  DATA_KEY: ["Decrypt", "GenerateDataKey"],
};
const CONSUMES = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"];

function tableNamed(template: Template, prefix: string) {
  const found = Object.entries(template.findResources("AWS::DynamoDB::Table")).find(([id]) => id.startsWith(prefix));
  return found?.[1].Properties;
}

/** Function → variable → actions on the resource that the variable names. A grant without a variable has the key "". */
function actionsByFunction(template: Template): Record<string, Record<string, string[]>> {
  const policies = Object.values(template.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>);
  const functions = Object.entries(template.findResources("AWS::Lambda::Function") as Record<string, LambdaResource>);
  const result: Record<string, Record<string, string[]>> = {};
  for (const [id, { Properties }] of functions) {
    const variables = Object.entries(Properties.Environment?.Variables ?? {});
    const role = Properties.Role["Fn::GetAtt"][0];
    const statements = policies
      .filter(({ Properties: { Roles } }) => Roles.some(({ Ref }) => Ref === role))
      .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
    for (const { Action, Resource } of statements) {
      for (const resource of [Resource].flat()) {
        const variable = variables.find(([, value]) => logicalId(value) === logicalId(resource))?.[0] ?? "";
        const name = id.replace(/fn[0-9A-F]{8}$/, "");
        const granted = [Action].flat().map((action) => action.replace(/^\w+:/, ""));
        const known = result[name]?.[variable] ?? [];
        result[name] = { ...result[name], [variable]: [...new Set([...known, ...granted])].sort() };
      }
    }
  }
  return result;
}

function logicalId(reference: unknown): string {
  const text = JSON.stringify(reference);
  return /"Ref":"(\w+)"/.exec(text)?.[1] ?? /"Fn::GetAtt":\["(\w+)"/.exec(text)?.[1] ?? text;
}
