import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  type GlobalSecondaryIndexProps,
  ProjectionType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";

/** The sparse index of what is due at a time: only rows that wait for it have both attributes. */
export const DUE_INDEX = "due";

/** The sparse index of accepted requests by GSTIN and time: claims are not listed. */
export const LISTED_INDEX = "listed";

function dueIndex(shard: string, due: string): GlobalSecondaryIndexProps {
  return {
    indexName: DUE_INDEX,
    partitionKey: { name: shard, type: AttributeType.STRING },
    sortKey: { name: due, type: AttributeType.NUMBER },
  };
}

/** Keys alone: what happens to a request later is no write to the index. */
const LISTED: GlobalSecondaryIndexProps = {
  indexName: LISTED_INDEX,
  partitionKey: { name: "listedBy", type: AttributeType.STRING },
  sortKey: { name: "createdAt", type: AttributeType.STRING },
  projectionType: ProjectionType.KEYS_ONLY,
};

/** The tables: on demand, encrypted, recoverable to any second of the last 35 days. */
export class Storage extends Construct {
  /** REQ and PAY: idempotency records, payloads, the backlog. */
  readonly requests: Table;
  /** DOC and RESP: documents, the lock on each, frozen answers. */
  readonly documents: Table;
  /** What happened, 30 days long. */
  readonly events: Table;
  /** OAuth clients, portal users, published keys. */
  readonly clients: Table;
  /** What all workers know of the upstream: sessions, circuits, error counts. */
  readonly upstream: Table;
  private readonly stage: Stage;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "storage");
    this.stage = stage;
    this.requests = this.table("requests", { sortKey: true, ttl: "expiresAt" });
    this.requests.addGlobalSecondaryIndex(dueIndex("sweepShard", "sweepAt"));
    this.requests.addGlobalSecondaryIndex(LISTED);
    this.documents = this.table("documents", { sortKey: false });
    this.events = this.table("events", { sortKey: true, ttl: "expiresAt" });
    this.events.addGlobalSecondaryIndex(dueIndex("dispatchShard", "dispatchAt"));
    this.clients = this.table("clients", { sortKey: false, ttl: "expiresAt" });
    this.upstream = this.table("upstream", { sortKey: false, ttl: "expiresAt" });
  }

  table(name: string, { sortKey, ttl }: { sortKey: boolean; ttl?: string }): Table {
    return new Table(this, name, {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      ...(sortKey ? { sortKey: { name: "sk", type: AttributeType.STRING } } : {}),
      ...(ttl ? { timeToLiveAttribute: ttl } : {}),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: this.stage.keepData,
      removalPolicy: this.stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
