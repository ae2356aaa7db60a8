import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod";
import { dynamo } from "../../shared/aws/dynamo.ts";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { kmsVault } from "../../shared/aws/kms-vault.ts";
import { Gstin } from "../../shared/gstin.ts";
import type { TaxpayerProfile } from "../../shared/invoice/check-context.ts";
import type { IrpUser } from "../../shared/irp/irp.ts";
import { registerClient } from "../../shared/oauth/register-client.ts";
import { sandboxUser } from "../../shared/sandbox/accounts.ts";
import { readOutputs } from "./stack-outputs.ts";
import { UsageError } from "./usage.ts";

const Turnover = z.enum(["0", "5", "10", "100"]).transform((text) => Number(text) as TaxpayerProfile["turnoverCrore"]);
const StackOutputs = z.object({
  ApiUrl: z.string(),
  ClientsTable: z.string(),
  DataKey: z.string(),
  Mode: z.enum(["test", "live"]),
});

/** Adds OAuth clients to a deployed stage, with the AWS credentials of the shell. */
export const clients = {
  usage:
    "clients add --outputs FILE --gstin GSTIN --turnover 0|5|10|100 [--irp-user NAME, with the password in IRP_PASSWORD]",
  does: "makes an OAuth client for one GSTIN and prints it; FILE is what cdk deploy --outputs-file wrote, the turnover is in crore rupees",

  async run(args: readonly string[]): Promise<void> {
    const { outputs, gstin, turnoverCrore, irpUser } = readArguments(args);
    const db = dynamo();
    const now = () => new Date();
    const vault = kmsVault({ kms: new KMSClient(), keyId: outputs.DataKey, now, randomBytes });
    await dynamoProfileStore(db, outputs.ClientsTable).save(gstin, { turnoverCrore });
    const user = portalUser(outputs.Mode, gstin, irpUser);
    await dynamoIrpUserStore(db, outputs.ClientsTable, vault).save(gstin, user);
    const client = await registerClient(
      {
        clients: dynamoClientStore(db, outputs.ClientsTable),
        mode: outputs.Mode,
        now,
        newId: () => randomBytes(9).toString("base64url"),
        newSecret: () => randomBytes(32).toString("base64url"),
      },
      gstin,
    );
    console.log(JSON.stringify({ ...client, gstin }));
    console.error(
      `The secret is shown this once. Next: curl -u CLIENT_ID:SECRET -d grant_type=client_credentials ${outputs.ApiUrl}/oauth/token`,
    );
  },
};

function readArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      outputs: { type: "string" },
      gstin: { type: "string" },
      turnover: { type: "string" },
      "irp-user": { type: "string" },
    },
  });
  if (positionals[0] !== "add" || !values.outputs || !values.gstin)
    throw new UsageError("`clients add` needs --outputs and --gstin");
  const gstin = Gstin.safeParse(values.gstin);
  if (!gstin.success) throw new UsageError(`${values.gstin} is not a GSTIN: ${gstin.error.issues[0]?.message}`);
  const turnover = Turnover.safeParse(values.turnover);
  if (!turnover.success) throw new UsageError("--turnover is the highest of 0, 5, 10 and 100 crore that was reached");
  const outputs = readOutputs(values.outputs, StackOutputs);
  return { outputs, gstin: gstin.data, turnoverCrore: turnover.data, irpUser: values["irp-user"] };
}

/** The sandbox has a user for every GSTIN; a live one was made by the taxpayer on the portal. */
function portalUser(mode: "test" | "live", gstin: string, userName: string | undefined): IrpUser {
  if (mode === "test") return sandboxUser(gstin);
  const password = process.env["IRP_PASSWORD"];
  if (!userName || !password)
    throw new UsageError("a live client needs its portal user: --irp-user, and the password in IRP_PASSWORD");
  return { userName, password };
}
