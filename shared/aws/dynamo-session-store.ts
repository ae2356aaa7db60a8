import { createHash } from "node:crypto";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  Logins,
  type Session,
  type SessionOwner,
  type SessionStore,
  type SharedSession,
  Turn,
} from "../irp/session-store.ts";
import type { Vault } from "../vault.ts";
import { conditionally } from "./dynamo.ts";

/** `token` holds the sealed session, and of it in the clear only when it ends (ms) and a hash of the token to know it by. */
const StoredSession = z.object({
  v: z.literal(1),
  revision: z.number().int(),
  token: z.object({ id: z.string(), until: z.number().int(), sealed: z.string() }).optional(),
  logins: Logins.optional(),
  turn: Turn.optional(),
});
const SealedSession = z.object({
  userName: z.string(),
  authToken: z.string(),
  sek: z.string().transform((text) => Buffer.from(text, "base64")),
  expiresAt: z.iso.datetime().transform((text) => new Date(text)),
});

const DAY_MS = 24 * 60 * 60 * 1000;
/** Credentials that were refused for good are not tried again because somebody forgot that they were. */
const REFUSAL_LIFE_MS = 365 * DAY_MS;
/** Every write that does not need the revision changes it all the same. */
const COUNTED = "revision = if_not_exists(revision, :zero) + :one, v = :v";
const counted = { ":zero": 0, ":one": 1, ":v": 1 };

/** pk = `session#` and a hash of the owner, in the upstream table. */
export function dynamoSessionStore(db: DynamoDBDocumentClient, TableName: string, vault: Vault): SessionStore {
  async function opened(pk: string, item: Record<string, unknown> | undefined): Promise<SharedSession> {
    if (!item) return { revision: 0 };
    const { v: _, token, ...shared } = StoredSession.parse(item);
    return token ? { ...shared, session: await openSession(pk, token.sealed) } : shared;
  }

  async function openSession(pk: string, sealed: string): Promise<Session> {
    return SealedSession.parse(JSON.parse(await vault.open(pk, sealed)));
  }

  function sealSession(pk: string, session: Session): Promise<string> {
    const sek = session.sek.toString("base64");
    return vault.seal(pk, JSON.stringify({ ...session, sek }));
  }

  return {
    async find(owner) {
      const pk = keyOf(owner);
      const { Item } = await db.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }));
      return opened(pk, Item);
    },

    async beginLogin(owner, revision, { turn, logins }) {
      const pk = keyOf(owner);
      const begun = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { pk },
            UpdateExpression: `SET turn = :turn, logins = :logins, expiresAt = :expiresAt, ${COUNTED}`,
            ConditionExpression: revision === 0 ? "attribute_not_exists(pk)" : "revision = :seen",
            ExpressionAttributeValues: {
              ...counted,
              ":turn": turn,
              ":logins": logins,
              ":expiresAt": expiryOf(logins),
              ...(revision === 0 ? {} : { ":seen": revision }),
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      if (begun.held) return "begun";
      const standing = await opened(pk, begun.item);
      // The SDK repeats a write whose answer was lost, and then meets its own.
      return standing.turn?.worker === turn.worker ? "begun" : standing;
    },

    async put(owner, session, logins) {
      const pk = keyOf(owner);
      const until = session.expiresAt.getTime();
      const token = { id: idOf(session.authToken), until, sealed: await sealSession(pk, session) };
      const stored = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { pk },
            UpdateExpression: `SET #token = :token, logins = :logins, expiresAt = :expiresAt, ${COUNTED} REMOVE turn`,
            ConditionExpression: "attribute_not_exists(#token) OR #token.#until < :until OR #token.id = :id",
            ExpressionAttributeNames: { "#token": "token", "#until": "until" },
            ExpressionAttributeValues: {
              ...counted,
              ":token": token,
              ":logins": logins,
              ":expiresAt": seconds(until + DAY_MS),
              ":until": until,
              ":id": token.id,
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return stored.held ? session : ((await opened(pk, stored.item)).session ?? session);
    },

    async failLogin(owner, worker, logins) {
      await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { pk: keyOf(owner) },
            UpdateExpression: `SET logins = :logins, expiresAt = :expiresAt, ${COUNTED} REMOVE turn`,
            ConditionExpression: "turn.worker = :me",
            ExpressionAttributeValues: {
              ...counted,
              ":logins": logins,
              ":expiresAt": expiryOf(logins),
              ":me": worker,
            },
          }),
        ),
      );
    },

    async drop(owner, authToken) {
      const dropped = await conditionally(() =>
        db.send(
          new UpdateCommand({
            TableName,
            Key: { pk: keyOf(owner) },
            UpdateExpression: `SET ${COUNTED} REMOVE #token`,
            ConditionExpression: "#token.id = :id",
            ExpressionAttributeNames: { "#token": "token" },
            ExpressionAttributeValues: { ...counted, ":id": idOf(authToken) },
          }),
        ),
      );
      return dropped.held ? "dropped" : "replaced";
    },
  };
}

/** Names and ids may hold any character, so they are not simply joined. */
function keyOf({ environment, clientId, gstin, userName }: SessionOwner): string {
  return `session#${hash(JSON.stringify([environment, clientId, gstin, userName]))}`;
}

function idOf(authToken: string): string {
  return hash(authToken);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** A session ends within a day of its login. */
function expiryOf({ begunAt, refusedAt }: Logins): number {
  const life = refusedAt.length > 0 ? REFUSAL_LIFE_MS : DAY_MS;
  return seconds((begunAt.at(-1) ?? 0) + life);
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
