import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as z from "zod";
import { conformanceTo } from "../conforming.ts";
import { anInvoice } from "../fakes/an-invoice.ts";

const Stack = z.object({
  apiUrl: z.string(),
  irpUrl: z.string(),
  /** How many times faster than in the product the ladder is; only a local cloud says so. */
  speed: z.number().optional(),
  clients: z.array(z.object({ clientId: z.string(), clientSecret: z.string(), gstin: z.string() })).min(2),
});

/** The stack under test, and what a caller does with it: nothing but HTTP. */
export const stack = Stack.parse(JSON.parse(readFileSync(process.env["STACK_FILE"] ?? "", "utf8")));

type Client = (typeof stack.clients)[number];
const [first, second] = stack.clients;
if (!first || !second) throw new Error("the stack names fewer than two clients");
export const supplier: Client = first;
export const stranger: Client = second;

export async function accessToken({ clientId, clientSecret }: Client, scope?: string): Promise<string> {
  const { json } = await call("/oauth/token", {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", ...(scope ? { scope } : {}) }),
  });
  return z.object({ access_token: z.string() }).parse(json).access_token;
}

/** An answer with its body as text, so that byte-identity can be seen, and as JSON where it is. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** What the stack itself says that it answers: every answer of the run is held against it. */
const faultsOf = conformanceTo(await (await fetch(`${stack.apiUrl}/openapi.json`)).json());

/** Throws where the answer is not one that the stack's own OpenAPI document describes. */
export async function call(path: string, options: RequestInit = {}): Promise<Reply> {
  const { method = "GET", body } = options;
  const response = await fetch(`${stack.apiUrl}${path}`, options);
  const { status, headers } = response;
  const text = await response.text();
  const faults = faultsOf({ method, path, sent: typeof body === "string" ? body : undefined, status, headers, text });
  if (faults.length > 0) throw new Error(`${method} ${path} ${status} does not conform: ${faults.join("; ")}`);
  return {
    status,
    headers,
    text,
    json: text.startsWith("{") ? JSON.parse(text) : {},
  };
}

export function post(path: string, token: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return call(path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

export function get(path: string, token: string): Promise<Reply> {
  return call(path, { headers: { authorization: `Bearer ${token}` } });
}

/** An invoice of today with a number that no run has used. */
export function newInvoice(gstin = supplier.gstin) {
  const [year, month, day] = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 10).split("-");
  const docNo = `A${randomBytes(6).toString("hex")}`;
  const { SellerDtls, BuyerDtls, ...invoice } = anInvoice({ docNo, docDate: `${day}/${month}/${year}` });
  const place = PLACES[gstin.slice(0, 2)];
  if (!place) throw new Error(`the suite knows no place of the state ${gstin.slice(0, 2)}`);
  const { buyer, ...address } = place;
  return {
    ...invoice,
    SellerDtls: { ...SellerDtls, ...address, Gstin: gstin },
    BuyerDtls: { ...BuyerDtls, ...address, Gstin: buyer, Pos: address.Stcd },
  };
}

/** A buyer and an address in each state that a seeded supplier comes from: the supplies stay within the state. */
const PLACES: Readonly<Record<string, { Stcd: string; Loc: string; Pin: number; buyer: string }>> = {
  "27": { Stcd: "27", Loc: "Pune", Pin: 411001, buyer: "27AAAZB0002B1ZI" },
  "29": { Stcd: "29", Loc: "Bengaluru", Pin: 560001, buyer: "29AAAZC0003C1ZA" },
};
