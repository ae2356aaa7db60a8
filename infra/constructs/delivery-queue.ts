import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";
import type { ServiceFunction } from "./service-function.ts";

/**
 * First attempts: a standard queue, which is fair between the groups that its messages name. What lies in it for long was taken
 * up by the sweeper meanwhile; its dead-letter queue shows what could not be worked on.
 */
export class DeliveryQueue extends Construct {
  readonly queue: Queue;
  private readonly workers: number;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "delivery-queue");
    const standard = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    const dead = new Queue(this, "dead", {
      ...standard,
      queueName: `einvoice-${stage.name}-deliveries-dead`,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, "queue", {
      ...standard,
      queueName: `einvoice-${stage.name}-deliveries`,
      retentionPeriod: Duration.days(1),
      // An attempt takes 15 s, and the function no more than 30: nobody else gets the message meanwhile.
      visibilityTimeout: Duration.seconds(90),
      deadLetterQueue: { queue: dead, maxReceiveCount: 5 },
    });
    this.workers = stage.workers.deliveries;
  }

  feeds(worker: ServiceFunction): void {
    worker.fn.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: this.workers }),
    );
  }
}
