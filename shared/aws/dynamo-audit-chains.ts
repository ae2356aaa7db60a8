import { type AttributeValue, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { type AuditChains, type AuditRows, headOf } from "../audit/chains.ts";
import { conditionally } from "./dynamo.ts";

/** No GSTIN is called so: the heads are in nobody's trail. All together, so that one query finds them. */
const HEADS = "chains";
const HeadKey = z.object({ sk: z.string() });
const Stored = z.looseObject({ sk: z.string() });

/** The heads of the chains, in the audit table: pk = `chains`, sk = GSTIN. */
export function dynamoAuditChains(db: DynamoDBDocumentClient, TableName: string): AuditChains {
  return {
    async head(gstin) {
      const Key = marshall({ pk: HEADS, sk: gstin });
      const { Item } = await db.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item && headOf(whatever(Item));
    },

    async move(gstin, { n, hash, last: { at, id } }) {
      const Item = { pk: HEADS, sk: gstin, v: 1, n, hash, last: { at, id } };
      const isNext =
        n === 1
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : { ConditionExpression: "n = :before", ExpressionAttributeValues: { ":before": n - 1 } };
      const { held } = await conditionally(() => db.send(new PutCommand({ TableName, Item, ...isNext })));
      return held ? "moved" : "lost";
    },

    async *gstins() {
      const heads = {
        TableName,
        KeyConditionExpression: "pk = :heads",
        ExpressionAttributeValues: { ":heads": HEADS },
        ProjectionExpression: "sk",
        ConsistentRead: true,
      };
      for await (const { Items = [] } of paginateQuery({ client: db }, heads))
        yield* Items.map((item) => HeadKey.parse(item).sk);
    },
  };
}

/** The rows of dynamoAuditLog, without a word on what they should be. */
export function dynamoAuditRows(db: DynamoDBDocumentClient, TableName: string): AuditRows {
  return {
    async rows(gstin, { after, to, limit }) {
      // DynamoDB refuses a range that ends before it begins.
      if (after !== undefined && after > to) return { rows: [], isMore: false };
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: `pk = :gstin AND ${after === undefined ? "sk <= :to" : "sk BETWEEN :after AND :to"}`,
          ExpressionAttributeValues: marshall({
            ":gstin": gstin,
            ":to": to,
            ...(after !== undefined && { ":after": after }),
          }),
          // A range has both its ends, and `after` is not asked for.
          Limit: limit + 1,
          ConsistentRead: true,
        }),
      );
      const found = Items.map(read).filter(({ place }) => place !== after);
      return { rows: found.slice(0, limit), isMore: found.length > limit || LastEvaluatedKey !== undefined };
    },
  };
}

function read(item: Record<string, AttributeValue>) {
  const { sk: place, pk: _, about: __, expiresAt, ...record } = Stored.parse(whatever(item));
  return { place, record, expiresAt };
}

/** An item that anybody may have put: a number beyond JavaScript's stays text, where the document client would throw. */
function whatever(item: Record<string, AttributeValue>): Record<string, unknown> {
  const wrapNumbers = (text: string) => (Math.abs(Number(text)) > Number.MAX_SAFE_INTEGER ? text : Number(text));
  return unmarshall(item, { wrapNumbers });
}
