import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  type GlobalSecondaryIndexProps,
  ProjectionType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { BlobKind } from "../../shared/blobs.ts";
import type { Stage } from "../config.ts";

/** The sparse index of what is due at a time: only rows that wait for it have both attributes. */
export const DUE_INDEX = "due";

/**
 * The sparse index of what a GSTIN may list: accepted requests and deliveries by their time, registered documents by their date,
 * events by when they were put.
 */
export const LISTED_INDEX = "listed";

/** What went to one endpoint. */
export const BY_ENDPOINT_INDEX = "byEndpoint";

/** What the audit trail has of what was done with one document. */
export const ABOUT_INDEX = "about";

function dueIndex(shard: string, due: string): GlobalSecondaryIndexProps {
  return {
    indexName: DUE_INDEX,
    partitionKey: { name: shard, type: AttributeType.STRING },
    sortKey: { name: due, type: AttributeType.NUMBER },
  };
}

/** Whole records: they are never changed, and an evidence pack wants all of them. */
function aboutIndex(): GlobalSecondaryIndexProps {
  return {
    indexName: ABOUT_INDEX,
    partitionKey: { name: "about", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
    projectionType: ProjectionType.ALL,
  };
}

/** Keys alone: what happens later to what is listed is no write to the index. */
function listedIndex(sortedBy: string, indexName = LISTED_INDEX, of = "listedBy"): GlobalSecondaryIndexProps {
  return {
    indexName,
    partitionKey: { name: of, type: AttributeType.STRING },
    sortKey: { name: sortedBy, type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  };
}

/** A payload's item expires a day earlier, so that none refers to nothing. */
const PAYLOAD_LIFE = Duration.days(16);

/** From 1 April, a financial year's first day, it is 21 months to 31 December of the next year. */
const MONTHS_BEFORE_RETENTION = 21;
const LONGEST_MONTH_DAYS = 31;

/** No object refers to an item that expired earlier, and no item to an object that did. */
export function longest({ retentionMonths }: Stage): Duration {
  return Duration.days((retentionMonths + MONTHS_BEFORE_RETENTION) * LONGEST_MONTH_DAYS);
}

/** The tables: on demand, encrypted, recoverable to any second of the last 35 days; and a bucket for what fits no item. */
export class Storage extends Construct {
  /** REQ and PAY: idempotency records, payloads, the backlog. */
  readonly requests: Table;
  /** DOC, RESP and EWB: documents, the lock on each, frozen answers, of which document an e-way bill is. */
  readonly documents: Table;
  /** What happened, 30 days long. */
  readonly events: Table;
  /** Where GSTINs have their events sent. */
  readonly webhooks: Table;
  /** Which event went to which endpoint, and how, 30 days long. */
  readonly deliveries: Table;
  /** Who called, what was sent to the portals, what came of it: as long as the law wants it kept. */
  readonly audit: Table;
  /** OAuth clients, portal users, published keys. */
  readonly clients: Table;
  /** What all workers know of the upstream: sessions, circuits, error counts. */
  readonly upstream: Table;
  /** Payloads and frozen answers that fit no item, each kind under its name. */
  readonly blobs: Bucket;
  private readonly stage: Stage;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "storage");
    this.stage = stage;
    this.requests = this.table("requests", { sortKey: true, ttl: "expiresAt" });
    this.requests.addGlobalSecondaryIndex(dueIndex("sweepShard", "sweepAt"));
    this.requests.addGlobalSecondaryIndex(listedIndex("createdAt"));
    this.documents = this.table("documents", { sortKey: false, ttl: "expiresAt" });
    this.documents.addGlobalSecondaryIndex(listedIndex("listedAt"));
    this.events = this.table("events", { sortKey: true, ttl: "expiresAt" });
    this.events.addGlobalSecondaryIndex(dueIndex("dispatchShard", "dispatchAt"));
    this.events.addGlobalSecondaryIndex(listedIndex("listedAt"));
    this.webhooks = this.table("webhooks", { sortKey: true });
    this.deliveries = this.table("deliveries", { sortKey: true, ttl: "expiresAt" });
    this.deliveries.addGlobalSecondaryIndex(dueIndex("dueShard", "nextAt"));
    this.deliveries.addGlobalSecondaryIndex(listedIndex("createdAt", LISTED_INDEX, "gstin"));
    this.deliveries.addGlobalSecondaryIndex(listedIndex("createdAt", BY_ENDPOINT_INDEX, "endpointId"));
    this.audit = this.table("audit", { sortKey: true, ttl: "expiresAt" });
    this.audit.addGlobalSecondaryIndex(aboutIndex());
    this.clients = this.table("clients", { sortKey: false, ttl: "expiresAt" });
    this.upstream = this.table("upstream", { sortKey: false, ttl: "expiresAt" });
    this.blobs = this.bucket("blobs");
  }

  /** Of a test stage it can be deleted once it is empty, which nobody does for its owner. */
  private bucket(name: string): Bucket {
    const payloads: BlobKind = "PAY";
    const answers: BlobKind = "RESP";
    return new Bucket(this, name, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: this.stage.keepData,
      lifecycleRules: [
        { prefix: `${payloads}/`, expiration: PAYLOAD_LIFE, noncurrentVersionExpiration: Duration.days(1) },
        { prefix: `${answers}/`, expiration: longest(this.stage), noncurrentVersionExpiration: Duration.days(1) },
      ],
      removalPolicy: this.stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
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
