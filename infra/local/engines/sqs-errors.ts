import { AwsError } from "./aws-error.ts";

/** SQS moved from the query protocol to JSON; clients still read the old code from a header. */
function sqsError(type: string, queryCode: string, message: string): AwsError {
  return new AwsError(type, message, { headers: { "x-amzn-query-error": `${queryCode};Sender` } });
}

/** A refusal that has a name of its own in the SQS model. */
export function modelled(name: string, queryCode: string, message: string): AwsError {
  return sqsError(`com.amazonaws.sqs#${name}`, queryCode, message);
}

export function invalidParameter(message: string): AwsError {
  return sqsError("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue", message);
}

export function missingParameter(name: string): AwsError {
  const message = `The request must contain the parameter ${name}.`;
  return sqsError("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter", message);
}

export function noSuchQueue(): AwsError {
  const code = "AWS.SimpleQueueService.NonExistentQueue";
  return modelled("QueueDoesNotExist", code, "The specified queue does not exist.");
}

/** The code a failed batch entry carries. */
export function entryCode(error: AwsError): string {
  return error.headers["x-amzn-query-error"]?.split(";")[0] ?? error.type;
}
