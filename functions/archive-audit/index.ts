import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoAuditChains, dynamoAuditRows } from "../../shared/aws/dynamo-audit-chains.ts";
import { dynamoGstinList } from "../../shared/aws/dynamo-irp-user-store.ts";
import { lockModes, s3Archive } from "../../shared/aws/s3-archive.ts";
import { s3At } from "../../shared/aws/s3-objects.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  AUDIT_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  ARCHIVE_BUCKET: z.string(),
  LOCK_MODE: z.enum(lockModes),
  SETTLES_SECONDS: z.coerce.number().positive(),
  RETENTION_MONTHS: z.coerce.number().int().positive(),
  AWS_ENDPOINT_URL: z.string().optional(),
});
const db = dynamo();

export const handler = createHandler({
  log: newLog("archive-audit"),
  users: dynamoGstinList(db, env.CLIENTS_TABLE),
  chains: dynamoAuditChains(db, env.AUDIT_TABLE),
  trail: dynamoAuditRows(db, env.AUDIT_TABLE),
  archive: s3Archive(s3At(db, env.ARCHIVE_BUCKET, env.AWS_ENDPOINT_URL), env.LOCK_MODE),
  settlesMs: env.SETTLES_SECONDS * 1000,
  retentionMonths: env.RETENTION_MONTHS,
  now: () => new Date(),
});
