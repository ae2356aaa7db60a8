import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

interface ApiCall {
  readonly method: string;
  readonly path: string;
  /** API Gateway's name of the matched route; `METHOD path` unless the path holds parameters. */
  readonly routeKey?: string;
  /** Names in any case: API Gateway lower-cases them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Hands the body over as API Gateway does with binary media. */
  readonly base64?: boolean;
  readonly requestId?: string;
}

/** What a Lambda gets from an HTTP API, payload format 2.0. A call with a body says that it is JSON unless told otherwise. */
export function anApiEvent({ method, path, ...call }: ApiCall): APIGatewayProxyEventV2 {
  const { routeKey = `${method} ${path}`, query, params, requestId = randomUUID(), base64 = false } = call;
  const sourceIp = "203.0.113.7";
  const at = { time: "18/Aug/2026:09:00:00 +0000", timeEpoch: 1787043600000 };
  const gateway = { accountId: "000000000000", apiId: "api", domainName: "api.example.com", domainPrefix: "api" };
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: headersOf(call),
    ...(query ? { queryStringParameters: { ...query } } : {}),
    ...(params ? { pathParameters: { ...params } } : {}),
    requestContext: {
      ...gateway,
      ...at,
      requestId,
      routeKey,
      stage: "$default",
      http: { method, path, protocol: "HTTP/1.1", sourceIp, userAgent: "vitest" },
    },
    ...(call.body === undefined ? {} : { body: encoded(call.body, base64) }),
    isBase64Encoded: base64,
  };
}

function headersOf({ headers = {}, body }: Pick<ApiCall, "headers" | "body">): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...(body === undefined ? {} : { "content-type": "application/json" }), ...Object.fromEntries(given) };
}

function encoded(body: unknown, base64: boolean): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return base64 ? Buffer.from(text).toString("base64") : text;
}
