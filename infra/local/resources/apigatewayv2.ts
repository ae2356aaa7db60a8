import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as z from "zod";
import type { Cloud, Provision } from "../provision.ts";
import { gatewayEvent } from "./gateway-event.ts";
import { matchRoute, type RouteTarget } from "./gateway-route.ts";

/** API Gateway's own limits: a body of 10 MB, an integration of 30 s. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 30_000;

const Route = z.object({ ApiId: z.string(), RouteKey: z.string(), Target: z.string().startsWith("integrations/") });
const Integration = z.object({
  ApiId: z.string(),
  IntegrationUri: z.string(),
  IntegrationType: z.literal("AWS_PROXY"),
});
const Result = z.looseObject({
  statusCode: z.number().default(200),
  headers: z.record(z.string(), z.coerce.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** Routes of every API by its id, and functions by integration id, of one cloud. */
const routesOf = new WeakMap<Cloud, Map<string, RouteTarget[]>>();
const integrationsOf = new WeakMap<Cloud, Map<string, string>>();

/** An HTTP API: it listens at once, so that its address is known, and answers 503 until everything is provisioned. */
export const api: Provision = async (cloud, { logicalId }) => {
  const routes: RouteTarget[] = [];
  inCloud(routesOf, cloud).set(logicalId, routes);
  let ready = false;
  cloud.whenReady(() => {
    ready = true;
  });
  const server = createServer((request, response) => {
    const served = ready
      ? serve(cloud, routes, request, response)
      : Promise.resolve(answer(response, 503, "Service Unavailable"));
    served.catch(() => answer(response, 500, "Internal Server Error"));
  });
  const port = await listen(server, cloud.nextPort());
  cloud.whenClosing(() => close(server));
  const url = `http://127.0.0.1:${port}`;
  return { ref: logicalId, attributes: { ApiEndpoint: url, ApiId: logicalId } };
};

export const integration: Provision = async (cloud, { logicalId, properties }) => {
  const { IntegrationUri } = Integration.parse(properties);
  inCloud(integrationsOf, cloud).set(logicalId, IntegrationUri);
  return { ref: logicalId, attributes: {} };
};

export const route: Provision = async (cloud, { logicalId, properties }) => {
  const { ApiId, RouteKey, Target } = Route.parse(properties);
  const functionArn = inCloud(integrationsOf, cloud).get(Target.replace("integrations/", ""));
  if (!functionArn) throw new Error(`${logicalId}: ${Target} is not there`);
  inCloud(routesOf, cloud).get(ApiId)?.push({ routeKey: RouteKey, functionArn });
  return { ref: logicalId, attributes: {} };
};

function inCloud<Value>(all: WeakMap<Cloud, Map<string, Value>>, cloud: Cloud): Map<string, Value> {
  const found = all.get(cloud) ?? new Map<string, Value>();
  all.set(cloud, found);
  return found;
}

async function serve(
  cloud: Cloud,
  routes: readonly RouteTarget[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  if (body.length > MAX_BODY_BYTES) return answer(response, 413, "Request Entity Too Large");
  const path = new URL(request.url ?? "/", "http://local").pathname;
  const matched = matchRoute(routes, request.method ?? "GET", path);
  if (!matched) return answer(response, 404, "Not Found");

  const event = gatewayEvent(request, body, matched);
  const result = await Promise.race([cloud.functions.invoke(matched.functionArn, event), timeout()]);
  if (result === "timeout") return answer(response, 503, "Service Unavailable");
  if (!result.ok) cloud.progress(`${matched.functionArn} failed: ${result.errorType}: ${result.errorMessage}`);
  if (!result.ok) return answer(response, 500, "Internal Server Error");
  write(response, result.payload);
}

function timeout(): Promise<"timeout"> {
  return new Promise((resolve) => setTimeout(resolve, INTEGRATION_TIMEOUT_MS, "timeout").unref());
}

/** A result without `statusCode` is a body by itself, with 200 (payload format 2.0). */
function write(response: ServerResponse, payload: unknown): void {
  const given = typeof payload === "object" && payload !== null && "statusCode" in payload;
  const { statusCode, headers, cookies, body, isBase64Encoded } = Result.parse(
    given ? payload : { body: JSON.stringify(payload) },
  );
  const setCookie = cookies.length > 0 ? { "set-cookie": cookies } : {};
  response.writeHead(statusCode, { "content-type": "application/json", ...headers, ...setCookie });
  response.end(isBase64Encoded ? Buffer.from(body, "base64") : body);
}

function answer(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ message }));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}
