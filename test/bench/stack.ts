import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { anInvoice, anItem } from "../fakes/an-invoice.ts";

const StackFile = z.object({
  apiUrl: z.string(),
  irpUrl: z.string(),
  awsUrl: z.string(),
  clients: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), gstin: z.string() })),
});
type Client = z.infer<typeof StackFile>["clients"][number];

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
  /** Registers a new 5-line invoice and gives its IRN. Rejects unless it is answered 201 at once. */
  register(): Promise<string>;
  /** Has one queued. Rejects unless it is answered 202. */
  enqueue(): Promise<void>;
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

  async function post(expected: number, headers: Record<string, string> = {}): Promise<string> {
    token ??= accessToken(apiUrl, client);
    const response = await fetch(`${apiUrl}/irn`, {
      method: "POST",
      headers: { authorization: `Bearer ${await token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(fiveLines(client.gstin)),
    });
    const text = await response.text();
    if (response.status === expected) return text;
    throw new Error(`POST /irn answered ${response.status}: ${text.slice(0, 300)}`);
  }

  return {
    gstin: client.gstin,
    register: async () => z.object({ irn: z.string() }).parse(JSON.parse(await post(201))).irn,
    enqueue: async () => void (await post(202, { prefer: "respond-async" })),
  };
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
