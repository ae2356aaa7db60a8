import { CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { EventBus, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { Key } from "aws-cdk-lib/aws-kms";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { SANDBOX_CLIENT } from "../shared/sandbox/accounts.ts";
import type { Stage } from "./config.ts";
import { Api } from "./constructs/api.ts";
import { AuditArchive } from "./constructs/audit-archive.ts";
import { Delivery } from "./constructs/delivery.ts";
import { FlowQueue } from "./constructs/flow-queue.ts";
import { Sandbox } from "./constructs/sandbox.ts";
import { ServiceFunction } from "./constructs/service-function.ts";
import { ABOUT_INDEX, BY_ENDPOINT_INDEX, Storage } from "./constructs/storage.ts";

/** One stage of the product: client ▸ API ▸ submit ▸ queues ▸ irp-worker ▸ IRP, and behind it the event bus ▸ delivery ▸ webhooks. */
export class EinvoiceStack extends Stack {
  constructor(scope: Construct, stage: Stage) {
    super(scope, `einvoice-${stage.name}`, { description: `E-Invoice API, stage ${stage.name} (${stage.mode})` });
    const api = new Api(this, stage);
    const storage = new Storage(this, stage);
    const direct = new FlowQueue(this, "direct", stage);
    const queued = new FlowQueue(this, "queued", stage);
    const bus = new EventBus(this, "bus", { eventBusName: `einvoice-${stage.name}` });
    const sandbox = stage.portals === "sandbox" ? new Sandbox(this, stage, storage) : undefined;
    const portals = sandbox?.portals ?? stage.portals;
    const ISSUER = api.url;
    const POLICY = JSON.stringify(stage.policy);
    const UPSTREAM = this.toJsonString({ portals, ...stage.upstream });

    // Without a value at first: rotate-keys makes the key.
    const signingKey = new CfnSecret(this, "signing-key", { description: "Signs access tokens" });
    const upstream = this.upstreamSecret(sandbox);
    const dataKey = new Key(this, "data-key", {
      description: "Wraps the keys that seal portal sessions, passwords and the secrets of webhooks",
      enableKeyRotation: true,
      // Without the key what it sealed is lost, so it lives as long as the tables.
      removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });

    // What every function needs that calls the portals: their users, sessions, circuits and budgets.
    const calling = { MODE: stage.mode, UPSTREAM, POLICY };
    const mayCall = (caller: ServiceFunction) =>
      caller
        .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
        .uses(storage.upstream, "UPSTREAM_TABLE", "GetItem", "PutItem", "UpdateItem")
        .knows(upstream, "UPSTREAM_SECRET", "GetSecretValue")
        .seals(dataKey, "DATA_KEY", "GenerateDataKey", "Decrypt")
        .audits(storage.audit, stage);

    const oauth = new ServiceFunction(this, "oauth", {
      stage,
      errorImpact: "Nobody gets an access token.",
      environment: { ISSUER },
    })
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
      .knows(signingKey, "SIGNING_KEY_SECRET", "GetSecretValue");

    const rotateKeys = new ServiceFunction(this, "rotate-keys", { stage, errorImpact: "No key signs access tokens." })
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem", "PutItem")
      .knows(signingKey, "SIGNING_KEY_SECRET", "GetSecretValue", "PutSecretValue");
    const firstKey = new CustomResource(this, "first-signing-key", {
      resourceType: "Custom::SigningKey",
      serviceToken: rotateKeys.fn.functionArn,
      serviceTimeout: Duration.minutes(2),
    });
    // The role's policy is a resource of its own, which CloudFormation would otherwise make at any time.
    firstKey.node.addDependency(rotateKeys);

    const submit = new ServiceFunction(this, "submit", {
      stage,
      errorImpact: "Suppliers cannot register invoices.",
      timeout: Duration.seconds(29),
      memoryMb: 1024,
      environment: { ISSUER, MODE: stage.mode, UPSTREAM, POLICY, LONG_WAITS: String(stage.longWaits) },
    })
      .audits(storage.audit, stage)
      .uses(storage.requests, "REQUESTS_TABLE", "BatchGetItem", "GetItem", "PutItem", "UpdateItem", "DeleteItem")
      .uses(storage.documents, "DOCUMENTS_TABLE", "BatchGetItem", "GetItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "PAY", "PutObject")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
      .uses(storage.upstream, "UPSTREAM_TABLE", "GetItem", "UpdateItem")
      .queues(direct.queue, "DIRECT_QUEUE_URL", "SendMessage")
      .queues(queued.queue, "QUEUED_QUEUE_URL", "SendMessage");

    const validateInvoice = new ServiceFunction(this, "validate-invoice", {
      stage,
      errorImpact: "Nobody can try a document before sending it.",
      memoryMb: 1024,
      environment: { ISSUER },
    })
      .audits(storage.audit, stage)
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem");

    const worker = new ServiceFunction(this, "irp-worker", {
      stage,
      errorImpact: "Accepted invoices wait and are not registered.",
      timeout: Duration.seconds(45),
      memoryMb: 1024,
      environment: calling,
    })
      .uses(storage.requests, "REQUESTS_TABLE", "BatchGetItem", "GetItem", "UpdateItem")
      .uses(storage.documents, "DOCUMENTS_TABLE", "GetItem", "PutItem", "UpdateItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "PAY", "GetObject")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject", "PutObject")
      .uses(storage.events, "EVENTS_TABLE", "PutItem")
      .queues(direct.queue, "DIRECT_QUEUE_URL", "ChangeMessageVisibility")
      .queues(queued.queue, "QUEUED_QUEUE_URL", "ChangeMessageVisibility")
      .publishes(bus, "EVENT_BUS");
    mayCall(worker);
    direct.feeds(worker);
    queued.feeds(worker);

    const sweep = new ServiceFunction(this, "sweep", {
      stage,
      errorImpact:
        "Accepted requests and webhooks that wait or were lost on the way are not taken up again, and events not told again.",
      timeout: Duration.seconds(50),
      environment: { POLICY },
    })
      .sweeps(storage.requests, "REQUESTS_TABLE", "UpdateItem")
      .sweeps(storage.events, "EVENTS_TABLE", "UpdateItem")
      .uses(storage.upstream, "UPSTREAM_TABLE", "GetItem")
      .sweeps(storage.deliveries, "DELIVERIES_TABLE", "UpdateItem")
      .queues(queued.queue, "QUEUED_QUEUE_URL", "SendMessage")
      .publishes(bus, "EVENT_BUS");
    new Rule(this, "every-minute", {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(sweep.fn)],
    });

    const findRejected = new ServiceFunction(this, "find-rejected", {
      stage,
      errorImpact: "Suppliers do not learn which of their documents the registry rejected later.",
      timeout: Duration.minutes(15),
      environment: calling,
    })
      .uses(storage.documents, "DOCUMENTS_TABLE", "GetItem", "UpdateItem")
      .uses(storage.events, "EVENTS_TABLE", "PutItem")
      .uses(storage.clients, "CLIENTS_TABLE", "Scan")
      .publishes(bus, "EVENT_BUS");
    mayCall(findRejected);
    new Rule(this, "every-night", {
      // In UTC: 03:30 in India, when the day that is asked for is over and the portals have little to do.
      schedule: Schedule.cron({ minute: "0", hour: "22" }),
      targets: [new LambdaTarget(findRejected.fn)],
    });

    new AuditArchive(this, stage, storage);

    const delivery = new Delivery(this, stage, { storage, bus, dataKey });
    delivery.takenUpBy(sweep);
    const REACH = JSON.stringify(stage.webhooks);

    const webhooks = new ServiceFunction(this, "webhooks", {
      stage,
      errorImpact: "Nobody can set up, test or recover webhooks.",
      timeout: Duration.seconds(29),
      environment: { ISSUER, MODE: stage.mode, REACH },
    })
      .audits(storage.audit, stage)
      .uses(storage.webhooks, "WEBHOOKS_TABLE", "DeleteItem", "GetItem", "PutItem", "Query")
      .lists(storage.events, "EVENTS_TABLE", "BatchGetItem", "PutItem")
      .uses(storage.deliveries, "DELIVERIES_TABLE", "GetItem")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
      .seals(dataKey, "DATA_KEY", "GenerateDataKey")
      .publishes(bus, "EVENT_BUS");
    delivery.opensFrom(webhooks, storage);

    const events = new ServiceFunction(this, "events", {
      stage,
      errorImpact: "Nobody can list events and deliveries, nor have one sent again.",
      environment: { ISSUER },
    })
      .audits(storage.audit, stage)
      .lists(storage.events, "EVENTS_TABLE", "BatchGetItem", "GetItem")
      .lists(storage.deliveries, "DELIVERIES_TABLE", "BatchGetItem", "GetItem")
      .queries(storage.deliveries, BY_ENDPOINT_INDEX)
      .uses(storage.webhooks, "WEBHOOKS_TABLE", "GetItem")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem");
    delivery.opensFrom(events, storage);

    const readIrn = new ServiceFunction(this, "read-irn", {
      stage,
      errorImpact: "Nobody can read documents.",
      environment: { ISSUER, MODE: stage.mode },
    })
      .audits(storage.audit, stage)
      .lists(storage.documents, "DOCUMENTS_TABLE", "BatchGetItem", "GetItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem");

    const printIrn = new ServiceFunction(this, "print-irn", {
      stage,
      errorImpact: "Nobody gets invoices as PDF, nor the QR code to print on one.",
      // A thousand lines take most of a second, and twice that at first.
      timeout: Duration.seconds(29),
      memoryMb: 1024,
      environment: { ISSUER, MODE: stage.mode },
    })
      .audits(storage.audit, stage)
      .uses(storage.documents, "DOCUMENTS_TABLE", "GetItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem");

    const audit = new ServiceFunction(this, "audit", {
      stage,
      errorImpact: "Nobody can read the audit trail, nor what proves a document.",
      memoryMb: 1024,
      environment: { ISSUER },
    })
      .audits(storage.audit, stage)
      .uses(storage.audit, "AUDIT_TABLE", "Query")
      .queries(storage.audit, ABOUT_INDEX)
      .uses(storage.documents, "DOCUMENTS_TABLE", "GetItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
      .knows(upstream, "UPSTREAM_SECRET", "GetSecretValue");

    const readRequest = new ServiceFunction(this, "read-request", {
      stage,
      errorImpact: "Callers cannot learn the outcome of accepted requests, nor what is left of their budget.",
      environment: { ISSUER, POLICY },
    })
      .audits(storage.audit, stage)
      .lists(storage.requests, "REQUESTS_TABLE", "BatchGetItem", "GetItem")
      .uses(storage.documents, "DOCUMENTS_TABLE", "GetItem")
      .keeps(storage.blobs, "BLOBS_BUCKET", "RESP", "GetObject")
      .uses(storage.clients, "CLIENTS_TABLE", "GetItem")
      .uses(storage.upstream, "UPSTREAM_TABLE", "GetItem");

    const taxpayer = new ServiceFunction(this, "taxpayer", {
      stage,
      errorImpact: "Nobody can look up a taxpayer.",
      timeout: Duration.seconds(29),
      memoryMb: 1024,
      environment: { ISSUER, ...calling },
    });
    mayCall(taxpayer);

    const health = new ServiceFunction(this, "health", { stage, errorImpact: "Monitors believe the API is down." });
    const notFound = new ServiceFunction(this, "not-found", {
      stage,
      errorImpact: "Wrong paths are answered 500, not 404.",
    });
    const docs = new ServiceFunction(this, "docs", {
      stage,
      errorImpact: "Nobody can read the documentation, nor look up what a problem means.",
      memoryMb: 1024,
      environment: { ISSUER },
    });
    api.serve(
      {
        health,
        docs,
        oauth,
        submit,
        "validate-invoice": validateInvoice,
        "read-irn": readIrn,
        "print-irn": printIrn,
        "read-request": readRequest,
        taxpayer,
        webhooks,
        events,
        audit,
      },
      notFound,
    );

    new CfnOutput(this, "ApiUrl", { value: api.url });
    new CfnOutput(this, "ClientsTable", { value: storage.clients.tableName });
    new CfnOutput(this, "UpstreamTable", { value: storage.upstream.tableName });
    new CfnOutput(this, "Policy", { value: POLICY, description: "What holds for a GSTIN without a policy of its own" });
    new CfnOutput(this, "DataKey", { value: dataKey.keyArn });
    new CfnOutput(this, "FindRejected", {
      value: findRejected.fn.functionName,
      description: "Invoke it for a round now",
    });
    new CfnOutput(this, "Mode", { value: stage.mode });
    if (sandbox) new CfnOutput(this, "IrpUrl", { value: sandbox.url });
    else new CfnOutput(this, "UpstreamSecret", { value: upstream.ref, description: "Fill it before the first call" });
  }

  /** The GSP's credentials. The sandbox's are public knowledge; live ones are filled in by the operator. */
  private upstreamSecret(sandbox: Sandbox | undefined): CfnSecret {
    const secretString =
      sandbox && this.toJsonString({ ...SANDBOX_CLIENT, keys: { jwksUri: `${sandbox.url}/sandbox/jwks.json` } });
    return new CfnSecret(this, "upstream", {
      description: "Credentials at the GSP and the portals' public keys",
      ...(secretString ? { secretString } : {}),
    });
  }
}
