import * as z from "zod";
import type { Registration } from "./registration.ts";

/** A token and the key that goes with it. Good at both portals, for one client, user and GSTIN. */
export const Session = z.object({
  v: z.literal(1),
  token: z.string(),
  /** The session encryption key: 32 bytes in base64. */
  sek: z.string(),
  clientId: z.string(),
  userName: z.string(),
  gstin: z.string(),
  expiresAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;

/** Whose session it is; one is current at a time. */
export type SessionOwner = Pick<Session, "clientId" | "userName" | "gstin">;

export const KeyName = z.enum(["auth", "NIC1", "NIC2"]);
export type KeyName = z.infer<typeof KeyName>;

export type RegisterOutcome = { readonly state: "registered" } | { readonly state: "taken"; readonly by: Registration };

/** What the sandbox remembers. Every read sees every write that was answered before it. */
export interface SandboxStore {
  /** The session that was last opened for this owner, also when it has expired since. */
  currentSession(owner: SessionOwner): Promise<Session | undefined>;
  /** Any session ever opened with this token. A session stays good until it expires, also when a newer one is current. */
  sessionOfToken(token: string): Promise<Session | undefined>;
  /**
   * Makes the session current if the one it replaces still is (undefined: if there is none). Answers the session that is
   * current now: of callers at the same time one wins, and all get its session.
   */
  openSession(session: Session, replaces: string | undefined): Promise<Session>;

  /** Registers the document unless its IRN is taken, at whichever portal. Never overwrites; the same twice counts once. */
  register(registration: Registration): Promise<RegisterOutcome>;
  findRegistration(irn: string): Promise<Registration | undefined>;

  findKey(name: KeyName): Promise<string | undefined>;
  /** Keeps the private key (PKCS#8 PEM) unless one is kept under the name. Answers the key that is kept. */
  keepKey(name: KeyName, pem: string): Promise<string>;
}
