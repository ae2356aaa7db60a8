import { isDeepStrictEqual } from "node:util";
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { Endpoint } from "../webhook/endpoint.ts";
import type { EndpointStore } from "../webhook/endpoint-store.ts";
import { conditionally } from "./dynamo.ts";

/** What begins and ends the time in which every attempt fails. */
const NOTES = {
  failed: {
    UpdateExpression: "SET failingSince = :at, revision = revision + :one",
    ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(failingSince)",
  },
  delivered: {
    UpdateExpression: "SET revision = revision + :one REMOVE failingSince",
    ConditionExpression: "attribute_exists(failingSince)",
  },
} as const;

/** pk = GSTIN, sk = the endpoint's id. Its secrets come sealed. */
export function dynamoEndpointStore(db: DynamoDBDocumentClient, TableName: string): EndpointStore {
  const at = (gstin: string, id: string) => ({ pk: gstin, sk: id });
  const itemOf = (endpoint: Endpoint) => ({ ...at(endpoint.gstin, endpoint.id), ...endpoint });

  return {
    async create(endpoint) {
      await db.send(new PutCommand({ TableName, Item: itemOf(endpoint) }));
    },

    async find(gstin, id) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: at(gstin, id), ConsistentRead: true }));
      return Item && Endpoint.parse(Item);
    },

    async list(gstin) {
      const all = {
        TableName,
        KeyConditionExpression: "pk = :gstin",
        ExpressionAttributeValues: { ":gstin": gstin },
        ConsistentRead: true,
      };
      const endpoints: Endpoint[] = [];
      for await (const { Items = [] } of paginateQuery({ client: db }, all))
        endpoints.push(...Items.map((item) => Endpoint.parse(item)));
      return endpoints.sort(oldestFirst);
    },

    async update(endpoint) {
      const updated = await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item: itemOf(endpoint),
            ConditionExpression: "revision = :before",
            ExpressionAttributeValues: { ":before": endpoint.revision - 1 },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      if (updated.held) return "updated";
      if (!updated.item) return "gone";
      // The SDK repeats a write whose answer was lost, and then meets its own.
      return isDeepStrictEqual(Endpoint.parse(updated.item), endpoint) ? "updated" : "changed";
    },

    async remove(gstin, id) {
      await db.send(new DeleteCommand({ TableName, Key: at(gstin, id) }));
    },

    async noteResult(gstin, id, result, now) {
      const noted = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: at(gstin, id),
            ...NOTES[result],
            ExpressionAttributeValues: { ":one": 1, ...(result === "failed" && { ":at": now.toISOString() }) },
            ReturnValues: "ALL_NEW",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      const item = noted.held ? noted.result.Attributes : noted.item;
      return item && Endpoint.parse(item);
    },

    async disable(gstin, id, reason, now) {
      const disabled = { at: now.toISOString(), reason };
      const written = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: at(gstin, id),
            UpdateExpression: "SET #disabled = :disabled, revision = revision + :one",
            ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(#disabled)",
            ExpressionAttributeNames: { "#disabled": "disabled" },
            ExpressionAttributeValues: { ":disabled": disabled, ":one": 1 },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      // As in update: whoever did it is to tell of it, also when the write was repeated.
      return written.held || isDeepStrictEqual(written.item?.["disabled"], disabled) ? "disabled" : "already";
    },
  };
}

function oldestFirst(one: Endpoint, other: Endpoint): number {
  const [a, b] = [one, other].map(({ createdAt, id }) => `${createdAt} ${id}`);
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
