import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { Problem } from "../../shared/api/problem.ts";
import { methodsOf } from "../../shared/api/routes.ts";
import { requestIds } from "../pipeline/http-function.ts";
import type { Log } from "../pipeline/log.ts";
import { problemAnswers } from "../pipeline/problem-answer.ts";

/** `$default`: whatever no route took. 405 with `Allow` where the path exists, else 404. */
export function createHandler(log: Log) {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use([requestIds(log), problemAnswers(log)])
    .handler(async ({ rawPath, requestContext }) => {
      const allowed = methodsOf(rawPath);
      if (allowed.length === 0) throw new Problem("not_found", "there is no such path");
      const headers = { allow: allowed.join(", ") };
      throw new Problem("method_not_allowed", `${requestContext.http.method} is not one of: ${headers.allow}`, {
        headers,
      });
    });
}
