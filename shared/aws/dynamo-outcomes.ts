import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Blobs } from "../blobs.ts";
import type { Outcomes } from "../request/outcomes.ts";
import { answerAt } from "./dynamo-document-store.ts";
import { requestAt, StoredRequest } from "./dynamo-request-store.ts";
import { keptText } from "./kept-text.ts";

/** REQ of the one table and RESP of the other in one call: who waited has the answer with the outcome. */
export function dynamoOutcomes(
  db: DynamoDBDocumentClient,
  { requests, documents }: { readonly requests: string; readonly documents: string },
  blobs?: Blobs,
): Outcomes {
  return {
    async look({ rid, irn }) {
      const { Responses = {}, UnprocessedKeys = {} } = await db.send(
        new BatchGetCommand({
          RequestItems: {
            [requests]: { Keys: [requestAt(rid)], ConsistentRead: true },
            ...(irn !== undefined && { [documents]: { Keys: [answerAt(irn)], ConsistentRead: true } }),
          },
        }),
      );
      // What was not read is not absent. The answer may be: it can be read alone.
      if (UnprocessedKeys[requests]) throw new Error("the table did not serve the request");
      const [request, answer] = [Responses[requests]?.[0], Responses[documents]?.[0]];
      if (request?.["rid"] !== rid) return undefined;
      const { outcome } = StoredRequest.parse(request);
      return outcome && { outcome, answer: answer && (await keptText(blobs, answer)) };
    },
  };
}
