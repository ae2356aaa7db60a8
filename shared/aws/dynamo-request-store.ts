import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Blobs } from "../blobs.ts";
import { CLAIM_MS, KEY_LIFE_MS, keyOf, Outcome, Payload, Request, SKEW_MS } from "../request/request.ts";
import type { RequestStore } from "../request/request-store.ts";
import { dueItems, shardOf } from "./due-items.ts";
import { conditionally } from "./dynamo.ts";
import { keepText, keptText } from "./kept-text.ts";
import { listedItems } from "./listed-items.ts";

/** A payload outlives its request, also one whose outcome stays unknown for days. */
const PAYLOAD_LIFE_SECONDS = 15 * 24 * 60 * 60;
/** The outcome is text: it is replayed byte for byte, and the members of a DynamoDB map have no order. */
export const StoredRequest = z.object({
  ...Request.shape,
  outcome: z
    .string()
    .transform((text) => Outcome.parse(JSON.parse(text)))
    .optional(),
});
const Due = z.object({
  rid: z.string(),
  gstin: z.string(),
  irn: z.string(),
  attempt: z.number(),
  createdAt: z.string(),
  place: z.number().optional(),
  sweepAt: z.number(),
});

/** pk = key; sk = "-" for the request, `PAY#rid` for what it carries; a payload that fits no item is among the blobs. */
export function dynamoRequestStore(db: DynamoDBDocumentClient, TableName: string, blobs?: Blobs): RequestStore {
  const payloadAt = (rid: string) => ({ pk: keyOf(rid), sk: `PAY#${rid}` });

  async function payloadOf(item: unknown): Promise<Payload> {
    return Payload.parse(JSON.parse(await keptText(blobs, item)));
  }

  async function find(rid: string): Promise<Request | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName, Key: requestAt(rid), ConsistentRead: true }));
    return Item?.["rid"] === rid ? StoredRequest.parse(Item) : undefined;
  }

  return {
    async claim(request, now) {
      const leaseUntil = now.getTime() + CLAIM_MS;
      const fields = { v: 1, state: "CLAIMED", attempt: 1, leaseUntil, expiresAt: seconds(leaseUntil) + 60 };
      const claim = await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item: { ...requestAt(request.rid), ...request, ...fields },
            ConditionExpression:
              "attribute_not_exists(pk) OR (#state = :final AND expiresAt < :expired) OR (#state = :claimed AND leaseUntil < :over)",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: {
              ":final": "FINAL",
              ":claimed": "CLAIMED",
              ":expired": seconds(now.getTime() - SKEW_MS),
              ":over": now.getTime() - SKEW_MS,
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return claim.held ? "claimed" : StoredRequest.parse(claim.item);
    },

    async release(rid, owner) {
      await conditionally(() =>
        db.send(
          new DeleteCommand({
            TableName,
            Key: requestAt(rid),
            ConditionExpression: "#owner = :me AND #state = :claimed",
            ExpressionAttributeNames: { "#owner": "owner", "#state": "state" },
            ExpressionAttributeValues: { ":me": owner, ":claimed": "CLAIMED" },
          }),
        ),
      );
    },

    async savePayload(rid, payload, now) {
      const expiresAt = seconds(now.getTime()) + PAYLOAD_LIFE_SECONDS;
      const kept = await keepText(blobs, `PAY/${rid}`, JSON.stringify(payload));
      const Item = { ...payloadAt(rid), ...kept, expiresAt };
      await conditionally(() =>
        db.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })),
      );
    },

    async accept(rid, owner, sweepAt, { slotAt, place, isSent = true } = {}) {
      const begins = { slotAt: slotAt?.getTime(), place, attempt: isSent ? undefined : 0 };
      const set = Object.entries(begins).filter(([, value]) => value !== undefined);
      const accepted = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: requestAt(rid),
            UpdateExpression: `SET #state = :queued, sweepAt = :sweepAt, sweepShard = :shard, listedBy = gstin${set.map(([name]) => `, ${name} = :${name}`).join("")} REMOVE #owner, leaseUntil, expiresAt`,
            ConditionExpression: "#owner = :me AND #state = :claimed",
            ExpressionAttributeNames: { "#owner": "owner", "#state": "state" },
            ExpressionAttributeValues: {
              ":me": owner,
              ":claimed": "CLAIMED",
              ":queued": "QUEUED",
              ":sweepAt": sweepAt.getTime(),
              ":shard": shardOf(rid),
              ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
            },
          }),
        ),
      );
      return accepted.held ? "accepted" : "lost";
    },

    find,

    async open(rid) {
      const Keys = [requestAt(rid), payloadAt(rid)];
      const { Responses = {}, UnprocessedKeys = {} } = await db.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
      );
      // What was not read is not absent.
      if (UnprocessedKeys[TableName]) throw new Error("the table did not serve both items");
      const [request, payload] = Keys.map(({ sk }) => Responses[TableName]?.find((item) => item["sk"] === sk));
      if (request?.["rid"] !== rid || request["state"] !== "QUEUED") return undefined;
      return { request: StoredRequest.parse(request), payload: payload && (await payloadOf(payload)) };
    },

    async current(key, now) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: key, sk: "-" }, ConsistentRead: true }));
      const request = Item && StoredRequest.parse(Item);
      const isOver = request?.state === "FINAL" && (request.expiresAt ?? 0) < seconds(now.getTime() - SKEW_MS);
      return isOver ? undefined : request;
    },

    async finish(rid, outcome, at) {
      const finished = await conditionally(() => db.send(new UpdateCommand(finishing(TableName, rid, outcome, at))));
      return finished.held ? "finished" : "already";
    },

    async park(rid, sweepAt) {
      await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: requestAt(rid),
            UpdateExpression: "SET sweepAt = :sweepAt",
            ConditionExpression: "rid = :rid AND #state = :queued",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: { ":rid": rid, ":queued": "QUEUED", ":sweepAt": sweepAt.getTime() },
          }),
        ),
      );
    },

    async due(now, limit) {
      const found = await dueItems(db, { TableName, shard: "sweepShard", due: "sweepAt", now, limit });
      return found.map((item) => Due.parse(item)).map(({ sweepAt: _, ...request }) => request);
    },

    async retry(rid, attempt, sweepAt) {
      const retried = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: requestAt(rid),
            UpdateExpression: "SET attempt = :next, sweepAt = :sweepAt",
            ConditionExpression: "rid = :rid AND #state = :queued AND attempt = :attempt",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: {
              ":rid": rid,
              ":queued": "QUEUED",
              ":attempt": attempt,
              ":next": attempt + 1,
              ":sweepAt": sweepAt.getTime(),
            },
          }),
        ),
      );
      return retried.held ? "retried" : "lost";
    },

    async list(gstin, { limit, before }) {
      const from = before && { key: { pk: before.key, sk: "-" }, at: before.createdAt };
      const { items, next } = await listedItems(db, {
        TableName,
        of: gstin,
        sortedBy: "createdAt",
        limit,
        after: from,
      });
      const requests = items.map((item) => StoredRequest.parse(item));
      return { requests, ...(next && { next: { key: next.key.pk, createdAt: next.at } }) };
    },
  };
}

export function requestAt(rid: string) {
  return { pk: keyOf(rid), sk: "-" };
}

/** QUEUED → FINAL, as an update of its own and as a part of the refusing transaction. */
export function finishing(TableName: string, rid: string, outcome: Outcome, at: Date) {
  return {
    TableName,
    Key: requestAt(rid),
    UpdateExpression:
      "SET #state = :final, outcome = :outcome, finishedAt = :at, expiresAt = :expiresAt REMOVE sweepAt, sweepShard",
    ConditionExpression: "rid = :rid AND #state = :queued",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: {
      ":rid": rid,
      ":queued": "QUEUED",
      ":final": "FINAL",
      ":outcome": JSON.stringify(outcome),
      ":at": at.toISOString(),
      ":expiresAt": seconds(at.getTime() + KEY_LIFE_MS),
    },
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
