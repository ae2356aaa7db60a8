import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";
import { ServiceFunction } from "./service-function.ts";
import { longest, type Storage } from "./storage.ts";

/** The kind of the archive's objects, the first part of their keys. */
const AUDIT = "AUDIT";

/** Every five minutes the new audit records of each GSTIN, as the next link of its chain, into a bucket that forgets nothing before its time. */
export class AuditArchive extends Construct {
  constructor(scope: Construct, stage: Stage, storage: Storage) {
    super(scope, "audit-archive");
    const bucket = this.bucket(stage);
    const { lock, settlesSeconds, isAlone } = stage.archive;
    const archiver = new ServiceFunction(this, "archive-audit", {
      stage,
      errorImpact: "Audit records are in the table alone, where a change does not show.",
      timeout: Duration.minutes(5),
      ...(isAlone && { concurrency: 1 }),
      environment: {
        LOCK_MODE: lock,
        SETTLES_SECONDS: String(settlesSeconds),
        RETENTION_MONTHS: String(stage.retentionMonths),
      },
    })
      .uses(storage.audit, "AUDIT_TABLE", "GetItem", "PutItem", "Query")
      .uses(storage.clients, "CLIENTS_TABLE", "Scan")
      .archives(bucket, "ARCHIVE_BUCKET", AUDIT, "GetObject", "PutObject", "PutObjectRetention");
    new Rule(this, "every-five-minutes", {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaTarget(archiver.fn)],
    });
    const outputs = {
      AuditTable: storage.audit.tableName,
      ArchiveBucket: bucket.bucketName,
      RetentionMonths: String(stage.retentionMonths),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(scope, name, { value });
    new CfnOutput(scope, "ArchiveAudit", { value: archiver.fn.functionName, description: "Invoke it for a round now" });
  }

  /** Of a test stage it can be deleted once it is empty, which takes the right to undo locks. */
  private bucket(stage: Stage): Bucket {
    const bucket = new Bucket(this, "bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectLockEnabled: true,
      versioned: true,
      lifecycleRules: [
        // What is locked stays until its lock is over, whatever a lifecycle says.
        { prefix: `${AUDIT}/`, expiration: longest(stage), noncurrentVersionExpiration: Duration.days(1) },
        { prefix: `${AUDIT}/`, expiredObjectDeleteMarker: true },
      ],
      removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // A lock keeps a version, not the key: neither another version nor a delete marker may hide what is locked.
    const everybody = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources: [bucket.arnForObjects("*")] };
    bucket.addToResourcePolicy(new PolicyStatement({ ...everybody, actions: ["s3:DeleteObject"] }));
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...everybody,
        actions: ["s3:PutObject"],
        conditions: { Null: { "s3:if-none-match": "true" } },
      }),
    );
    return bucket;
  }
}
