import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  ISSUER: z.string(),
});
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("read-request"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE),
});
