import * as z from "zod";

/** A token and the key that belongs to it: replaced as one, and a call in flight keeps its own pair. */
export interface Session {
  readonly userName: string;
  readonly authToken: string;
  readonly sek: Buffer;
  readonly expiresAt: Date;
}

/** Whose session: a token holds at every portal of one environment for one client id, GSTIN and user (irp-protocol 3). */
export interface SessionOwner {
  readonly environment: string;
  readonly clientId: string;
  readonly gstin: string;
  readonly userName: string;
}

/** The logins since one last succeeded. All times in ms. Stands in the clear beside the sealed session, so it tells nothing secret. */
export const Logins = z.object({
  /** Names the credentials of the last one and tells nothing of them: others have another name. */
  credentials: z.string(),
  /** When the last ones were begun, the oldest first. */
  begunAt: z.array(z.number().int()),
  /** When these credentials were refused. */
  refusedAt: z.array(z.number().int()),
  /** When the last one at a portal failed, by portal. */
  failedAt: z.record(z.string(), z.number().int()),
  /** Why the last one failed; none while these credentials have not. */
  reason: z.string().optional(),
});
export type Logins = z.infer<typeof Logins>;

/** The right to log in, which one worker has at a time, until `until` (ms). */
export const Turn = z.object({ worker: z.string(), until: z.number().int() });
export type Turn = z.infer<typeof Turn>;

/** What all workers know of one owner's session. */
export interface SharedSession {
  /** Changes with every write: a login begins only on what was seen. 0 where nothing is stored. */
  readonly revision: number;
  /** The last one, which may be over. */
  readonly session?: Session;
  readonly logins?: Logins | undefined;
  readonly turn?: Turn | undefined;
}

/**
 * Sessions shared by all workers, sealed at rest. The store decides nothing by the clock: what may be done when is for the
 * caller, who reads everything, and says by `revision` what was read. An exception means that the store or the vault failed.
 */
export interface SessionStore {
  /** As of now, never from a replica that lags. */
  find(owner: SessionOwner): Promise<SharedSession>;
  /** Takes the turn, if nothing was written since `revision`; else shows what stands. Taken twice by the same worker is taken. */
  beginLogin(
    owner: SessionOwner,
    revision: number,
    begun: { readonly turn: Turn; readonly logins: Logins },
  ): Promise<"begun" | SharedSession>;
  /**
   * Ends the turn with a session. It replaces the stored one if it expires later, or is the same token with its key anew;
   * else the stored one stays. Returns the one that stands.
   */
  put(owner: SessionOwner, session: Session, logins: Logins): Promise<Session>;
  /** Ends the worker's turn without a session; nothing if the turn is another's by now. */
  failLogin(owner: SessionOwner, worker: string, logins: Logins): Promise<void>;
  /** Removes this token; nothing if it was replaced. */
  drop(owner: SessionOwner, authToken: string): Promise<"dropped" | "replaced">;
}
