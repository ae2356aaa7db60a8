import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";
import type { ServiceFunction } from "./service-function.ts";

/** The queue of one flow, FIFO by GSTIN. Its dead-letter queue takes what cannot be parsed: the worker decides everything else. */
export class FlowQueue extends Construct {
  readonly queue: Queue;
  private readonly workers: number;

  constructor(scope: Construct, flow: "direct" | "queued", stage: Stage) {
    super(scope, `${flow}-queue`);
    const fifo = {
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    };
    const dead = new Queue(this, "dead", { ...fifo, queueName: `einvoice-${stage.name}-${flow}-dead.fifo` });
    this.queue = new Queue(this, "queue", {
      ...fifo,
      queueName: `einvoice-${stage.name}-${flow}.fifo`,
      visibilityTimeout: Duration.seconds(60),
      deadLetterQueue: { queue: dead, maxReceiveCount: 1000 },
    });
    this.workers = stage.workers[flow];
  }

  /** One mapping per queue, each with its own maximum concurrency, so that neither flow starves the other. */
  feeds(worker: ServiceFunction): void {
    worker.fn.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: this.workers }),
    );
  }
}
