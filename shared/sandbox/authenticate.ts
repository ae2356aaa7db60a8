import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { toPortalTime } from "../ist.ts";
import { refusalOfUser } from "./accounts.ts";
import { sealAes } from "./aes-envelope.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { refusalOfAuth } from "./check-caller.ts";
import { fault, type NicCode } from "./codes.ts";
import { readJson } from "./json-text.ts";
import { openSession } from "./open-session.ts";
import { readEnvelope } from "./request-body.ts";
import { openRsa } from "./rsa-envelope.ts";
import type { SandboxDeps, SandboxRequest } from "./sandbox-request.ts";
import type { Session } from "./sandbox-store.ts";

/** 32 bytes in base64. */
const AppKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

const Credentials = z.object({
  UserName: z.string().min(1),
  Password: z.string().min(1),
  AppKey,
  ForceRefreshAccessToken: z.boolean().nullish(),
});
type Credentials = z.infer<typeof Credentials>;

/** Which code says that a field is missing or unreadable. */
const REFUSAL_OF_FIELD: ReadonlyMap<PropertyKey | undefined, NicCode> = new Map([
  ["UserName", "1006"],
  ["Password", "1013"],
  ["AppKey", "1016"],
]);

/** Logs an API user in: `POST /eivital/v1.04/auth`. The answer's Data is plain; only the Sek in it is encrypted. */
export async function authenticate(deps: SandboxDeps, request: SandboxRequest): Promise<Answer> {
  const refusedWith = refusalOfAuth(request);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);

  const { privateKey } = await deps.keys("auth");
  const read = readCredentials(privateKey, request.body);
  if ("refusedWith" in read) return refuse([fault(read.refusedWith)]);

  return logIn(deps, request, read.credentials);
}

async function logIn(deps: SandboxDeps, { headers, at }: SandboxRequest, credentials: Credentials): Promise<Answer> {
  const { UserName: userName, Password, ForceRefreshAccessToken: force } = credentials;
  const gstin = headers.get("gstin") ?? "";
  const refusedWith = refusalOfUser(gstin, userName, Password);
  if (refusedWith !== undefined) return refuse([fault(refusedWith)]);

  const owner = { clientId: headers.get("client_id") ?? "", userName, gstin };
  const session = await openSession(deps, { owner, force: force === true, at });
  return succeed(tokenData(session, credentials.AppKey));
}

/** The session key travels under the AppKey of this very call, also when the token is an old one. */
function tokenData({ clientId, userName, token, sek, expiresAt, toldExpiry }: Session, appKey: string) {
  return {
    ClientId: clientId,
    UserName: userName,
    AuthToken: token,
    Sek: sealAes(Buffer.from(appKey, "base64"), Buffer.from(sek, "base64")),
    TokenExpiry: toPortalTime(new Date(toldExpiry ?? expiresAt)),
  };
}

type ReadCredentials = { readonly credentials: Credentials } | { readonly refusedWith: NicCode };

function readCredentials(privateKey: KeyObject, body: string): ReadCredentials {
  const envelope = readEnvelope(body);
  if ("refusedWith" in envelope) return { refusedWith: envelope.refusedWith === "5003" ? "5003" : "1007" };
  const plain = openRsa(privateKey, envelope.data)?.toString();
  if (plain === undefined) return { refusedWith: "1020" };
  if (plain.startsWith("{")) return { refusedWith: "5001" }; // The client forgot the base64 between JSON and RSA.
  return parseCredentials(Buffer.from(plain, "base64").toString());
}

function parseCredentials(text: string): ReadCredentials {
  const parsed = Credentials.safeParse(readJson(text));
  if (parsed.success) return { credentials: parsed.data };
  return { refusedWith: REFUSAL_OF_FIELD.get(parsed.error.issues[0]?.path[0]) ?? "1007" };
}
