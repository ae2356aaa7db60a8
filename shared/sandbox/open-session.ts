import { troubleOfGstin } from "./faults.ts";
import type { SandboxDeps } from "./sandbox-request.ts";
import type { Session, SessionOwner } from "./sandbox-store.ts";

const FORCE_WINDOW_MS = 10 * 60_000;
const TOKEN_LENGTH = 25;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

interface AskedSession {
  readonly owner: SessionOwner;
  /** Asks for a new token before the old one ends. */
  readonly force: boolean;
  readonly at: Date;
}

/** The owner's session: the same one for as long as it lives, unless a new one is asked for in its last ten minutes. */
export async function openSession(deps: SandboxDeps, asked: AskedSession): Promise<Session> {
  const current = await deps.store.currentSession(asked.owner);
  if (current !== undefined && staysCurrent(current, asked)) return current;
  return deps.store.openSession(newSession(deps, asked), current?.token);
}

function staysCurrent({ expiresAt }: Session, { force, at }: AskedSession): boolean {
  const leftMs = Date.parse(expiresAt) - at.getTime();
  return force ? leftMs > FORCE_WINDOW_MS : leftMs > 0;
}

function newSession({ randomBytes, settings }: SandboxDeps, { owner, at }: AskedSession): Session {
  const token = Array.from(randomBytes(TOKEN_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  const sek = Buffer.from(randomBytes(32)).toString("base64");
  const endOf = (seconds: number) => new Date(at.getTime() + seconds * 1000).toISOString();
  const toldExpiry = endOf(settings.tokenLifeSeconds);
  const { tokenSeconds } = troubleOfGstin(owner.gstin);
  if (tokenSeconds === undefined) return { v: 1, token, sek, ...owner, expiresAt: toldExpiry };
  return { v: 1, token, sek, ...owner, expiresAt: endOf(tokenSeconds), toldExpiry };
}
