import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { MatchedRoute } from "./gateway-route.ts";

const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|[a-z.-]+\+json))/i;

/** The request as payload format 2.0 hands it to a function. */
export function gatewayEvent(request: IncomingMessage, body: Buffer, route: MatchedRoute): APIGatewayProxyEventV2 {
  const url = new URL(request.url ?? "/", "http://local");
  const rawPath = url.pathname;
  const isText = TEXT.test(request.headers["content-type"] ?? "");
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath,
    rawQueryString: url.search.slice(1),
    headers: headers(request),
    ...(url.search ? { queryStringParameters: query(url) } : {}),
    ...(Object.keys(route.parameters).length > 0 ? { pathParameters: { ...route.parameters } } : {}),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: request.headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 ? { body: isText ? body.toString("utf8") : body.toString("base64") } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Lower-case names, repeated values joined by a comma, as API Gateway does. */
function headers(request: IncomingMessage): Record<string, string> {
  const given = Object.entries(request.headersDistinct);
  return Object.fromEntries(given.map(([name, values]) => [name, (values ?? []).join(",")]));
}

function query(url: URL): Record<string, string> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name).join(",")]));
}
