import { constants, createCipheriv, createDecipheriv, generateKeyPairSync, privateDecrypt } from "node:crypto";
import type { JWK } from "jose";
import * as z from "zod";
import type { Send, WireRequest } from "../../../../shared/irp/nic/wire.ts";
import { toPortalTime } from "../../../../shared/ist.ts";

/** A portal of a few lines, written from the protocol's description: it logs users in and hands the rest to the test. */

export const GSTIN = "27AAAZA0001A1ZM";
export const USER = { userName: "API_USER", password: "Pa55word-of-the-taxpayer" };
export const START = new Date("2026-08-18T09:00:00Z");

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const ENCRYPTION_KEY: JWK = { ...publicKey.export({ format: "jwk" }), kty: "RSA", use: "enc" };

/** More than any test makes: a client that loops is stopped here, where no time-out would. */
const MOST_CALLS = 100;

const Login = z.strictObject({
  UserName: z.string(),
  Password: z.string(),
  AppKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  ForceRefreshAccessToken: z.boolean(),
});
export type Login = z.infer<typeof Login>;

/** `ewayapi` writes its members small. */
const Sealed = z.object({ Data: z.string().optional(), data: z.string().optional() });

interface Business {
  readonly portal: string;
  readonly request: WireRequest;
  /** What was encrypted, if anything was. */
  readonly plain: string | undefined;
  readonly sek: Buffer;
  /** How many calls came before this one. */
  readonly nth: number;
}

interface Parts {
  readonly now?: () => Date;
  readonly tokenMinutes?: number;
  /** Answers every call but logins, once its token is good. */
  readonly answer?: (call: Business) => unknown;
  /** Replaces the answer to the nth login, undefined to leave it. */
  readonly login?: (nth: number, login: Login) => unknown;
}

export function aPortal({
  now = () => START,
  tokenMinutes = 60,
  answer = () => ({}),
  login = () => undefined,
}: Parts = {}) {
  const logins: (Login & { readonly portal: string; readonly gstin: string | undefined })[] = [];
  const calls: (WireRequest & { readonly portal: string })[] = [];
  const sessions = new Map<string, Buffer>();

  async function logIn(portal: string, { headers, body }: WireRequest): Promise<unknown> {
    const asked = Login.parse(openLogin(z.object({ Data: z.string() }).parse(body).Data));
    const nth = logins.push({ ...asked, portal, gstin: headers["Gstin"] }) - 1;
    const other = await login(nth, asked);
    if (other !== undefined) return other;
    if (asked.UserName !== USER.userName || asked.Password !== USER.password) return refusal("1019");
    const sek = Buffer.alloc(32, nth + 1);
    const AuthToken = `TOKEN${nth}`;
    sessions.set(AuthToken, sek);
    const TokenExpiry = toPortalTime(new Date(now().getTime() + tokenMinutes * 60_000));
    const Sek = seal(Buffer.from(asked.AppKey, "base64"), sek);
    return {
      Status: 1,
      Data: { ClientId: "c", UserName: USER.userName, AuthToken, Sek, TokenExpiry },
      ErrorDetails: null,
    };
  }

  const send: Send = async (portal, request) => {
    if (request.path === "/eivital/v1.04/auth") return logIn(portal, request);
    const nth = calls.push({ ...request, portal }) - 1;
    if (nth > MOST_CALLS) throw new Error("the client goes round and round");
    const sek = sessions.get(request.headers["AuthToken"] ?? "");
    if (!sek) return request.path.endsWith("/ewayapi") ? ewayapiRefusal("238,") : refusal("1005");
    const { Data, data = Data } = Sealed.optional().parse(request.body) ?? {};
    return answer({ portal, request, sek, nth, plain: data === undefined ? undefined : open(sek, data).toString() });
  };

  return { send, logins, calls, revokeAll: () => sessions.clear() };
}

export function refusal(...codes: string[]) {
  const ErrorDetails = codes.map((ErrorCode) => ({ ErrorCode, ErrorMessage: `message of ${ErrorCode}` }));
  return { Status: 0, Data: null, ErrorDetails, InfoDtls: null };
}

export function ewayapiRefusal(errorCodes: string) {
  return { status: "0", error: Buffer.from(JSON.stringify({ errorCodes })).toString("base64") };
}

export function success(sek: Buffer, data: unknown) {
  return { Status: 1, Data: seal(sek, JSON.stringify(data)), ErrorDetails: null, InfoDtls: null };
}

/** base64 over JSON, then RSA, then base64. */
export function openLogin(data: string): unknown {
  const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(data, "base64"));
  if (padded.length !== 256 || padded[0] !== 0 || padded[1] !== 2) throw new Error("not PKCS#1 v1.5");
  const text = padded.subarray(padded.indexOf(0, 2) + 1).toString("ascii");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new Error("not base64 below the RSA");
  return JSON.parse(Buffer.from(text, "base64").toString());
}

export function seal(key: Buffer, plain: string | Buffer): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()]).toString("base64");
}

export function open(key: Buffer, sealed: string): Buffer {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  return Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()]);
}
