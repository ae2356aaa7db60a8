import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { type RoutedFunction, routes } from "../../shared/api/routes.ts";
import type { Stage } from "../config.ts";
import type { ServiceFunction } from "./service-function.ts";

/** The public API. Its routes are the table of shared/api/routes.ts and nothing else. */
export class Api extends Construct {
  readonly url: string;
  private readonly http: HttpApi;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "api");
    this.http = new HttpApi(this, "http", { apiName: `einvoice-${stage.name}`, description: "The public API" });
    this.url = this.http.apiEndpoint;
  }

  serve(functions: Record<RoutedFunction, ServiceFunction>, otherwise: ServiceFunction): void {
    const integrations = new Map(
      Object.entries(functions).map(([name, { fn }]) => [name, new HttpLambdaIntegration(name, fn)] as const),
    );
    for (const { method, path, function: name } of routes) {
      const integration = integrations.get(name);
      if (!integration) throw new Error(`no function serves ${method} ${path}`);
      this.http.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
    const integration = new HttpLambdaIntegration("otherwise", otherwise.fn);
    new HttpRoute(this, "otherwise", { httpApi: this.http, integration, routeKey: HttpRouteKey.DEFAULT });
  }
}
