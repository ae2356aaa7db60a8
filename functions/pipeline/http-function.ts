import middy, { type MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { Problem } from "../../shared/api/problem.ts";
import {
  type BodyOf,
  type Route,
  type RoutedFunction,
  type RouteKeysOf,
  routeKey,
  routes,
} from "../../shared/api/routes.ts";
import type { Audit } from "../../shared/audit/audit-log.ts";
import { requireScope, type VerifyTokenDeps, verifyToken } from "../../shared/oauth/verify-token.ts";
import { audited } from "./audited.ts";
import { readBody } from "./body.ts";
import type { Call, HttpAnswer, Operation } from "./http.ts";
import { beginLog, type Log } from "./log.ts";
import { problemAnswers } from "./problem-answer.ts";

export interface PipelineDeps {
  readonly log: Log;
  /** Absent in functions whose routes all go without a token. */
  readonly tokens?: VerifyTokenDeps;
  /** There where tokens are: every call with a token is recorded. */
  readonly audit?: Audit;
}

type HttpMiddleware = MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/**
 * A Lambda that serves its routes of the table. In this order: request id and log, problems, token, body, schema,
 * and then the operation of the route. It does not compile while a route of the function has no operation.
 */
export function httpFunction<Name extends RoutedFunction>(
  name: Name,
  deps: PipelineDeps,
  operations: { [Key in RouteKeysOf<Name>]: Operation<BodyOf<Key>> },
) {
  // The table ties a route's schema to its operation, which the compiler cannot follow through a look-up by name.
  const byKey = new Map(Object.entries(operations) as [string, Operation<unknown>][]);
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use([requestIds(deps.log), problemAnswers(deps.log)])
    .handler(async (event) => {
      const operation = byKey.get(event.routeKey);
      const route: Route | undefined = routes.find(
        (each) => each.function === name && routeKey(each) === event.routeKey,
      );
      if (!operation || !route) throw new Problem("not_found", "no such route");
      return response(await answer(deps, event, route, operation));
    });
}

/** From the moment that the caller is known, whatever comes of the call is recorded. */
async function answer(
  { tokens, audit, log }: PipelineDeps,
  event: APIGatewayProxyEventV2,
  route: Route,
  operation: Operation<unknown>,
): Promise<HttpAnswer> {
  const { scope } = route;
  if (!scope)
    return operation({ ...readCall(event, route), caller: undefined, asked: undefined, note: () => undefined });
  if (!tokens || !audit) throw new Error("a route asks for a token and the function has no use for one");
  const caller = await verifyToken(tokens, event.headers["authorization"]);
  log.appendKeys({ gstin: caller.gstin, clientId: caller.clientId });
  return audited({ audit, log }, event, caller, (recorded) => {
    requireScope(caller, scope);
    return operation({ ...readCall(event, route), caller, ...recorded });
  });
}

/** Names the call in the log and in the answer, whatever comes of it. */
export function requestIds(log: Log): HttpMiddleware {
  return {
    before: ({ event, context }) => beginLog(log, context, event.requestContext.requestId),
    after: (request) => answerWithId(log, request),
    onError: (request) => answerWithId(log, request),
  };
}

function answerWithId(
  log: Log,
  {
    event,
    response,
  }: { event: APIGatewayProxyEventV2; response: APIGatewayProxyStructuredResultV2 | null | undefined },
) {
  if (!response) return;
  const { requestId, http } = event.requestContext;
  response.headers = { ...response.headers, "x-request-id": requestId, "x-content-type-options": "nosniff" };
  log.info("answered", { method: http.method, route: event.routeKey, status: response.statusCode });
}

/** Throws a Problem when the body is none that the route takes. */
function readCall(event: APIGatewayProxyEventV2, route: Route): Omit<Call<unknown>, "caller" | "asked" | "note"> {
  const { requestId, http } = event.requestContext;
  return {
    requestId,
    method: http.method,
    path: event.rawPath,
    params: defined(event.pathParameters),
    query: defined(event.queryStringParameters),
    headers: event.headers,
    body: readBody(event, route),
  };
}

/** API Gateway takes text as it is, and bytes in base64 alone. */
function response({ status, headers = {}, json, text, bytes }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  const body = bytes
    ? { body: bytes.toString("base64"), isBase64Encoded: true }
    : { body: text ?? JSON.stringify(json) };
  // Neither has a body.
  if (status === 204 || status === 304)
    return { statusCode: status, headers: { "cache-control": "no-store", ...headers } };
  return {
    statusCode: status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    ...body,
  };
}

function defined(values: Record<string, string | undefined> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
