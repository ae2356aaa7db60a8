import { randomBytes } from "node:crypto";
import { stages } from "../../infra/config.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import { nicWire } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { SANDBOX_CLIENT, sandboxUser } from "../../shared/sandbox/accounts.ts";
import { sessionParts } from "../shared/irp/nic/session-parts.ts";
import { fiveLines } from "./stack.ts";

/** Registers an invoice of the GSTIN with the very client that the worker uses, and nothing around it. */
export function bareClient(irpUrl: string, gstin: string): () => Promise<void> {
  const upstream = { portals: [{ name: "NIC1", url: `${irpUrl}/nic1` }], ...stages.local.upstream };
  const keys = portalKeys(
    async () => ({ jwksUri: `${irpUrl}/sandbox/jwks.json` }),
    async (url) => (await fetch(url)).json(),
  );
  const irp = nicIrp({
    send: nicWire({ upstream, fetch, credentials: async () => SANDBOX_CLIENT }),
    users: { find: async () => ({ ...sandboxUser(gstin), version: "1" }) },
    keys,
    now: () => new Date(),
    randomBytes,
    ...sessionParts(),
  });
  return async () => {
    const answer = await irp.generate({ gstin, portal: "NIC1", mayStillSend: () => true }, fiveLines(gstin));
    if (answer.is !== "ok") throw new Error(`the sandbox answered ${answer.is}`);
  };
}
