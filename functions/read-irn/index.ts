import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  ...blobVariables,
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  ISSUER: z.string(),
  MODE: z.enum(["test", "live"]),
});
const db = dynamo();
const blobs = blobsOf(db, env);
const now = () => new Date();

export const handler = createHandler({
  log: newLog("read-irn"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobs),
  mode: env.MODE,
  now,
});
