import * as z from "zod";
import { decryptAes, encryptAes, encryptRsa, pemOf, randomBytes } from "./openssl.ts";
import { AuthData, Envelope } from "./shapes.ts";

export type PortalPath = "nic1" | "nic2";
/** A header that is undefined is not sent. */
export type Headers = Readonly<Record<string, string | undefined>>;

export const CLIENT = { client_id: "einvoice-sandbox", client_secret: "einvoice-sandbox-secret" };
export const PASSWORD = "Sandbox@2026";

interface Call {
  readonly method?: "GET" | "POST";
  /** Portal and path, from the first slash on. */
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string | undefined;
}

export interface Reply {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly text: string;
}

/** An answer in the envelope of section 4. */
export interface Answer extends Reply, Envelope {
  readonly codes: readonly string[];
  /** `Desc` of the note with this code. */
  info(code: string): unknown;
  /** `Data`, decrypted. */
  opened(): unknown;
}

export async function send(url: string, { method = "POST", path, headers = {}, body }: Call): Promise<Reply> {
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const response = await fetch(`${url}${path}`, {
    method,
    headers: [["content-type", "application/json"], ...sent.map(([name, value]): [string, string] => [name, value])],
    ...(body === undefined ? {} : { body }),
  });
  const contentType = response.headers.get("content-type") ?? "";
  return { httpStatus: response.status, contentType, text: await response.text() };
}

export function answerOf(reply: Reply, sek?: Buffer): Answer {
  const envelope = Envelope.parse(JSON.parse(reply.text));
  return {
    ...reply,
    ...envelope,
    codes: (envelope.ErrorDetails ?? []).map(({ ErrorCode }) => ErrorCode),
    info: (code) => envelope.InfoDtls?.find(({ InfCd }) => InfCd === code)?.Desc,
    opened() {
      if (sek === undefined || typeof envelope.Data !== "string") throw new Error(`nothing to open: ${reply.text}`);
      return JSON.parse(decryptAes(sek, envelope.Data).toString());
    },
  };
}

/** Does the portal know this operation at all? What it does not serve is no JSON answer with HTTP 200. */
export async function isServed(url: string, method: "GET" | "POST", path: string): Promise<boolean> {
  const { httpStatus } = await send(url, { method, path: `/nic1${path}`, body: method === "POST" ? "{}" : undefined });
  return httpStatus !== 404;
}

const PublishedKeys = z.object({
  keys: z.array(
    z.looseObject({
      kty: z.literal("RSA"),
      n: z.string(),
      e: z.string(),
      kid: z.string(),
      use: z.enum(["enc", "sig"]),
    }),
  ),
});
export type PublishedKey = z.infer<typeof PublishedKeys>["keys"][number] & { readonly pem: string };

const published = new Map<string, Promise<readonly PublishedKey[]>>();

export function publishedKeys(url: string): Promise<readonly PublishedKey[]> {
  const known = published.get(url) ?? fetchKeys(url);
  published.set(url, known);
  return known;
}

async function fetchKeys(url: string): Promise<readonly PublishedKey[]> {
  const { text } = await send(url, { method: "GET", path: "/sandbox/jwks.json" });
  return PublishedKeys.parse(JSON.parse(text)).keys.map((key) => ({ ...key, pem: pemOf(key) }));
}

export interface LogIn {
  readonly gstin: string;
  readonly portal?: PortalPath;
  readonly force?: boolean;
  /** Members of the plaintext to send instead. */
  readonly plain?: Readonly<Record<string, unknown>>;
  readonly headers?: Headers;
}

/** Section 2.2: base64 first, then RSA. */
export async function authenticate(url: string, { gstin, portal = "nic1", force = false, ...rest }: LogIn) {
  const appKey = randomBytes(32);
  const plain = {
    UserName: `API_${gstin}`,
    Password: PASSWORD,
    AppKey: appKey.toString("base64"),
    ForceRefreshAccessToken: force,
    ...rest.plain,
  };
  const data = encryptRsa(await encryptionPem(url), Buffer.from(JSON.stringify(plain)).toString("base64"));
  const answer = await sendAuth(url, { gstin, portal, data, ...(rest.headers ? { headers: rest.headers } : {}) });
  return { answer, appKey };
}

interface AuthCall {
  readonly gstin: string;
  readonly portal?: PortalPath;
  readonly data: unknown;
  readonly headers?: Headers;
}

/** `data` goes out as it is; undefined is left out. */
export async function sendAuth(url: string, { gstin, portal = "nic1", data, headers = {} }: AuthCall): Promise<Answer> {
  const path = `/${portal}/eivital/v1.04/auth`;
  const body = JSON.stringify({ Data: data });
  return answerOf(await send(url, { path, headers: { ...CLIENT, Gstin: gstin, ...headers }, body }));
}

export async function encryptionPem(url: string): Promise<string> {
  const key = (await publishedKeys(url)).find(({ use }) => use === "enc");
  if (key === undefined) throw new Error("the portal publishes no encryption key");
  return key.pem;
}

interface Request {
  readonly portal?: PortalPath;
  readonly headers?: Headers;
}

export interface Session {
  readonly gstin: string;
  readonly token: string;
  readonly sek: Buffer;
  readonly expiry: string;
  get(path: string, request?: Request): Promise<Answer>;
  /** Encrypts the payload; a text goes in as it is, anything else as JSON. */
  post(path: string, payload: unknown, request?: Request): Promise<Answer>;
  /** Sends the body as it is. */
  postBody(path: string, body: string, request?: Request): Promise<Answer>;
}

export async function logIn(url: string, options: LogIn): Promise<Session> {
  const { answer, appKey } = await authenticate(url, options);
  const { AuthToken, Sek, TokenExpiry } = AuthData.parse(answer.Data);
  return sessionOf(url, { gstin: options.gstin, token: AuthToken, sek: decryptAes(appKey, Sek), expiry: TokenExpiry });
}

const sessions = new Map<string, Promise<Session>>();

/** The session of tests that are not about logging in: one per taxpayer, as the specification wants clients to hold it. */
export function sessionFor(url: string, gstin: string): Promise<Session> {
  const held = sessions.get(url + gstin) ?? logIn(url, { gstin });
  sessions.set(url + gstin, held);
  return held;
}

function sessionOf(url: string, held: Pick<Session, "gstin" | "token" | "sek" | "expiry">): Session {
  const { gstin, token, sek } = held;
  const standing = { ...CLIENT, Gstin: gstin, user_name: `API_${gstin}`, AuthToken: token };
  const call = async (
    method: "GET" | "POST",
    path: string,
    { portal = "nic1", headers, body }: Request & { body?: string },
  ) =>
    answerOf(await send(url, { method, path: `/${portal}${path}`, headers: { ...standing, ...headers }, body }), sek);
  return {
    ...held,
    get: (path, request = {}) => call("GET", path, request),
    post: (path, payload, request = {}) => call("POST", path, { ...request, body: encryptedBody(sek, payload) }),
    postBody: (path, body, request = {}) => call("POST", path, { ...request, body }),
  };
}

export function encryptedBody(sek: Buffer, payload: unknown): string {
  return JSON.stringify({ Data: encryptAes(sek, typeof payload === "string" ? payload : JSON.stringify(payload)) });
}

/** The two calls that most of the suite is made of. */
export const GENERATE = "/eicore/v1.03/Invoice";

export function byIrn(irn: string): string {
  return `${GENERATE}/irn/${irn}`;
}

export function byDocument({
  Typ,
  No,
  Dt,
}: {
  readonly Typ: string;
  readonly No: string;
  readonly Dt: string;
}): string {
  return `${GENERATE}/irnbydocdetails?${new URLSearchParams({ doctype: Typ, docnum: No, docdate: Dt })}`;
}
