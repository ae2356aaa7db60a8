import { randomUUID } from "node:crypto";
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Audit, type AuditLog, type AuditPosition, auditTo, isDeed } from "../audit/audit-log.ts";
import { AuditRecord } from "../audit/record.ts";
import { keptUntil } from "../audit/retention.ts";

/** The environment of every function that writes audit records, for readEnv. */
export const auditVariables = {
  AUDIT_TABLE: z.string(),
  /** How long records and documents are kept after the due date of the annual return. */
  RETENTION_MONTHS: z.coerce.number().int().positive(),
};
type AuditEnvironment = z.output<z.ZodObject<typeof auditVariables>>;

/** What was done with one GSTIN's document, by the records' times. */
const ABOUT_INDEX = "about";
/** Behind every id. */
const LAST = "~";

/**
 * A record is put within this of its time, or never: what the archiver has passed by stays as it is. Counted in wall time, so
 * that a function that was frozen meanwhile does not send it late.
 */
export const PUT_WITHIN_MS = 30_000;

/** What a function needs to write audit records. */
export function auditOf(db: DynamoDBDocumentClient, env: AuditEnvironment, now: () => Date): Audit {
  return auditTo(dynamoAuditLog(db, env.AUDIT_TABLE, env.RETENTION_MONTHS), { now, newId: randomUUID });
}

/** pk = GSTIN, sk = `time#id`. */
export function dynamoAuditLog(
  db: DynamoDBDocumentClient,
  TableName: string,
  retentionMonths: number,
  putWithinMs = PUT_WITHIN_MS,
): AuditLog {
  return {
    async append(record) {
      const expiresAt = keptUntil(new Date(record.at), retentionMonths).getTime() / 1000;
      const put = new PutCommand({ TableName, Item: { ...keyOf(record), ...indexed(record), ...record, expiresAt } });
      await db.send(put, { abortSignal: AbortSignal.timeout(putWithinMs) });
    },

    async list(gstin, { from, to, limit, after }) {
      const first = after ? `${positionOf(after)}${LAST}` : from;
      const last = `${to}${LAST}`;
      // DynamoDB refuses a time that ends before it begins.
      if (first > last) return { records: [] };
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :gstin AND sk BETWEEN :first AND :last",
          ExpressionAttributeValues: { ":gstin": gstin, ":first": first, ":last": last },
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      const records = Items.map(read);
      const end = records.at(-1);
      return { records, ...(LastEvaluatedKey && end && { next: { at: end.at, id: end.id } }) };
    },

    async about(gstin, irn, limit) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName,
          IndexName: ABOUT_INDEX,
          KeyConditionExpression: "about = :about",
          ExpressionAttributeValues: { ":about": aboutOf(gstin, irn) },
          Limit: limit,
        }),
      );
      return Items.map(read);
    },
  };
}

const Stored = z.looseObject({ pk: z.string(), sk: z.string(), expiresAt: z.number(), about: z.string().optional() });

function read(item: Record<string, unknown>): AuditRecord {
  const { pk: _, sk: __, expiresAt: ___, about: ____, ...record } = Stored.parse(item);
  return AuditRecord.parse(record);
}

function keyOf(record: AuditRecord) {
  return { pk: record.gstin, sk: positionOf(record) };
}

/** Of an index keyed by the IRN alone anybody who can name one could fill a part. */
function indexed(record: AuditRecord) {
  return isDeed(record) ? { about: aboutOf(record.gstin, record.irn ?? "") } : {};
}

function aboutOf(gstin: string, irn: string): string {
  return `${gstin}#${irn}`;
}

function positionOf({ at, id }: AuditPosition): string {
  return `${at}#${id}`;
}
