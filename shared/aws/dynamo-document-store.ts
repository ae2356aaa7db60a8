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
import type { DocumentStore } from "../document/document-store.ts";
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

    async register(irn, hold, reg) {
      const registered = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: documentAt(irn),
            UpdateExpression: "SET reg = :reg, #status = :act, seq = seq + :one REMOVE pending, #lock",
            ConditionExpression: `${MINE} AND attribute_not_exists(reg)`,
            ExpressionAttributeNames: { "#lock": "lock", "#status": "status" },
            ExpressionAttributeValues: { ":me": hold.worker, ":reg": reg, ":act": "ACT", ":one": 1 },
          }),
        ),
      );
      return registered.held ? "registered" : "fenced";
    },

    async unlock(irn, hold, { clearPending }) {
      await conditionally(() =>
        db.send(new UpdateCommand({ ...unlocking(TableName, irn, hold.worker, clearPending) })),
      );
    },

    async refuse({ irn, hold, rid, outcome, event, expiresAt }) {
      try {
        await db.send(
          new TransactWriteCommand({
            TransactItems: [
              ...(hold ? [{ Update: unlocking(TableName, irn, hold.worker, true) }] : []),
              { Update: finishing(tables.requests, rid, outcome, expiresAt) },
              { Put: { TableName: tables.events, Item: eventItem(event) } },
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

function unlocking(TableName: string, irn: string, worker: string, clearPending: boolean) {
  return {
    TableName,
    Key: documentAt(irn),
    UpdateExpression: clearPending ? "REMOVE #lock, pending" : "REMOVE #lock",
    ConditionExpression: MINE,
    ExpressionAttributeNames: { "#lock": "lock" },
    ExpressionAttributeValues: { ":me": worker },
  };
}

function lostACondition({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code }) => Code === "ConditionalCheckFailed");
}
