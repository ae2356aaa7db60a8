import { Duration } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";
import { ServiceFunction } from "./service-function.ts";
import type { Storage } from "./storage.ts";

/** The government's side, of our own, for test stages: both NIC portals behind an API of their own. */
export class Sandbox extends Construct {
  readonly url: string;

  constructor(scope: Construct, stage: Stage, storage: Storage) {
    super(scope, "sandbox");
    const irp = new ServiceFunction(this, "sandbox-irp", {
      stage,
      errorImpact: "Nobody can register test documents.",
      timeout: Duration.seconds(29),
    })
      .uses(
        storage.table("sandbox", { sortKey: true, ttl: "ttl" }),
        "SANDBOX_TABLE",
        ...(["GetItem", "PutItem", "UpdateItem", "Query"] as const),
      )
      .keeps(storage.blobs, "BLOBS_BUCKET", "SANDBOX", "GetObject", "PutObject");
    const api = new HttpApi(this, "api", {
      apiName: `einvoice-${stage.name}-sandbox-irp`,
      description: "The government's side, of our own",
    });
    api.addRoutes({
      path: "/{proxy+}",
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration("irp", irp.fn),
    });
    this.url = api.apiEndpoint;
  }

  get portals() {
    return [
      { name: "NIC1", url: `${this.url}/nic1` },
      { name: "NIC2", url: `${this.url}/nic2` },
    ];
  }
}
