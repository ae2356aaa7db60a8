import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Send } from "./a-sandbox.ts";

/** A client of the wire protocol, written from its description alone: nothing here comes from the sandbox. */

export const GSTIN = "27AAAZA0001A1ZM";
export const BUYER_GSTIN = "27AAAZB0002B1ZI";

const Code = z.object({ ErrorCode: z.string(), ErrorMessage: z.string() });
const Answer = z.strictObject({
  Status: z.union([z.literal(0), z.literal(1)]),
  Data: z.unknown(),
  ErrorDetails: z.array(Code).nullable(),
  InfoDtls: z.array(z.object({ InfCd: z.string(), Desc: z.unknown() })).nullable(),
});
export type Answer = z.infer<typeof Answer>;

const TokenData = z.strictObject({
  ClientId: z.string(),
  UserName: z.string(),
  AuthToken: z.string().regex(/^[A-Za-z0-9]{25}$/),
  Sek: z.string().length(64),
  TokenExpiry: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
});

export const IrnData = z.strictObject({
  AckNo: z.int(),
  AckDt: z.string(),
  Irn: z.string().regex(/^[0-9a-f]{64}$/),
  SignedInvoice: z.string(),
  SignedQRCode: z.string(),
  Status: z.enum(["ACT", "CNL", "REJ"]),
  EwbNo: z.int().nullable(),
  EwbDt: z.string().nullable(),
  EwbValidTill: z.string().nullable(),
  Remarks: z.null(),
});
export type IrnData = z.infer<typeof IrnData>;

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Sends an event as API Gateway would; the parsed answer. */
export async function call(send: Send, request: Call): Promise<{ statusCode: number | undefined; answer: Answer }> {
  const { method = "GET", path, query = {}, headers = {}, body, isBase64Encoded = false } = request;
  const rawQueryString = new URLSearchParams(query).toString();
  const reply = await send({
    version: "2.0",
    rawPath: path,
    rawQueryString,
    headers,
    body,
    isBase64Encoded,
    requestContext: { http: { method } },
  });
  return { statusCode: reply.statusCode, answer: Answer.parse(JSON.parse(reply.body ?? "")) };
}

export async function jwks(send: Send) {
  const reply = await send({ rawPath: "/sandbox/jwks.json", requestContext: { http: { method: "GET" } } });
  return z.object({ keys: z.array(z.record(z.string(), z.string())) }).parse(JSON.parse(reply.body ?? "")).keys;
}

export const clientHeaders = (gstin = GSTIN) => ({
  client_id: "einvoice-sandbox",
  client_secret: "einvoice-sandbox-secret",
  Gstin: gstin,
  "Content-Type": "application/json",
});

/** The plain part of a call for a token. */
export const credentials = (appKey: Uint8Array, gstin = GSTIN) => ({
  UserName: `API_${gstin}`,
  Password: "Sandbox@2026",
  AppKey: Buffer.from(appKey).toString("base64"),
  ForceRefreshAccessToken: false,
});

/** RSA over base64 over JSON; `plain` replaces that text. */
export async function sealCredentials(send: Send, value: unknown, plain = toBase64(JSON.stringify(value))) {
  const jwk = (await jwks(send)).find(({ use }) => use === "enc");
  const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
  const sealed = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(plain));
  return JSON.stringify({ Data: sealed.toString("base64") });
}

export const AUTH = { method: "POST", path: "/nic1/eivital/v1.04/auth" };

export interface Token {
  readonly gstin: string;
  readonly authToken: string;
  readonly sek: Buffer;
  readonly tokenExpiry: string;
}

export async function logIn(send: Send, { gstin = GSTIN, force = false, portal = "nic1" } = {}): Promise<Token> {
  const appKey = randomBytes(32);
  const body = await sealCredentials(send, { ...credentials(appKey, gstin), ForceRefreshAccessToken: force });
  const path = `/${portal}/eivital/v1.04/auth`;
  const { answer } = await call(send, { ...AUTH, path, headers: clientHeaders(gstin), body });
  const { AuthToken, Sek, TokenExpiry } = TokenData.parse(answer.Data);
  return { gstin, authToken: AuthToken, sek: open(appKey, Sek), tokenExpiry: TokenExpiry };
}

export const sessionHeaders = ({ gstin, authToken }: Token) => ({
  ...clientHeaders(gstin),
  user_name: `API_${gstin}`,
  AuthToken: authToken,
});

export const GENERATE = { method: "POST", path: "/nic1/eicore/v1.03/Invoice" };

export async function generate(send: Send, token: Token, invoice: unknown, portal = "nic1"): Promise<Answer> {
  const body = JSON.stringify({ Data: seal(token.sek, JSON.stringify(invoice)) });
  const path = `/${portal}/eicore/v1.03/Invoice`;
  return (await call(send, { method: "POST", path, headers: sessionHeaders(token), body })).answer;
}

/** What an encrypted answer says. */
export function dataOf({ sek }: Token, answer: Answer): IrnData {
  return IrnData.parse(JSON.parse(open(sek, z.string().parse(answer.Data)).toString()));
}

/** What an encrypted answer of another kind says. */
export function plainOf({ sek }: Token, answer: Answer): unknown {
  return JSON.parse(open(sek, z.string().parse(answer.Data)).toString());
}

/** Sends a value under the session's key to any path. */
export async function post(send: Send, token: Token, path: string, value: unknown, headers = {}): Promise<Answer> {
  const body = JSON.stringify({ Data: seal(token.sek, JSON.stringify(value)) });
  const request = { method: "POST", path, headers: { ...sessionHeaders(token), ...headers }, body };
  return (await call(send, request)).answer;
}

export async function get(send: Send, token: Token, path: string, query = {}, headers = {}): Promise<Answer> {
  return (await call(send, { path, query, headers: { ...sessionHeaders(token), ...headers } })).answer;
}

export function codesOf({ ErrorDetails }: Answer): string[] {
  return (ErrorDetails ?? []).map(({ ErrorCode }) => ErrorCode);
}

export function seal(key: Uint8Array, plain: string | Uint8Array): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()]).toString("base64");
}

export function open(key: Uint8Array, sealed: string): Buffer {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  return Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()]);
}

export function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}
