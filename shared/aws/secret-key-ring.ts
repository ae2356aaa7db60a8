import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { JSONWebKeySet } from "jose";
import { cachedKeys } from "../oauth/cached-keys.ts";
import { type KeyRing, PublishedKeys, SigningKey } from "../oauth/key-ring.ts";
import type { VerifyTokenDeps } from "../oauth/verify-token.ts";

const PUBLISHED = { pk: "jwks" };

/** The public keys, in the clients table, where every function that checks tokens may read them. */
export async function publishedKeys(db: DynamoDBDocumentClient, TableName: string): Promise<JSONWebKeySet> {
  const { Item } = await db.send(new GetCommand({ TableName, Key: PUBLISHED, ConsistentRead: true }));
  return Item ? PublishedKeys.parse(Item) : { keys: [] };
}

/** What a function needs to check access tokens. */
export function tokenChecks(
  db: DynamoDBDocumentClient,
  { table, issuer }: { table: string; issuer: string },
  now: () => Date,
): VerifyTokenDeps {
  return { publishedKeys: cachedKeys(() => publishedKeys(db, table), now), issuer, now };
}

/** The private key, in Secrets Manager; undefined while the secret has no value. */
export async function signingKey(secrets: SecretsManagerClient, SecretId: string): Promise<SigningKey | undefined> {
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return SecretString ? SigningKey.parse(JSON.parse(SecretString)) : undefined;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

export function secretKeyRing(
  { secrets, db }: { secrets: SecretsManagerClient; db: DynamoDBDocumentClient },
  { secretId, table }: { secretId: string; table: string },
): KeyRing {
  return {
    signing: () => signingKey(secrets, secretId),
    published: () => publishedKeys(db, table),
    async put(key, published) {
      await db.send(new PutCommand({ TableName: table, Item: { ...PUBLISHED, v: 1, ...published } }));
      await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: JSON.stringify(key) }));
    },
  };
}
