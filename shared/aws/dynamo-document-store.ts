import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { Document } from "../document/document.ts";
import type { DocumentStore, Hold } from "../document/document-store.ts";
import { SKEW_MS } from "../request/request.ts";
import { CompressedText, compressed } from "./compressed.ts";
import { conditionally } from "./dynamo.ts";
import { eventItem } from "./dynamo-event-log.ts";
import { finishing } from "./dynamo-request-store.ts";

const FrozenAnswer = z.object({ v: z.literal(1), body: CompressedText });
const MINE = "#lock.worker = :me";

/** Documents for those who only read them. */
export function dynamoDocumentReader(
  db: DynamoDBDocumentClient,
  TableName: string,
): Pick<DocumentStore, "find" | "answer"> {
  return {
    async find(irn) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: documentAt(irn), ConsistentRead: true }));
      return Item && Document.parse(Item);
    },
    async answer(irn) {
      const { Item } = await db.send(new GetCommand({ TableName, Key: answerAt(irn), ConsistentRead: true }));
      return Item && FrozenAnswer.parse(Item).body;
    },
  };
}

/** pk = `DOC#irn` or `RESP#irn`. The refusing transaction reaches into the requests and events tables. */
export function dynamoDocumentStore(
  db: DynamoDBDocumentClient,
  tables: { documents: string; requests: string; events: string },
): DocumentStore {
  const TableName = tables.documents;

  return {
    ...dynamoDocumentReader(db, TableName),

    async submit(irn, ownerGstin, hold, pending, now) {
      const submitted = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: documentAt(irn),
            UpdateExpression:
              "SET #lock = :lock, pending = :pending, v = :v, irn = :irn, ownerGstin = if_not_exists(ownerGstin, :gstin), seq = if_not_exists(seq, :zero)",
            ConditionExpression:
              "(attribute_not_exists(#lock) OR #lock.#until < :over) AND attribute_not_exists(pending) AND attribute_not_exists(reg)",
            ExpressionAttributeNames: { "#lock": "lock", "#until": "until" },
            ExpressionAttributeValues: {
              ":lock": hold,
              ":pending": pending,
              ":v": 1,
              ":irn": irn,
              ":gstin": ownerGstin,
              ":zero": 0,
              ":over": now.getTime() - SKEW_MS,
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      if (submitted.held) return "submitted";
      const standing = Document.parse(submitted.item);
      // The SDK repeats a write whose answer was lost, and then meets its own.
      return standing.lock?.worker === hold.worker ? "submitted" : standing;
    },

    async take(irn, hold, now) {
      const taken = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: documentAt(irn),
            UpdateExpression: "SET #lock = :lock",
            ConditionExpression:
              "attribute_exists(pk) AND (attribute_not_exists(#lock) OR #lock.#until < :over OR #lock.worker = :me)",
            ExpressionAttributeNames: { "#lock": "lock", "#until": "until" },
            ExpressionAttributeValues: { ":lock": hold, ":over": now.getTime() - SKEW_MS, ":me": hold.worker },
            ReturnValues: "ALL_NEW",
          }),
        ),
      );
      return taken.held ? Document.parse(taken.result.Attributes) : undefined;
    },

    async resubmit(irn, hold, pending) {
      const submitted = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: documentAt(irn),
            UpdateExpression: "SET pending = :pending",
            ConditionExpression: `${MINE} AND attribute_not_exists(reg)`,
            ExpressionAttributeNames: { "#lock": "lock" },
            ExpressionAttributeValues: { ":me": hold.worker, ":pending": pending },
          }),
        ),
      );
      return submitted.held ? "submitted" : "fenced";
    },

    async freezeAnswer(irn, body) {
      const Item = { ...answerAt(irn), v: 1, body: compressed(body) };
      const frozen = await conditionally(() =>
        db.send(
          new PutCommand({
            TableName,
            Item,
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return frozen.held ? body : FrozenAnswer.parse(frozen.item).body;
    },

    async register(irn, hold, reg, status) {
      const registered = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: documentAt(irn),
            UpdateExpression: "SET reg = :reg, #status = :status, seq = seq + :one REMOVE pending, #lock",
            ConditionExpression: `${MINE} AND attribute_not_exists(reg)`,
            ExpressionAttributeNames: { "#lock": "lock", "#status": "status" },
            ExpressionAttributeValues: { ":me": hold.worker, ":reg": reg, ":status": status, ":one": 1 },
          }),
        ),
      );
      return registered.held ? "registered" : "fenced";
    },

    async unlock(irn, hold, pending) {
      await conditionally(() => db.send(new UpdateCommand({ ...unlocking(TableName, irn, hold, { pending }) })));
    },

    async refuse({ irn, hold, pending, refused, rid, outcome, event, at }) {
      try {
        await db.send(
          new TransactWriteCommand({
            TransactItems: [
              ...(hold ? [{ Update: unlocking(TableName, irn, hold, { pending, refused }) }] : []),
              { Update: finishing(tables.requests, rid, outcome, at) },
              { Put: { TableName: tables.events, Item: eventItem(event, at) } },
            ],
          }),
        );
        return "refused";
      } catch (error) {
        if (error instanceof TransactionCanceledException && lostACondition(error)) return "fenced";
        throw error;
      }
    },
  };
}

function documentAt(irn: string) {
  return { pk: `DOC#${irn}` };
}

function answerAt(irn: string) {
  return { pk: `RESP#${irn}` };
}

function unlocking(TableName: string, irn: string, { worker }: Hold, left: Pick<Document, "pending" | "refused">) {
  const kept = Object.entries(left).filter(([, value]) => value !== undefined);
  const set = kept.map(([name]) => `${name} = :${name}`).join(", ");
  return {
    TableName,
    Key: documentAt(irn),
    UpdateExpression: `${set ? `SET ${set} ` : ""}REMOVE #lock${left.pending ? "" : ", pending"}`,
    ConditionExpression: MINE,
    ExpressionAttributeNames: { "#lock": "lock" },
    ExpressionAttributeValues: {
      ":me": worker,
      ...Object.fromEntries(kept.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

function lostACondition({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code }) => Code === "ConditionalCheckFailed");
}
