import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Blobs } from "../blobs.ts";
import { Document } from "../document/document.ts";
import type { DocumentStore } from "../document/document-store.ts";
import {
  beginning,
  documentAt,
  listedAt,
  registering,
  resubmitting,
  submitting,
  unlocking,
} from "./document-updates.ts";
import { conditionally } from "./dynamo.ts";
import { dynamoDocumentChanger } from "./dynamo-document-changer.ts";
import { eventItem } from "./dynamo-event-log.ts";
import { finishing } from "./dynamo-request-store.ts";
import { keepText, keptText } from "./kept-text.ts";
import { listedItems } from "./listed-items.ts";

const NamedBill = z.object({ v: z.literal(1), irn: z.string() });
/** Behind every IRN of a day. */
const LAST = "~";

/** Documents for those who only read them. Without blobs, answers that fit no item cannot be read. */
export function dynamoDocumentReader(
  db: DynamoDBDocumentClient,
  TableName: string,
  blobs?: Blobs,
): Pick<DocumentStore, "find" | "answer" | "irnOfBill" | "list"> {
  async function itemAt(Key: Readonly<Record<string, string>>) {
    const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  }

  return {
    async find(irn) {
      const item = await itemAt(documentAt(irn));
      return item && Document.parse(item);
    },

    async answer(irn) {
      const item = await itemAt(answerAt(irn));
      return item && keptText(blobs, item);
    },

    async irnOfBill(ewbNo) {
      const item = await itemAt(billAt(ewbNo));
      return item && NamedBill.parse(item).irn;
    },

    async list(gstin, { from, to, limit, before }) {
      const between = [listedAt({ docDate: from, irn: "" }), listedAt({ docDate: to, irn: LAST })] as const;
      const [first, last] = between;
      const start = before && { key: documentAt(before.irn), at: listedAt(before) };
      // DynamoDB refuses days that end before they begin, and a start outside of them.
      if (first > last || (start && start.at < first)) return { documents: [] };
      const page = { limit, after: start && start.at <= last ? start : undefined };
      const { items, next } = await listedItems(db, { TableName, of: gstin, sortedBy: "listedAt", between, ...page });
      return { documents: items.map((item) => Document.parse(item)), ...(next && { next: positionAt(next.at) }) };
    },
  };
}

/**
 * pk = `DOC#irn`, `RESP#irn` or `EWB#no`. The refusing transaction reaches into the requests and events tables. What is registered
 * is kept until the time that `keptUntil` says, or for ever.
 */
export function dynamoDocumentStore(
  db: DynamoDBDocumentClient,
  tables: { documents: string; requests: string; events: string },
  blobs?: Blobs,
  keptUntil?: () => Date,
): DocumentStore {
  const TableName = tables.documents;
  const expiry = () => {
    const until = keptUntil?.();
    return until && { expiresAt: until.getTime() / 1000 };
  };

  return {
    ...dynamoDocumentReader(db, TableName, blobs),
    ...dynamoDocumentChanger(db, TableName),

    async submit(irn, ownerGstin, hold, pending, now) {
      const submission = submitting({ TableName, irn }, ownerGstin, hold, pending, now);
      const submitted = await conditionally(() => db.send(new UpdateCommand(submission)));
      if (submitted.held) return "submitted";
      const standing = Document.parse(submitted.item);
      // The SDK repeats a write whose answer was lost, and then meets its own.
      return standing.lock?.worker === hold.worker ? "submitted" : standing;
    },

    async begin(irn, hold, pending, now) {
      const change = beginning({ TableName, irn }, hold, pending, now);
      const begun = await conditionally(() => db.send(new UpdateCommand(change)));
      if (begun.held) return { is: "begun", document: Document.parse(begun.result.Attributes) };
      const standing = begun.item && Document.parse(begun.item);
      // As in submit: a repeated write meets its own.
      const isMine = standing?.lock?.worker === hold.worker && standing.pending?.rid === pending.rid;
      return isMine ? { is: "begun", document: standing } : { is: "standing", document: standing };
    },

    async resubmit(irn, hold, pending) {
      const submission = resubmitting({ TableName, irn }, hold, pending);
      const submitted = await conditionally(() => db.send(new UpdateCommand(submission)));
      return submitted.held ? "submitted" : "fenced";
    },

    async freezeAnswer(irn, body) {
      const Item = { ...answerAt(irn), ...expiry(), ...(await keepText(blobs, `RESP/${irn}`, body)) };
      const frozen = await conditionally(() => db.send(new PutCommand(ifAbsent(TableName, Item))));
      return frozen.held ? body : keptText(blobs, frozen.item);
    },

    async register(irn, hold, registered) {
      const registration = registering({ TableName, irn }, hold, registered, expiry()?.expiresAt);
      const written = await conditionally(() => db.send(new UpdateCommand(registration)));
      return written.held ? "registered" : "fenced";
    },

    async nameBill(ewbNo, irn) {
      const Item = { ...billAt(ewbNo), v: 1, irn, ...expiry() };
      await conditionally(() => db.send(new PutCommand(ifAbsent(TableName, Item))));
    },

    async refuse({ irn, hold, pending, refused, bills, rid, outcome, event, at }) {
      try {
        await db.send(
          new TransactWriteCommand({
            TransactItems: [
              ...(hold ? [{ Update: unlocking({ TableName, irn }, hold, { pending, refused, bills }) }] : []),
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

export function answerAt(irn: string) {
  return { pk: `RESP#${irn}` };
}

function billAt(ewbNo: string) {
  return { pk: `EWB#${ewbNo}` };
}

function positionAt(listedAt: string) {
  const [docDate = "", irn = ""] = listedAt.split("#");
  return { docDate, irn };
}

function ifAbsent(TableName: string, Item: Record<string, unknown>) {
  return {
    TableName,
    Item,
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

function lostACondition({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code }) => Code === "ConditionalCheckFailed");
}
