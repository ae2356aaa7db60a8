import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { BlobKind } from "../../shared/blobs.ts";
import { bundleFolder } from "../bundle.ts";
import type { Stage } from "../config.ts";
import type { Ladder } from "./ladder.ts";
import { DUE_INDEX, LISTED_INDEX } from "./storage.ts";

interface ServiceFunctionProps {
  readonly stage: Stage;
  /** Who is hurt, and how, when this function fails: the text of its alarm. */
  readonly errorImpact: string;
  readonly timeout?: Duration;
  readonly memoryMb?: number;
  readonly environment?: Record<string, string>;
  /** Takes what it was invoked with and failed on, where nobody waits for its answer. */
  readonly deadLetters?: Queue;
  /** How many of it may run at once, kept free for it of what the account may run. */
  readonly concurrency?: number;
}

/** A Lambda function whose code is functions/<name>/. Each grant is a list of actions, given together with the variable that names the resource. */
export class ServiceFunction extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, name: string, props: ServiceFunctionProps) {
    super(scope, name);
    const {
      stage,
      errorImpact,
      timeout = Duration.seconds(10),
      memoryMb = 512,
      environment = {},
      deadLetters,
      concurrency,
    } = props;
    const logGroup = new LogGroup(this, "logs", {
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.fn = new LambdaFunction(this, "fn", {
      code: Code.fromAsset(bundleFolder(name)),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      description: `If it fails: ${errorImpact}`,
      timeout,
      memorySize: memoryMb,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      environment,
      ...(deadLetters && { deadLetterQueue: deadLetters }),
      ...(concurrency && { reservedConcurrentExecutions: concurrency }),
    });
  }

  /** DynamoDB actions on one table, without the `dynamodb:`. */
  uses(table: Table, variable: string, ...actions: [string, ...string[]]): this {
    return this.may("dynamodb", actions, table.tableArn, variable, table.tableName);
  }

  /** DynamoDB actions on one table, and the look at what is due in it. */
  sweeps(table: Table, variable: string, ...actions: [string, ...string[]]): this {
    return this.queries(table, DUE_INDEX).uses(table, variable, ...actions);
  }

  /** DynamoDB actions on one table, and the look at what is listed in it. */
  lists(table: Table, variable: string, ...actions: [string, ...string[]]): this {
    return this.queries(table, LISTED_INDEX).uses(table, variable, ...actions);
  }

  /** Writes audit records. None reads them, but for those who show or archive them. */
  audits(table: Table, { retentionMonths }: Stage): this {
    this.fn.addEnvironment("RETENTION_MONTHS", String(retentionMonths));
    return this.uses(table, "AUDIT_TABLE", "PutItem");
  }

  /** S3 actions on the objects of one kind in a bucket, without the `s3:`. */
  keeps(bucket: Bucket, variable: string, kind: BlobKind, ...actions: [string, ...string[]]): this {
    return this.may("s3", actions, bucket.arnForObjects(`${kind}/*`), variable, bucket.bucketName);
  }

  /** S3 actions on the objects of one kind in the audit archive, without the `s3:`. */
  archives(bucket: Bucket, variable: string, kind: string, ...actions: [string, ...string[]]): this {
    return this.may("s3", actions, bucket.arnForObjects(`${kind}/*`), variable, bucket.bucketName);
  }

  /** SQS actions on one queue, without the `sqs:`. */
  queues(queue: Queue, variable: string, ...actions: [string, ...string[]]): this {
    return this.may("sqs", actions, queue.queueArn, variable, queue.queueUrl);
  }

  publishes(bus: EventBus, variable: string): this {
    return this.may("events", ["PutEvents"], bus.eventBusArn, variable, bus.eventBusName);
  }

  /** Secrets Manager actions on one secret, without the `secretsmanager:`. */
  knows(secret: CfnSecret, variable: string, ...actions: [string, ...string[]]): this {
    return this.may("secretsmanager", actions, secret.ref, variable, secret.ref);
  }

  /** KMS actions on one key, without the `kms:`. The key's own policy leaves it to the account's. */
  seals(key: Key, variable: string, ...actions: [string, ...string[]]): this {
    return this.may("kms", actions, key.keyArn, variable, key.keyArn);
  }

  /** Starts executions of the ladder's state machine. */
  climbs({ arn }: Ladder, variable: string): this {
    return this.may("states", ["StartExecution"], arn, variable, arn);
  }

  /** The look into one index of a table, beside what is due or listed. */
  queries(table: Table, index: string): this {
    this.fn.addToRolePolicy(
      new PolicyStatement({ actions: ["dynamodb:Query"], resources: [`${table.tableArn}/index/${index}`] }),
    );
    return this;
  }

  private may(service: string, actions: readonly string[], arn: string, variable: string, value: string): this {
    this.fn.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [arn] }),
    );
    this.fn.addEnvironment(variable, value);
    return this;
  }
}
