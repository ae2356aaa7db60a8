import { isClient } from "./accounts.ts";
import type { NicCode } from "./codes.ts";
import type { SandboxDeps, SandboxRequest } from "./sandbox-request.ts";
import type { Session } from "./sandbox-store.ts";

/** What is none need not be looked for; a key of the store has its limits. */
const TOKEN_LAYOUT = /^[A-Za-z0-9]{25}$/;

interface Caller {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly gstin: string;
  readonly userName: string;
  readonly session: Session | undefined;
  readonly at: Date;
}

/** Refused with the code unless the caller passes. */
type Check = readonly [refusedWith: NicCode, passes: (caller: Caller) => boolean];

const HEADER_CHECKS: readonly Check[] = [
  ["1011", ({ clientId }) => clientId !== ""],
  ["1012", ({ clientSecret }) => clientSecret !== ""],
  ["1004", ({ gstin }) => gstin !== ""],
];

const CLIENT_CHECK: Check = ["1010", ({ clientId, clientSecret }) => isClient(clientId, clientSecret)];

/** The order in which a call for a token is checked. The first failure is the answer. */
const AUTH_CHECKS: readonly Check[] = [...HEADER_CHECKS, CLIENT_CHECK];

/** The order in which every other call is checked. */
const SESSION_CHECKS: readonly Check[] = [
  ...HEADER_CHECKS,
  ["1006", ({ userName }) => userName !== ""],
  CLIENT_CHECK,
  ["1005", (caller) => tokenIsGood(caller)],
  ["1015", ({ gstin, session }) => gstin === session?.gstin],
];

/** The code that refuses a call for a token, or undefined. */
export function refusalOfAuth(request: SandboxRequest): NicCode | undefined {
  return firstRefusal(AUTH_CHECKS, callerOf(request, undefined));
}

/** The session that the call belongs to, or the code that refuses it. */
export async function sessionOf({ store }: SandboxDeps, request: SandboxRequest): Promise<Session | NicCode> {
  const token = request.headers.get("authtoken") ?? "";
  const session = TOKEN_LAYOUT.test(token) ? await store.sessionOfToken(token) : undefined;
  return firstRefusal(SESSION_CHECKS, callerOf(request, session)) ?? session ?? "1005";
}

function firstRefusal(checks: readonly Check[], caller: Caller): NicCode | undefined {
  return checks.find(([, passes]) => !passes(caller))?.[0];
}

function callerOf({ headers, at }: SandboxRequest, session: Session | undefined): Caller {
  const header = (name: string) => headers.get(name) ?? "";
  return {
    clientId: header("client_id"),
    clientSecret: header("client_secret"),
    gstin: header("gstin"),
    userName: header("user_name"),
    session,
    at,
  };
}

/** Alive, and used by the client and user that it was given to. */
function tokenIsGood({ session, clientId, userName, at }: Caller): boolean {
  if (session === undefined || session.clientId !== clientId || session.userName !== userName) return false;
  return at.getTime() < Date.parse(session.expiresAt);
}
