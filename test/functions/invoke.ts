import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";

type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** Runs a function's handler as Lambda would; its answer, with the body parsed. */
export async function invoke(handler: HttpHandler, event: APIGatewayProxyEventV2) {
  const { statusCode, headers = {}, body = "" } = await handler(event, aContext());
  const json: unknown = JSON.parse(body);
  return { status: statusCode, headers, body, json };
}

export function aContext(): Context {
  const never = () => {
    throw new Error("functions answer by returning");
  };
  return {
    awsRequestId: "00000000-0000-4000-8000-000000000000",
    functionName: "a-function",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:ap-south-1:000000000000:function:a-function",
    memoryLimitInMB: "512",
    logGroupName: "a-function",
    logStreamName: "1",
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => 10_000,
    done: never,
    fail: never,
    succeed: never,
  };
}
