import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { EventType } from "../../shared/event/event.ts";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";

const StackFile = z.object({
  apiUrl: z.string(),
  irpUrl: z.string(),
  awsUrl: z.string(),
  clients: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), gstin: z.string() })),
});
const Registered = z.object({ irn: z.string() });
const Created = z.object({ id: z.string() });
const Accepted = z.object({ irn: z.string(), status: z.number().optional() });
type Client = z.infer<typeof StackFile>["clients"][number];

const LOOK_AGAIN_MS = 100;

/** A local cloud under measurement. */
export interface Stack {
  readonly irpUrl: string;
  readonly awsUrl: string;
  /** One log file per function. */
  readonly logFolder: string;
  readonly seller: Seller;
  readonly neighbour: Seller;
}

/** A GSTIN and how to register its documents. */
export interface Seller {
  readonly gstin: string;
  /** Registers a new 5-line invoice and gives its IRN. Rejects unless it ends with 201. */
  register(): Promise<string>;
  /** Has one queued. Rejects unless it is answered 202. */
  enqueue(): Promise<void>;
  /** Has events sent to the URL, and gives a way to have that ended. */
  subscribe(url: string, events: readonly EventType[]): Promise<() => Promise<void>>;
}

/** The stack of the file with its first two clients, which have no tokens yet: each is fetched at its first call. */
export function readStack(stackFile: string): Stack {
  const { apiUrl, irpUrl, awsUrl, clients } = StackFile.parse(JSON.parse(readFileSync(stackFile, "utf8")));
  const [seller, neighbour] = clients.map((client) => sellerOf(apiUrl, client));
  if (!seller || !neighbour) throw new Error("the stack has no two clients");
  return { irpUrl, awsUrl, logFolder: join(dirname(stackFile), "logs"), seller, neighbour };
}

function sellerOf(apiUrl: string, client: Client): Seller {
  let token: Promise<string> | undefined;

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    token ??= accessToken(apiUrl, client);
    return fetch(`${apiUrl}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${await token}` } });
  }

  function post(headers: Record<string, string>): Promise<Response> {
    const body = JSON.stringify(fiveLines(client.gstin));
    return call("/irn", { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  }

  /** On a machine with other things to do a caller may be told to look for the outcome. */
  async function looked(path: string): Promise<string> {
    for (;;) {
      await sleep(LOOK_AGAIN_MS);
      const { irn, status } = Accepted.parse(JSON.parse(await textOf(await call(path), 200)));
      if (status === 201) return irn;
      if (status !== undefined) throw new Error(`${path} ended with ${status}`);
    }
  }

  return {
    gstin: client.gstin,
    async register() {
      const response = await post({});
      if (response.status === 202) return looked(response.headers.get("location") ?? "");
      return Registered.parse(JSON.parse(await textOf(response, 201))).irn;
    },
    async enqueue() {
      await textOf(await post({ prefer: "respond-async" }), 202);
    },
    async subscribe(url, events) {
      const headers = { "content-type": "application/json" };
      const created = await call("/webhooks", { method: "POST", headers, body: JSON.stringify({ url, events }) });
      const { id } = Created.parse(JSON.parse(await textOf(created, 201)));
      return async () => void (await textOf(await call(`/webhooks/${id}`, { method: "DELETE" }), 204));
    },
  };
}

async function textOf(response: Response, expected: number): Promise<string> {
  const text = await response.text();
  if (response.status === expected) return text;
  throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 300)}`);
}

async function accessToken(apiUrl: string, { clientId, clientSecret }: Client): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  const answer = await (await fetch(`${apiUrl}/oauth/token`, { method: "POST", body })).json();
  return z.object({ access_token: z.string() }).parse(answer).access_token;
}

/** An invoice of five lines, of today, under a number of its own, to a buyer in Maharashtra (27). */
export function fiveLines(gstin: string) {
  const date = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 10).split("-").reverse().join("/");
  const isLocal = gstin.startsWith("27");
  const tax = isLocal ? {} : { IgstAmt: 180, CgstAmt: 0, SgstAmt: 0 };
  const taxes = isLocal ? { CgstVal: 450, SgstVal: 450 } : { IgstVal: 900, CgstVal: 0, SgstVal: 0 };
  const invoice = anInvoice({
    docNo: `B${randomBytes(6).toString("hex")}`,
    docDate: date,
    ItemList: ["1", "2", "3", "4", "5"].map((SlNo) => anItem({ SlNo, ...tax })),
    ValDtls: { AssVal: 5000, ...taxes, TotInvVal: 5900 },
  });
  const address = isLocal ? {} : { Stcd: gstin.slice(0, 2), Pin: 560001 };
  return { ...invoice, SellerDtls: { ...invoice.SellerDtls, ...address, Gstin: gstin } };
}

/** The SDK's configuration for the stack's own AWS. */
export function localAws(awsUrl: string) {
  return { endpoint: awsUrl, region: "ap-south-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
}
