import { generateKeyPair, randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { dynamoSandboxStore } from "../../shared/aws/dynamo-sandbox-store.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { readEnv } from "../../shared/env.ts";
import { keyRing } from "../../shared/sandbox/keys.ts";
import { createHandler } from "./handler.ts";

const { SANDBOX_TABLE, TOKEN_LIFE_SECONDS, RETRIEVAL_DAYS, ...env } = readEnv({
  ...blobVariables,
  SANDBOX_TABLE: z.string().min(1),
  TOKEN_LIFE_SECONDS: z.coerce.number().int().positive().default(3600),
  RETRIEVAL_DAYS: z.coerce.number().positive().default(3),
});

const logger = new Logger({ serviceName: "sandbox-irp" });
const db = DynamoDBDocumentClient.from(new DynamoDBClient());
const store = dynamoSandboxStore(db, SANDBOX_TABLE, blobsOf(db, env));

export const handler = createHandler({
  store,
  keys: keyRing({ store, newKeyPem }),
  randomBytes,
  settings: { tokenLifeSeconds: TOKEN_LIFE_SECONDS, retrievalDays: RETRIEVAL_DAYS },
  now: () => new Date(),
  sleep: (seconds) => setTimeout(seconds * 1000),
  onFault: (error) => logger.error("the sandbox could not answer", { error }),
});

async function newKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
