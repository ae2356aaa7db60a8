import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import * as z from "zod";
import { stages } from "../../infra/config.ts";
import { nicIrp } from "../../shared/irp/nic/client.ts";
import { nicWire } from "../../shared/irp/nic/wire.ts";
import { portalKeys } from "../../shared/irp/portal-keys.ts";
import { SANDBOX_CLIENT, sandboxUser } from "../../shared/sandbox/accounts.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";
import { withLocalCloud } from "../local-cloud.ts";
import { sessionParts } from "../shared/irp/nic/session-parts.ts";
import { benchIrpClient } from "./irp-client.ts";
import { outcomeLags, type Received } from "./outcome-lag.ts";
import { percentile } from "./percentile.ts";
import { benchRules } from "./rules.ts";
import { benchSandbox } from "./sandbox.ts";

/** `npm run bench`: figures of this machine, on a local cloud of its own. */
const Stack = z.object({
  apiUrl: z.string(),
  irpUrl: z.string(),
  awsUrl: z.string(),
  clients: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), gstin: z.string() })),
});
const WARM_UP = 30;
const ROUNDS = 200;
/** The worker looks at the request once; the second time it reads it together with its payload. */
const WORKERS_READS = 1;

benchRules();
await benchIrpClient();
await withLocalCloud(async (stackFile) => {
  const stack = Stack.parse(JSON.parse(readFileSync(stackFile, "utf8")));
  const [client] = stack.clients;
  if (!client) throw new Error("the stack has no client");

  const began = performance.now();
  const token = await accessToken(stack.apiUrl, client);
  await register(stack.apiUrl, token, fiveLines(client.gstin));
  const first = performance.now() - began;

  const irp = bareClient(stack.irpUrl);
  for (let i = 0; i < WARM_UP; i++) {
    await register(stack.apiUrl, token, fiveLines(client.gstin));
    await irp(fiveLines(client.gstin));
  }
  const before = await awsCalls(stack.awsUrl);
  const received: Received[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const irn = await register(stack.apiUrl, token, fiveLines(client.gstin));
    received.push({ irn, at: Date.now() });
  }
  const calls = difference(await awsCalls(stack.awsUrl), before);
  const api: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    bare.push(await timed(() => irp(fiveLines(client.gstin))));
    api.push(await timed(() => register(stack.apiUrl, token, fiveLines(client.gstin))));
  }
  report(first, api, bare, calls);
  console.log(`
from outcome stored to answer had    ${await outcomeLags(stack.awsUrl, received)} ms
reads of the request, the worker's own left out   ${(readsOfRequest(calls) / ROUNDS - WORKERS_READS).toFixed(2)}`);
  await benchSandbox(() => irp(fiveLines(client.gstin)));
});

function report(first: number, api: number[], bare: number[], calls: Record<string, number>): void {
  const perIrn = Object.entries(calls)
    .filter(([operation, count]) => count > 0 && !operation.includes("storagesandbox"))
    .map(([operation, count]) => [operation, count / ROUNDS] as const);
  const total = perIrn.reduce((sum, [, count]) => sum + count, 0);
  console.log(`
${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()} (${arch()}), Node ${process.version}, 5-line invoices, one caller, ${ROUNDS} rounds

first token and IRN after the start   ${first.toFixed(0)} ms
                                       p50      p95      p99
POST /irn (201)                    ${row(api)} ms
bare IRP client, same sandbox      ${row(bare)} ms
added by the API                   ${[50, 95, 99].map((p) => (percentile(api, p) - percentile(bare, p)).toFixed(1).padStart(7)).join("  ")} ms

AWS calls per IRN, as they arrive (retries included, the sandbox's own left out)   ${total.toFixed(2)}`);
  for (const [operation, count] of perIrn.sort()) console.log(`  ${count.toFixed(2).padStart(5)}  ${operation}`);
}

function readsOfRequest(calls: Record<string, number>): number {
  const reads = Object.entries(calls).filter(([operation]) => /GetItem.*requests/.test(operation));
  return reads.reduce((sum, [, count]) => sum + count, 0);
}

function row(samples: number[]): string {
  return [50, 95, 99].map((p) => percentile(samples, p).toFixed(1).padStart(7)).join("  ");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function fiveLines(gstin: string) {
  const date = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 10).split("-").reverse().join("/");
  const items = ["1", "2", "3", "4", "5"].map((SlNo) => anItem({ SlNo }));
  const totals = { AssVal: 5000, CgstVal: 450, SgstVal: 450, TotInvVal: 5900 };
  const invoice = anInvoice({
    docNo: `B${randomBytes(6).toString("hex")}`,
    docDate: date,
    ItemList: items,
    ValDtls: totals,
  });
  return { ...invoice, SellerDtls: { ...invoice.SellerDtls, Gstin: gstin } };
}

async function accessToken(
  apiUrl: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  const answer = await (await fetch(`${apiUrl}/oauth/token`, { method: "POST", body })).json();
  return z.object({ access_token: z.string() }).parse(answer).access_token;
}

async function register(apiUrl: string, token: string, invoice: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(`${apiUrl}/irn`, { method: "POST", headers, body: JSON.stringify(invoice) });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`POST /irn answered ${response.status}: ${text.slice(0, 300)}`);
  return z.object({ irn: z.string() }).parse(JSON.parse(text)).irn;
}

/** The same client that the worker uses, with nothing around it. */
function bareClient(irpUrl: string) {
  const upstream = { portals: [{ name: "NIC1", url: `${irpUrl}/nic1` }], ...stages.local.upstream };
  const keys = portalKeys(
    async () => ({ jwksUri: `${irpUrl}/sandbox/jwks.json` }),
    async (url) => (await fetch(url)).json(),
  );
  const irp = nicIrp({
    send: nicWire({ upstream, fetch, credentials: async () => SANDBOX_CLIENT }),
    users: { find: async (gstin) => ({ ...sandboxUser(gstin), version: "1" }) },
    keys,
    now: () => new Date(),
    randomBytes,
    ...sessionParts(),
  });
  return async (invoice: ReturnType<typeof fiveLines>) => {
    const answer = await irp.generate(
      { gstin: invoice.SellerDtls.Gstin, portal: "NIC1", mayStillSend: () => true },
      invoice,
    );
    if (answer.is !== "ok") throw new Error(`the sandbox answered ${answer.is}`);
  };
}

async function awsCalls(awsUrl: string): Promise<Record<string, number>> {
  return z.record(z.string(), z.number()).parse(await (await fetch(awsUrl)).json());
}

function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([operation, count]) => [operation, count - (before[operation] ?? 0)]),
  );
}
