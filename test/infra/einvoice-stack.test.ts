import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it } from "vitest";
import { stages } from "../../infra/config.ts";
import { EinvoiceStack } from "../../infra/einvoice-stack.ts";
import { openApiDocument } from "../../shared/api/openapi.ts";
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

  it("describes every one of them, and no others", () => {
    const deployed = Object.values(sandbox.findResources("AWS::ApiGatewayV2::Route"))
      // The sandbox's own API is the government's, not ours.
      .filter(({ Properties }) => JSON.stringify(Properties.ApiId).includes("apihttp"))
      .map(({ Properties }) => Properties.RouteKey);
    const { paths } = openApiDocument("https://api.example.com");
    const described = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(["$default", ...described].sort()).toEqual(deployed.sort());
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
        AUDIT_TABLE: ["PutItem"],
        REQUESTS_TABLE: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"],
        DOCUMENTS_TABLE: ["BatchGetItem", "GetItem"],
        BLOBS_BUCKET: ["GetObject", "PutObject"],
        CLIENTS_TABLE: ["GetItem"],
        UPSTREAM_TABLE: ["GetItem", "UpdateItem"],
        DIRECT_QUEUE_URL: ["SendMessage"],
        QUEUED_QUEUE_URL: ["SendMessage"],
      },
      irpworker: {
        AUDIT_TABLE: ["PutItem"],
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
        DELIVERIES_TABLE: ["Query", "UpdateItem"],
        QUEUED_QUEUE_URL: ["SendMessage"],
        EVENT_BUS: ["PutEvents"],
        UPSTREAM_TABLE: ["GetItem"],
        LADDER: ["StartExecution"],
      },
      findrejected: {
        AUDIT_TABLE: ["PutItem"],
        DOCUMENTS_TABLE: ["GetItem", "UpdateItem"],
        EVENTS_TABLE: ["PutItem"],
        CLIENTS_TABLE: ["GetItem", "Scan"],
        EVENT_BUS: ["PutEvents"],
        ...CALLS,
      },
      taxpayer: { AUDIT_TABLE: ["PutItem"], CLIENTS_TABLE: ["GetItem"], ...CALLS },
      auditarchivearchiveaudit: {
        AUDIT_TABLE: ["GetItem", "PutItem", "Query"],
        CLIENTS_TABLE: ["Scan"],
        ARCHIVE_BUCKET: ["GetObject", "PutObject", "PutObjectRetention"],
      },
      deliveryfanout: {
        EVENTS_TABLE: ["GetItem", "UpdateItem"],
        WEBHOOKS_TABLE: ["Query"],
        ...OPENS,
        // Its dead-letter queue.
        "": ["SendMessage"],
      },
      deliverydeliverwebhook: {
        DELIVERIES_TABLE: ["GetItem", "UpdateItem"],
        WEBHOOKS_TABLE: ["GetItem", "UpdateItem"],
        EVENTS_TABLE: ["GetItem", "PutItem"],
        DATA_KEY: ["Decrypt"],
        EVENT_BUS: ["PutEvents"],
        LADDER: ["StartExecution"],
        // The queue that feeds it.
        "": CONSUMES,
      },
      webhooks: {
        AUDIT_TABLE: ["PutItem"],
        WEBHOOKS_TABLE: ["DeleteItem", "GetItem", "PutItem", "Query"],
        EVENTS_TABLE: ["BatchGetItem", "PutItem", "Query"],
        CLIENTS_TABLE: ["GetItem"],
        DATA_KEY: ["GenerateDataKey"],
        EVENT_BUS: ["PutEvents"],
        ...OPENS,
        DELIVERIES_TABLE: ["GetItem", "PutItem"],
      },
      events: {
        AUDIT_TABLE: ["PutItem"],
        EVENTS_TABLE: ["BatchGetItem", "GetItem", "Query"],
        WEBHOOKS_TABLE: ["GetItem"],
        CLIENTS_TABLE: ["GetItem"],
        ...OPENS,
        DELIVERIES_TABLE: ["BatchGetItem", "GetItem", "PutItem", "Query"],
      },
      oauth: { CLIENTS_TABLE: ["GetItem"], SIGNING_KEY_SECRET: ["GetSecretValue"] },
      rotatekeys: { CLIENTS_TABLE: ["GetItem", "PutItem"], SIGNING_KEY_SECRET: ["GetSecretValue", "PutSecretValue"] },
      validateinvoice: { AUDIT_TABLE: ["PutItem"], CLIENTS_TABLE: ["GetItem"] },
      readirn: {
        AUDIT_TABLE: ["PutItem"],
        DOCUMENTS_TABLE: ["BatchGetItem", "GetItem", "Query"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
      },
      printirn: {
        AUDIT_TABLE: ["PutItem"],
        DOCUMENTS_TABLE: ["GetItem"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
      },
      audit: {
        AUDIT_TABLE: ["PutItem", "Query"],
        DOCUMENTS_TABLE: ["GetItem"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
        UPSTREAM_SECRET: ["GetSecretValue"],
      },
      readrequest: {
        AUDIT_TABLE: ["PutItem"],
        REQUESTS_TABLE: ["BatchGetItem", "GetItem", "Query"],
        DOCUMENTS_TABLE: ["GetItem"],
        BLOBS_BUCKET: ["GetObject"],
        CLIENTS_TABLE: ["GetItem"],
        UPSTREAM_TABLE: ["GetItem"],
      },
    });
  });

  it("query an index each, and of the tables those of endpoints and audit records alone", () => {
    const policies = Object.entries(live.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>);
    const queried = policies.flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(({ Action }) => [Action].flat().includes("dynamodb:Query")).map(
        ({ Resource }) => {
          const [, table, index = ""] =
            /"storage([a-z]+)[0-9A-F]{8}","Arn"\](?:\},"(.*?)")?/.exec(JSON.stringify(Resource)) ?? [];
          return [id.replace(/fnServiceRole.*/, ""), `${table}${index}`];
        },
      ),
    );
    expect(queried.sort()).toEqual([
      ["audit", "audit"],
      ["audit", "audit/index/about"],
      ["auditarchivearchiveaudit", "audit"],
      ["deliveryfanout", "webhooks"],
      ["events", "deliveries/index/byEndpoint"],
      ["events", "deliveries/index/listed"],
      ["events", "events/index/listed"],
      ["readirn", "documents/index/listed"],
      ["readrequest", "requests/index/listed"],
      ["sweep", "deliveries/index/due"],
      ["sweep", "events/index/due"],
      ["sweep", "requests/index/due"],
      ["webhooks", "events/index/listed"],
      ["webhooks", "webhooks"],
    ]);
  });

  it("reach objects of their own kinds alone", () => {
    const policies = Object.entries(sandbox.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>);
    const reached = policies.flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => {
          const kind = /"(?:storageblobs|auditarchivebucket)\w+","Arn"\]\},"(.*?)"\]\]/.exec(
            JSON.stringify(Resource),
          )?.[1];
          return action.startsWith("s3:") ? [[id.replace(/fnServiceRole.*/, ""), action.slice(3), kind]] : [];
        }),
      ),
    );
    expect(reached.sort()).toEqual([
      ["audit", "GetObject", "/RESP/*"],
      ["auditarchivearchiveaudit", "GetObject", "/AUDIT/*"],
      ["auditarchivearchiveaudit", "PutObject", "/AUDIT/*"],
      ["auditarchivearchiveaudit", "PutObjectRetention", "/AUDIT/*"],
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

  it("keep endpoints for ever and let what has its time expire", () => {
    for (const table of ["storagerequests", "storagedocuments", "storageevents", "storagedeliveries", "storageaudit"])
      expect(tableNamed(live, table)).toMatchObject({
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      });
    expect(tableNamed(live, "storagewebhooks")).not.toHaveProperty("TimeToLiveSpecification");
  });
});

describe("the buckets", () => {
  it("are encrypted, closed to the public and to calls in the clear", () => {
    for (const template of [live, sandbox]) {
      template.resourceCountIs("AWS::S3::Bucket", 2);
      const all = {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      };
      template.allResourcesProperties("AWS::S3::Bucket", {
        PublicAccessBlockConfiguration: all,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      });
      template.allResourcesProperties("AWS::S3::BucketPolicy", {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: "s3:*",
              Effect: "Deny",
              Principal: { AWS: "*" },
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            }),
          ]),
        },
      });
    }
  });

  it("of a live stage keep every version and outlive the stack", () => {
    live.allResources("AWS::S3::Bucket", {
      DeletionPolicy: "Retain",
      Properties: { VersioningConfiguration: { Status: "Enabled" } },
    });
    sandbox.allResources("AWS::S3::Bucket", { DeletionPolicy: "Delete" });
  });

  it("lets payloads and answers expire after their items have, and nothing else", () => {
    const payloads = {
      Prefix: "PAY/",
      ExpirationInDays: 16,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Status: "Enabled",
    };
    // 72 months after at most 21, of 31 days each.
    const answers = { ...payloads, Prefix: "RESP/", ExpirationInDays: 2_883 };
    live.hasResourceProperties("AWS::S3::Bucket", { LifecycleConfiguration: { Rules: [payloads, answers] } });
  });
});

describe("the audit archive", () => {
  it("locks what it gets, and lets neither another version nor a delete marker hide it", () => {
    for (const template of [live, sandbox]) {
      template.hasResourceProperties("AWS::S3::Bucket", {
        ObjectLockEnabled: true,
        VersioningConfiguration: { Status: "Enabled" },
      });
      const everybody = { Effect: "Deny", Principal: { AWS: "*" } };
      template.hasResourceProperties("AWS::S3::BucketPolicy", {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ ...everybody, Action: "s3:DeleteObject" }),
            Match.objectLike({
              ...everybody,
              Action: "s3:PutObject",
              Condition: { Null: { "s3:if-none-match": "true" } },
            }),
          ]),
        },
      });
    }
  });

  it("lets objects expire when the longest lock of any is over", () => {
    live.hasResourceProperties("AWS::S3::Bucket", {
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({
            Prefix: "AUDIT/",
            ExpirationInDays: 2_883,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          }),
          Match.objectLike({ Prefix: "AUDIT/", ExpiredObjectDeleteMarker: true }),
        ],
      },
    });
  });

  it("of a live stage is locked for everybody, and archived by one at a time", () => {
    const archiver = (LOCK_MODE: string, concurrency: unknown) => ({
      Environment: {
        Variables: Match.objectLike({ LOCK_MODE, RETENTION_MONTHS: "72", SETTLES_SECONDS: "120" }),
      },
      ReservedConcurrentExecutions: concurrency,
      Timeout: 300,
    });
    live.hasResourceProperties("AWS::Lambda::Function", archiver("COMPLIANCE", 1));
    sandbox.hasResourceProperties("AWS::Lambda::Function", archiver("GOVERNANCE", Match.absent()));
    live.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "rate(5 minutes)" });
  });

  it("is told of in the outputs, for audit verify", () => {
    live.hasOutput("AuditTable", { Value: { Ref: Match.stringLikeRegexp("^storageaudit") } });
    live.hasOutput("ArchiveBucket", { Value: { Ref: Match.stringLikeRegexp("^auditarchivebucket") } });
    live.hasOutput("RetentionMonths", { Value: "72" });
    live.hasOutput("ArchiveAudit", { Value: { Ref: Match.stringLikeRegexp("^auditarchive") } });
  });
});

describe("the indexes of what is listed", () => {
  it.each([
    ["storagerequests", "createdAt", "listed", "listedBy"],
    ["storagedocuments", "listedAt", "listed", "listedBy"],
    ["storageevents", "listedAt", "listed", "listedBy"],
    ["storagedeliveries", "createdAt", "listed", "gstin"],
    ["storagedeliveries", "createdAt", "byEndpoint", "endpointId"],
  ])("hold keys alone, so that no later write is one to the index: %s by %s", (table, sortedBy, IndexName, of) => {
    expect(tableNamed(live, table)?.["GlobalSecondaryIndexes"]).toContainEqual({
      IndexName,
      KeySchema: [
        { AttributeName: of, KeyType: "HASH" },
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

  it("feed the workers in batches whose records fail one by one, each queue with its own ceiling", () => {
    const mappings = Object.values(live.findResources("AWS::Lambda::EventSourceMapping")).map(
      ({ Properties }) => Properties,
    );
    expect(mappings.map(({ ScalingConfig }) => ScalingConfig.MaximumConcurrency).sort()).toEqual([10, 100, 50]);
    for (const { FunctionResponseTypes, BatchSize } of mappings) {
      expect({ FunctionResponseTypes, BatchSize }).toEqual({
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        BatchSize: 10,
      });
    }
  });
});

describe("webhooks", () => {
  it("are queued in a standard queue, out of others' sight for longer than an attempt may take", () => {
    live.hasResourceProperties("AWS::SQS::Queue", {
      QueueName: "einvoice-live-deliveries",
      FifoQueue: Match.absent(),
      VisibilityTimeout: 90,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
    live.hasResourceProperties("AWS::SQS::Queue", { QueueName: "einvoice-live-deliveries-dead" });
    live.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("Webhooks arrive late"),
      Timeout: 30,
    });
  });

  it("climb a ladder that waits as long as it is told, has the attempt made, and goes on until it is over", () => {
    const [definition] = ladders(live);
    expect(definition).toMatchObject({
      StartAt: "Wait",
      States: {
        Wait: { Type: "Wait", SecondsPath: "$.waitSeconds", Next: "Attempt" },
        Attempt: {
          Type: "Task",
          Resource: "arn::states:::lambda:invoke",
          Parameters: { "Payload.$": "$" },
          OutputPath: "$.Payload",
          Retry: [{ ErrorEquals: ["States.ALL"] }],
          Next: "Is it over?",
        },
        "Is it over?": { Choices: [{ Variable: "$.isOver", BooleanEquals: false, Next: "Wait" }], Default: "Over" },
        Over: { Type: "Succeed" },
      },
    });
    live.hasResourceProperties("AWS::StepFunctions::StateMachine", { StateMachineType: "STANDARD" });
  });

  it("give the ladder up to the sweeper before that takes the delivery for lost", () => {
    const { MaxAttempts, IntervalSeconds, BackoffRate } = ladders(live)[0]?.States.Attempt.Retry[0] ?? {};
    const pauses = Array.from({ length: MaxAttempts }, (_, n) => IntervalSeconds * BackoffRate ** n);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(5 * 60);
  });

  it("let the ladder call the one function, and nothing else", () => {
    const granted = Object.values(live.findResources("AWS::IAM::Policy") as Record<string, PolicyResource>)
      .filter(({ Properties: { Roles } }) => Roles.some(({ Ref }) => Ref.startsWith("deliveryladderrole")))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const Resource = { "Fn::GetAtt": [expect.stringMatching(/^deliverydeliverwebhookfn/), "Arn"] };
    expect(granted).toEqual([{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource }]);
  });

  it("keep what the bus and the fan-out could not deliver", () => {
    const dead = { "Fn::GetAtt": [Match.stringLikeRegexp("^deliveryfanoutdead"), "Arn"] };
    live.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: ["einvoice"] },
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: dead } })],
    });
    live.hasResourceProperties("AWS::Lambda::Function", { DeadLetterConfig: { TargetArn: dead } });
  });

  it("reach public servers by https alone, and are made for nowhere else", () => {
    for (const template of [live, sandbox]) {
      const reaches = Object.values(template.findResources("AWS::Lambda::Function") as Record<string, LambdaResource>)
        .map(({ Properties }) => Properties.Environment?.Variables["REACH"])
        .filter((reach) => reach !== undefined);
      const REACH = JSON.stringify({ schemes: ["https"], ports: [443, 8443], addresses: "public" });
      expect(reaches).toEqual([REACH, REACH]);
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
/** What it takes to open deliveries and have them attempted. */
const OPENS = {
  DELIVERIES_TABLE: ["PutItem"],
  DELIVERY_QUEUE_URL: ["SendMessage"],
  LADDER: ["StartExecution"],
};
const CONSUMES = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"];

function tableNamed(template: Template, prefix: string) {
  const found = Object.entries(template.findResources("AWS::DynamoDB::Table")).find(([id]) => id.startsWith(prefix));
  return found?.[1].Properties;
}

/** The definitions of the state machines; what they refer to is left out. */
function ladders(template: Template) {
  return Object.values(template.findResources("AWS::StepFunctions::StateMachine")).map(({ Properties }) => {
    const parts: unknown[] = Properties.DefinitionString["Fn::Join"][1];
    return JSON.parse(parts.map((part) => (typeof part === "string" ? part : "")).join(""));
  });
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
