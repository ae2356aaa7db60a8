import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** The document client of every store. Absent members are left out; a class instance is a mistake, not a map. */
export function dynamo(client = new DynamoDBClient()): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * Runs a conditional write. A condition that did not hold is a word of its own, with the item that stood in the way
 * where the write asked for it (ALL_OLD); any other failure is thrown.
 */
export async function conditionally<Result>(
  write: () => Promise<Result>,
): Promise<{ held: true; result: Result } | { held: false; item: Record<string, unknown> | undefined }> {
  try {
    return { held: true, result: await write() };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { held: false, item: error.Item ? unmarshall(error.Item) : undefined };
  }
}
