import * as z from "zod";
import { Portal } from "./portal.ts";
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
  /** What the client was told, if that was something else. */
  toldExpiry: z.iso.datetime().optional(),
});
export type Session = z.infer<typeof Session>;

/** Whose session it is; one is current at a time. */
export type SessionOwner = Pick<Session, "clientId" | "userName" | "gstin">;

export const KeyName = z.enum(["auth", "NIC1", "NIC2"]);
export type KeyName = z.infer<typeof KeyName>;

/** An IRN that was given out while the registry was down. It counts as rejected once the registry is back. */
export const Rejection = z.object({
  v: z.literal(1),
  gstin: z.string(),
  portal: Portal,
  /** The day in India on which the IRN was given out, DD/MM/YYYY. */
  day: z.string(),
  irn: z.string(),
  rejectedAt: z.iso.datetime(),
});
export type Rejection = z.infer<typeof Rejection>;
export type RejectionDay = Pick<Rejection, "gstin" | "portal" | "day">;

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
  /** Ends a session at the time that it says now, before its own. */
  endSession(session: Session): Promise<void>;

  /** Registers the document unless its IRN is taken, at whichever portal. Never overwrites; the same twice counts once. */
  register(registration: Registration): Promise<RegisterOutcome>;
  findRegistration(irn: string): Promise<Registration | undefined>;
  /** Keeps the record in place of the revision before it. False when that is not the standing one any more. */
  changeRegistration(registration: Registration): Promise<boolean>;

  /** Notes that an IRN was given out for nothing. The same twice counts once. */
  addRejection(rejection: Rejection): Promise<void>;
  /** What one supplier was given at one portal on one day, in the order of the IRNs. */
  rejectionsOf(day: RejectionDay): Promise<readonly Rejection[]>;

  /** Keeps the first text under a name, for ever, and answers the one that is kept. */
  keepNote(name: string, text: string): Promise<string>;
  findNote(name: string): Promise<string | undefined>;

  /** Moves a GSTIN's clock on. Answers how far it is ahead of the real one now; moves at the same time add up. */
  advanceClock(gstin: string, byMs: number): Promise<number>;
  /** How far a GSTIN's clock is ahead; 0 when it was never moved. */
  clockAheadMs(gstin: string): Promise<number>;

  findKey(name: KeyName): Promise<string | undefined>;
  /** Keeps the private key (PKCS#8 PEM) unless one is kept under the name. Answers the key that is kept. */
  keepKey(name: KeyName, pem: string): Promise<string>;
}
