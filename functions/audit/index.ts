import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables, dynamoAuditLog } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { secretUpstream } from "../../shared/aws/secret-upstream.ts";
import { upstreamKeys } from "../../shared/aws/upstream-keys.ts";
import { readEnv } from "../../shared/env.ts";
import { openSigned } from "../../shared/irp/verify.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  ...blobVariables,
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  UPSTREAM_SECRET: z.string(),
  ISSUER: z.string(),
});
const db = dynamo();
const now = () => new Date();
const keys = upstreamKeys(secretUpstream(new SecretsManagerClient(), env.UPSTREAM_SECRET));

export const handler = createHandler({
  log: newLog("audit"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  trail: dynamoAuditLog(db, env.AUDIT_TABLE, env.RETENTION_MONTHS),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobsOf(db, env)),
  openSigned: (jwt) => openSigned(keys, jwt),
  now,
});
