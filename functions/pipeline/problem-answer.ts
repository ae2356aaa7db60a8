import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { Problem, type ProblemBody, problemBody } from "../../shared/api/problem.ts";
import type { Log } from "./log.ts";

/** Turns what was thrown into problem+json. Unknown errors are logged whole and answered with a bare `internal_error`. */
export function problemAnswers(log: Log): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: (request) => {
      const { requestId } = request.event.requestContext;
      const problem = request.error instanceof Problem ? request.error : undefined;
      const cause = problem ? problem.cause : request.error;
      if (cause || !problem) log.error("the call failed", asError(cause));
      const body =
        problem?.body ??
        problemBody("internal_error", "the failure was recorded; repeat the request with the same idempotency key");
      request.response = problemResponse(body, requestId, problem?.headers);
    },
  };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error("something that is not an Error was thrown");
}

export function problemResponse(
  body: ProblemBody,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: body.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify({ ...body, requestId }),
  };
}
