import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { publishedKeys } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { cachedKeys } from "../../shared/oauth/cached-keys.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ DOCUMENTS_TABLE: z.string(), CLIENTS_TABLE: z.string(), ISSUER: z.string() });
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("read-irn"),
  tokens: { publishedKeys: cachedKeys(() => publishedKeys(db, env.CLIENTS_TABLE), now), issuer: env.ISSUER, now },
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE),
  now,
});
