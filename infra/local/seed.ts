import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { toDocumentDate } from "../../shared/ist.ts";
import type { ClientStore } from "../../shared/oauth/client.ts";
import { registerClient } from "../../shared/oauth/register-client.ts";
import { sandboxUser } from "../../shared/sandbox/accounts.ts";
import { sampleInvoice } from "./sample-invoice.ts";

/** `.local/stack.json`: where the local cloud listens and who may call it. */
const Stack = z.object({
  apiUrl: z.string(),
  irpUrl: z.string(),
  awsUrl: z.string(),
  /** Waits of state machines are so many times shorter. */
  speed: z.number().default(1),
  /** What the stack says of itself, for the commands that work on a deployed one by these. */
  outputs: z.record(z.string(), z.string()).default({}),
  clients: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), gstin: z.string() })),
});
export type Stack = z.infer<typeof Stack>;

/** Fictitious suppliers (no real PAN has the fourth letter Z), one client each. */
const GSTINS = ["27AAAZA0001A1ZM", "29AAAZA0001A1ZI"];

export interface SeedOptions {
  readonly folder: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly awsUrl: string;
  readonly region: string;
  readonly speed: number;
}

/** Two clients of different GSTINs with their portal users, the sample invoice and stack.json. Clients of an earlier run stay. */
export async function seed({ folder, outputs, awsUrl, region, speed }: SeedOptions): Promise<Stack> {
  const { ApiUrl, IrpUrl, ClientsTable, DataKey } = z
    .object({ ApiUrl: z.string(), IrpUrl: z.string(), ClientsTable: z.string(), DataKey: z.string() })
    .parse(outputs);
  const config = { endpoint: awsUrl, region, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  const db = dynamo(new DynamoDBClient(config));
  const vault = kmsVault({ kms: new KMSClient(config), keyId: DataKey, now: () => new Date(), randomBytes });
  const clients = dynamoClientStore(db, ClientsTable);
  const users = dynamoIrpUserStore(db, ClientsTable, vault);
  const profiles = dynamoProfileStore(db, ClientsTable);
  for (const gstin of GSTINS) {
    await users.save(gstin, sandboxUser(gstin));
    await profiles.save(gstin, { turnoverCrore: 10 });
  }

  const stackFile = join(folder, "stack.json");
  const stack = {
    apiUrl: ApiUrl,
    irpUrl: IrpUrl,
    awsUrl,
    speed,
    outputs: { ...outputs },
    clients: (await earlierClients(clients, stackFile)) ?? (await newClients(clients)),
  };
  writeFileSync(stackFile, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  const invoice = sampleInvoice(GSTINS[0] ?? "", toDocumentDate(new Date()), `INV-${randomUUID().slice(0, 8)}`);
  writeFileSync(join(folder, "invoice.json"), `${JSON.stringify(invoice, null, 2)}\n`);
  return stack;
}

async function newClients(clients: ClientStore): Promise<Stack["clients"]> {
  const newSecret = () => randomBytes(32).toString("base64url");
  const deps = {
    clients,
    mode: "test",
    now: () => new Date(),
    newId: () => randomBytes(9).toString("base64url"),
    newSecret,
  } as const;
  return Promise.all(GSTINS.map(async (gstin) => ({ ...(await registerClient(deps, gstin)), gstin })));
}

/** Secrets are stored as hashes, so the file is the only place that has them. */
async function earlierClients(clients: ClientStore, stackFile: string): Promise<Stack["clients"] | undefined> {
  const earlier = Stack.safeParse(readJson(stackFile));
  if (!earlier.success) return undefined;
  const found = await Promise.all(earlier.data.clients.map(({ clientId }) => clients.find(clientId)));
  return found.length === GSTINS.length && found.every((client) => client) ? earlier.data.clients : undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
