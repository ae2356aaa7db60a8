import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { KMSClient } from "@aws-sdk/client-kms";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Journal, journalOf } from "../audit/journal.ts";
import type { AuditEntry } from "../audit/record.ts";
import { upstreamEntry } from "../audit/upstream-entry.ts";
import type { Budget } from "../budget/budget.ts";
import { budgetedIrp } from "../budget/budgeted-irp.ts";
import { patientBudget } from "../budget/patient-budget.ts";
import { Policy, policiesOf } from "../budget/policy.ts";
import { jsonVariable } from "../env.ts";
import type { PortalChoice } from "../irp/circuits.ts";
import { guardedIrp } from "../irp/guarded-irp.ts";
import type { Irp } from "../irp/irp.ts";
import type { PortalKeys } from "../irp/portal-keys.ts";
import { portalNames, Upstream } from "../irp/portals.ts";
import { upstreamIrp } from "../irp/upstream-adapters.ts";
import { auditOf, auditVariables } from "./dynamo-audit-log.ts";
import { dynamoBudget } from "./dynamo-budget.ts";
import { dynamoCircuits } from "./dynamo-circuits.ts";
import { dynamoIrpUserStore } from "./dynamo-irp-user-store.ts";
import { dynamoPolicyStore } from "./dynamo-policy-store.ts";
import { dynamoSessionStore } from "./dynamo-session-store.ts";
import { kmsVault } from "./kms-vault.ts";
import { secretUpstream } from "./secret-upstream.ts";
import { upstreamKeys } from "./upstream-keys.ts";

/** The environment of every function that calls the portals, for readEnv. */
export const upstreamVariables = {
  ...auditVariables,
  CLIENTS_TABLE: z.string(),
  UPSTREAM_TABLE: z.string(),
  UPSTREAM_SECRET: z.string(),
  DATA_KEY: z.string(),
  UPSTREAM: jsonVariable(Upstream),
  POLICY: jsonVariable(Policy),
  MODE: z.enum(["test", "live"]),
};
type UpstreamEnvironment = z.output<z.ZodObject<typeof upstreamVariables>>;

/** The portals as every function calls them. */
export interface UpstreamConnection {
  /** Guarded by circuits, and within the budget of each GSTIN. */
  readonly irp: Irp & PortalChoice;
  readonly portals: readonly string[];
  readonly keys: PortalKeys;
  readonly budget: Budget;
  /** Has every call that was on the wire; whoever calls waits for it before it ends. */
  readonly journal: Journal;
}

/**
 * The composition of all adapters between a function and the upstream: what one shares, all share. `tell` gets what could not be
 * written to the audit trail.
 */
export function upstreamConnection(
  db: DynamoDBDocumentClient,
  env: UpstreamEnvironment,
  tell: (error: unknown, entry: AuditEntry) => void,
): UpstreamConnection {
  const now = () => new Date();
  const journal = journalOf(auditOf(db, env, now), tell);
  const secret = secretUpstream(new SecretsManagerClient(), env.UPSTREAM_SECRET);
  const keys = upstreamKeys(secret);
  const vault = kmsVault({ kms: new KMSClient(), keyId: env.DATA_KEY, now, randomBytes });
  const portals = portalNames(env.UPSTREAM);
  const policies = policiesOf(dynamoPolicyStore(db, env.UPSTREAM_TABLE), env.POLICY, now);
  const budget = patientBudget(dynamoBudget(db, env.UPSTREAM_TABLE, policies), now);
  const upstream = upstreamIrp({
    upstream: env.UPSTREAM,
    fetch,
    credentials: secret,
    client: async () => {
      const { clientId = "", version = "" } = await secret();
      return { clientId, version };
    },
    users: dynamoIrpUserStore(db, env.CLIENTS_TABLE, vault),
    sessionStore: dynamoSessionStore(db, env.UPSTREAM_TABLE, vault),
    environment: env.MODE,
    keys,
    seen: (call) => journal.note(upstreamEntry(call)),
    now,
    sleep,
    newId: randomUUID,
    randomBytes,
  });
  // What a circuit holds back takes no slot.
  const irp = guardedIrp({
    irp: budgetedIrp({ irp: upstream, budget, now, sleep }),
    circuits: dynamoCircuits(db, env.UPSTREAM_TABLE, now),
    portals,
    now,
  });
  return { irp, portals, keys, budget, journal };
}
