import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoBudget } from "../../shared/aws/dynamo-budget.ts";
import { dynamoCircuits } from "../../shared/aws/dynamo-circuits.ts";
import { dynamoDocumentReader } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoPolicyStore } from "../../shared/aws/dynamo-policy-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { blobsOf, blobVariables } from "../../shared/aws/s3-blobs.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { Policy, policiesOf } from "../../shared/budget/policy.ts";
import { jsonVariable, readEnv } from "../../shared/env.ts";
import { cachedCircuits } from "../../shared/irp/cached-circuits.ts";
import { callersCircuit } from "../../shared/irp/portal-choice.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({
  ...auditVariables,
  ...blobVariables,
  REQUESTS_TABLE: z.string(),
  DOCUMENTS_TABLE: z.string(),
  CLIENTS_TABLE: z.string(),
  UPSTREAM_TABLE: z.string(),
  POLICY: jsonVariable(Policy),
  ISSUER: z.string(),
});
const db = dynamo();
const blobs = blobsOf(db, env);
const now = () => new Date();
const circuits = cachedCircuits(dynamoCircuits(db, env.UPSTREAM_TABLE, now), now);

export const handler = createHandler({
  log: newLog("read-request"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  requests: dynamoRequestStore(db, env.REQUESTS_TABLE),
  documents: dynamoDocumentReader(db, env.DOCUMENTS_TABLE, blobs),
  budget: dynamoBudget(db, env.UPSTREAM_TABLE, policiesOf(dynamoPolicyStore(db, env.UPSTREAM_TABLE), env.POLICY, now)),
  pauseOf: (gstin) => callersCircuit(circuits.find, gstin),
  now,
});
