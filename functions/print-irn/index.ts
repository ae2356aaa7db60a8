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
});
const db = dynamo();
const blobs = blobsOf(db, env);

export const handler = createHandler({
  log: newLog("print-irn"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, () => new Date()),
  audit: auditOf(db, env, () => new Date()),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobs),
});
