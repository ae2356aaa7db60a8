import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { auditOf } from "../../shared/aws/dynamo-audit-log.ts";
import { tokenChecks } from "../../shared/aws/secret-key-ring.ts";
import { upstreamConnection, upstreamVariables } from "../../shared/aws/upstream-connection.ts";
import { readEnv } from "../../shared/env.ts";
import { newLog, telling } from "../pipeline/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv({ ...upstreamVariables, ISSUER: z.string() });
const db = dynamo();
const now = () => new Date();
const log = newLog("taxpayer");
const { irp, budget, journal } = upstreamConnection(db, env, telling(log));

export const handler = createHandler({
  log,
  journal,
  tokens: tokenChecks(db, { table: env.CLIENTS_TABLE, issuer: env.ISSUER }, now),
  audit: auditOf(db, env, now),
  irp,
  choice: irp,
  budget,
  mode: env.MODE,
  callTimeoutMs: env.UPSTREAM.timeoutsMs.taxpayer,
  now,
  monotonicMs: () => performance.now(),
});
