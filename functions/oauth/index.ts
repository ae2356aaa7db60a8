import { randomUUID } from "node:crypto";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { publishedKeys, signingKey } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { cachedKeys } from "../../shared/oauth/cached-keys.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ CLIENTS_TABLE: z.string(), SIGNING_KEY_SECRET: z.string(), ISSUER: z.string() });
const db = dynamo();
const secrets = new SecretsManagerClient();
const now = () => new Date();
const signing = cachedKeys(() => signingKey(secrets, env.SIGNING_KEY_SECRET), now);

export const handler = createHandler({
  log: newLog("oauth"),
  clients: dynamoClientStore(db, env.CLIENTS_TABLE),
  keys: { signing: () => signing(false) },
  publishedKeys: cachedKeys(() => publishedKeys(db, env.CLIENTS_TABLE), now),
  issuer: env.ISSUER,
  now,
  newId: randomUUID,
});
