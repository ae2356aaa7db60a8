import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Blobs } from "../blobs.ts";
import { isSame, isSameChange, Registration } from "../sandbox/registration.ts";
import {
  type KeyName,
  Rejection,
  type RejectionDay,
  type SandboxStore,
  Session,
  type SessionOwner,
} from "../sandbox/sandbox-store.ts";
import { keepBytes, keptBytes } from "./kept-bytes.ts";

const ONE_DAY_SECONDS = 24 * 60 * 60;
const IF_ABSENT = { ConditionExpression: "attribute_not_exists(pk)" };

const KeptKey = z.object({ v: z.literal(1), pem: z.string() });
const Note = z.object({ v: z.literal(1), text: z.string() });
const Clock = z.object({ v: z.literal(1), aheadMs: z.number() });
/** A document that fits no item is among the blobs, and its key is here instead. */
const Apart = z.object({ documentBlob: z.string() });

/**
 * The sandbox's table (string keys `pk` and `sk`, TTL on `ttl`):
 * `registry#<irn>` / `document`, `gstin#<gstin>` / `session#<client>#<user>` (the current session),
 * `gstin#<gstin>` / `clock`, `token#<token>` / `session` (every session), `keys#<name>` / `private`, `note#<name>` / `note`,
 * `rejected#<portal>#<gstin>#<day>` / `<irn>`.
 */
export function dynamoSandboxStore(db: DynamoDBDocumentClient, TableName: string, blobs?: Blobs): SandboxStore {
  const get = async (key: Key) => (await db.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item;

  /** Puts if the condition holds; says whether it did. */
  const putIf = async (Item: Row, condition: Condition): Promise<boolean> => {
    try {
      await db.send(new PutCommand({ TableName, Item, ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const readSession = async (key: Key) => Session.optional().parse(await get(key));

  const putRegistration = async ({ document, ...record }: Registration, condition: Condition) => {
    const kept = await keepBytes(blobs, `SANDBOX/${record.irn}`, document);
    const where = "bytes" in kept ? { document: kept.bytes } : { documentBlob: kept.blob };
    return putIf({ ...registryKey(record.irn), ...record, ...where }, condition);
  };

  const findRegistration = async (irn: string) => {
    const item = await get(registryKey(irn));
    const apart = Apart.safeParse(item);
    if (!apart.success) return Registration.optional().parse(item);
    return Registration.parse({ ...item, document: await keptBytes(blobs, { blob: apart.data.documentBlob }) });
  };

  return {
    currentSession: (owner) => readSession(currentKey(owner)),
    sessionOfToken: (token) => readSession(tokenKey(token)),

    async openSession(session, replaces) {
      const row = { ...session, ttl: ttlOf(session) };
      // The token first: once a session is current its token is handed out, and has to work.
      await putIf({ ...tokenKey(session.token), ...row }, {});
      if (await putIf({ ...currentKey(session), ...row }, ifStillCurrent(replaces))) return session;
      return (await readSession(currentKey(session))) ?? session;
    },

    async endSession(session) {
      const row = { ...session, ttl: ttlOf(session) };
      await putIf({ ...tokenKey(session.token), ...row }, {});
      await putIf({ ...currentKey(session), ...row }, ifStillCurrent(session.token));
    },

    async register(registration) {
      if (await putRegistration(registration, IF_ABSENT)) return { state: "registered" };
      const by = Registration.parse(await findRegistration(registration.irn));
      return isSame(by, registration) ? { state: "registered" } : { state: "taken", by };
    },

    findRegistration,

    async changeRegistration(next) {
      if (await putRegistration(next, ifRevision(next.revision - 1))) return true;
      const standing = await findRegistration(next.irn);
      return standing !== undefined && isSameChange(standing, next);
    },

    async addRejection(rejection) {
      await putIf({ pk: rejectedKey(rejection), sk: rejection.irn, ...rejection }, {});
    },

    async rejectionsOf(day) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :day",
          ExpressionAttributeValues: { ":day": rejectedKey(day) },
        }),
      );
      return Items.map((item) => Rejection.parse(item));
    },

    async keepNote(name, text) {
      if (await putIf({ ...noteKey(name), v: 1, text }, IF_ABSENT)) return text;
      return Note.parse(await get(noteKey(name))).text;
    },

    findNote: async (name) => Note.optional().parse(await get(noteKey(name)))?.text,

    async advanceClock(gstin, byMs) {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName,
          Key: clockKey(gstin),
          UpdateExpression: "SET v = :one ADD aheadMs :by",
          ExpressionAttributeValues: { ":one": 1, ":by": byMs },
          ReturnValues: "ALL_NEW",
        }),
      );
      return Clock.parse(Attributes).aheadMs;
    },

    clockAheadMs: async (gstin) => Clock.optional().parse(await get(clockKey(gstin)))?.aheadMs ?? 0,

    findKey: async (name) => KeptKey.optional().parse(await get(privateKey(name)))?.pem,

    async keepKey(name, pem) {
      if (await putIf({ ...privateKey(name), v: 1, pem }, IF_ABSENT)) return pem;
      return KeptKey.parse(await get(privateKey(name))).pem;
    },
  };
}

interface Key {
  readonly pk: string;
  readonly sk: string;
}
type Row = Key & Record<string, unknown>;
type Condition = Pick<
  PutCommand["input"],
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** A day beyond its end, so that a clock that is set back a little in a test still finds it. */
function ttlOf({ expiresAt }: Session): number {
  return Math.floor(Date.parse(expiresAt) / 1000) + ONE_DAY_SECONDS;
}

/** An expired row may be gone by now: its TTL has passed, and its place is free. */
function ifStillCurrent(token: string | undefined): Condition {
  if (token === undefined) return IF_ABSENT;
  return {
    ConditionExpression: "attribute_not_exists(pk) OR #token = :replaced",
    ExpressionAttributeNames: { "#token": "token" },
    ExpressionAttributeValues: { ":replaced": token },
  };
}

/** A record of before there were revisions stands for revision 0. */
function ifRevision(revision: number): Condition {
  const standing = revision === 0 ? "(revision = :was OR attribute_not_exists(revision))" : "revision = :was";
  return {
    ConditionExpression: `attribute_exists(pk) AND ${standing}`,
    ExpressionAttributeValues: { ":was": revision },
  };
}

function currentKey({ gstin, clientId, userName }: SessionOwner): Key {
  return { pk: `gstin#${gstin}`, sk: `session#${clientId}#${userName}` };
}

function tokenKey(token: string): Key {
  return { pk: `token#${token}`, sk: "session" };
}

function registryKey(irn: string): Key {
  return { pk: `registry#${irn}`, sk: "document" };
}

function privateKey(name: KeyName): Key {
  return { pk: `keys#${name}`, sk: "private" };
}

function noteKey(name: string): Key {
  return { pk: `note#${name}`, sk: "note" };
}

function clockKey(gstin: string): Key {
  return { pk: `gstin#${gstin}`, sk: "clock" };
}

function rejectedKey({ portal, gstin, day }: RejectionDay): string {
  return `rejected#${portal}#${gstin}#${day}`;
}
