import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf, auditVariables } from "../../shared/aws/dynamo-audit-log.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { readEnv } from "../../shared/env.ts";
import { cachedProfiles } from "../../shared/taxpayer/cached-profiles.ts";
import { newLog } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ ...auditVariables, CLIENTS_TABLE: z.string(), ISSUER: z.string() });
const db = dynamo();
const now = () => new Date();

export const handler = createHandler({
  log: newLog("validate-invoice"),
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  profiles: cachedProfiles(dynamoProfileStore(db, env.CLIENTS_TABLE), now),
  now,
});
