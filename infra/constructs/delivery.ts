import { Duration } from "aws-cdk-lib";
import { type EventBus, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../../shared/event/event.ts";
import type { Stage } from "../config.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import { Ladder } from "./ladder.ts";
import { ServiceFunction } from "./service-function.ts";
import type { Storage } from "./storage.ts";

interface DeliveryProps {
  readonly storage: Storage;
  readonly bus: EventBus;
  /** Sealed the endpoints' secrets. */
  readonly dataKey: Key;
}

/** From the bus to the customers' servers: bus ▸ fan-out ▸ queue ▸ deliver-webhook ▸ ladder ▸ deliver-webhook. */
export class Delivery extends Construct {
  private readonly queue: DeliveryQueue;
  private readonly ladder: Ladder;

  constructor(scope: Construct, stage: Stage, { storage, bus, dataKey }: DeliveryProps) {
    super(scope, "delivery");
    this.queue = new DeliveryQueue(this, stage);
    this.ladder = new Ladder(this, stage);

    const deliver = new ServiceFunction(this, "deliver-webhook", {
      stage,
      errorImpact: "Webhooks arrive late.",
      timeout: Duration.seconds(30),
      environment: { REACH: JSON.stringify(stage.webhooks) },
    })
      .uses(storage.deliveries, "DELIVERIES_TABLE", "GetItem", "UpdateItem")
      .uses(storage.webhooks, "WEBHOOKS_TABLE", "GetItem", "UpdateItem")
      .uses(storage.events, "EVENTS_TABLE", "GetItem", "PutItem")
      .seals(dataKey, "DATA_KEY", "Decrypt")
      .publishes(bus, "EVENT_BUS")
      .climbs(this.ladder, "LADDER");
    this.queue.feeds(deliver);
    this.ladder.isClimbedBy(deliver);

    const dead = new Queue(this, "fan-out-dead", {
      queueName: `einvoice-${stage.name}-fan-out-dead`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const fanOut = new ServiceFunction(this, "fan-out", {
      stage,
      errorImpact: "Events reach nobody until the sweeper tells them again.",
      deadLetters: dead,
    })
      .uses(storage.events, "EVENTS_TABLE", "GetItem", "UpdateItem")
      .uses(storage.webhooks, "WEBHOOKS_TABLE", "Query");
    this.opensFrom(fanOut, storage);
    new Rule(this, "events", {
      eventBus: bus,
      eventPattern: { source: [EVENT_SOURCE] },
      targets: [new LambdaTarget(fanOut.fn, { deadLetterQueue: dead })],
    });
  }

  /** The function opens deliveries and has their first attempts made. */
  opensFrom(fn: ServiceFunction, storage: Storage): void {
    fn.uses(storage.deliveries, "DELIVERIES_TABLE", "PutItem").queues(
      this.queue.queue,
      "DELIVERY_QUEUE_URL",
      "SendMessage",
    );
    this.takenUpBy(fn);
  }

  /** The function starts executions of the ladder. */
  takenUpBy(fn: ServiceFunction): void {
    fn.climbs(this.ladder, "LADDER");
  }
}
