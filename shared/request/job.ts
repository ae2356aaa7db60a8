import type { Document } from "../document/document.ts";
import type { DocumentStore, Hold } from "../document/document-store.ts";
import type { Invoice } from "../invoice/invoice.ts";
import type { PortalChoice } from "../irp/circuits.ts";
import type { Irp, IrpCall, SignedDocument } from "../irp/irp.ts";
import type { VerifiedDocument } from "../irp/verify.ts";
import { type Request, SKEW_MS } from "./request.ts";
import type { RequestStore } from "./request-store.ts";
import type { SettleDeps } from "./settle.ts";

export type WorkDeps = SettleDeps & {
  readonly requests: RequestStore;
  readonly documents: DocumentStore;
  readonly irp: Pick<
    Irp,
    "generate" | "byIrn" | "byDocument" | "syncTaxpayer" | "cancel" | "makeEwayBill" | "ewayBillOf" | "cancelEwayBill"
  >;
  readonly choice: PortalChoice;
  /** Names of every portal that a document may be at. */
  readonly portals: readonly string[];
  /** Throws when the signed copies cannot be vouched for. */
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  /** How long a registration may take, and how late look-ups may show it. */
  readonly callTimeoutMs: number;
  readonly lookUpLagMs: number;
  /** Milliseconds of a clock that never jumps, for leases. */
  readonly monotonicMs: () => number;
  readonly newId: () => string;
};

/** A request as its worker found it, and the lease that it has, or may get, on the document. */
export interface Lease {
  readonly deps: WorkDeps;
  readonly request: Request;
  readonly hold: Hold;
  /** Asked right before a call's bytes leave, with the time that the call may take. */
  readonly mayStillSend: (timeoutMs: number) => boolean;
  /** The slot that the request was admitted with pays for one call: the first. */
  readonly admission: () => Pick<IrpCall, "isAdmitted">;
}

/** A worker's job: the document is locked, and the request was open after that. Nobody else can end it now. */
export interface Job extends Lease {
  readonly invoice: Invoice;
}

/** `done`: acknowledge the message. `hand-back`: it is needed again at that time. */
export type Verdict = { readonly is: "done" } | { readonly is: "hand-back"; readonly until: Date };

export const DONE: Verdict = { is: "done" };
export const LEASE_MS = 40_000;
/** Who holds the lock is usually done within a second; who has held it for long may be dead, and is asked after less often. */
const LOCKED_PAUSE_MS = 1_000;
/** What must be left of the lease beyond the call's own time-out when the call is sent. */
const GUARD_MS = 5_000;
/** What would wait longer is parked: no message blocks its group for more. */
export const LONGEST_HAND_BACK_MS = 5_000;

export function newLease(deps: WorkDeps, request: Request, hasSlot: boolean): Lease {
  let isUnused = hasSlot;
  const ends = deps.monotonicMs() + LEASE_MS;
  return {
    deps,
    request,
    hold: { worker: deps.newId(), until: deps.now().getTime() + LEASE_MS },
    mayStillSend: (timeoutMs) => deps.monotonicMs() + timeoutMs + GUARD_MS <= ends,
    admission() {
      const isFirst = isUnused;
      isUnused = false;
      return isFirst ? { isAdmitted: true } : {};
    },
  };
}

/** Whether a worker has the document. */
export function isLocked({ lock }: Pick<Document, "lock">, now: Date): boolean {
  return lock !== undefined && lock.until + SKEW_MS >= now.getTime();
}

/** A short wait keeps the message, a longer one is the sweeper's. */
export async function wait({ deps, request }: Lease, until: Date): Promise<Verdict> {
  if (until.getTime() - deps.now().getTime() <= LONGEST_HAND_BACK_MS) return { is: "hand-back", until };
  await deps.requests.park(request.rid, until);
  return DONE;
}

/** Another worker has the document. `lock`: as it was seen. */
export function handBackLocked(lease: Lease, { lock }: Pick<Document, "lock">): Verdict {
  const heldMs = lock ? lease.deps.now().getTime() - (lock.until - LEASE_MS) : 0;
  return handBack(lease, Math.min(Math.max(heldMs, LOCKED_PAUSE_MS), LONGEST_HAND_BACK_MS));
}

export function handBack(job: Lease, ms: number): Verdict {
  return { is: "hand-back", until: later(job, ms) };
}

export function later({ deps }: Lease, ms: number): Date {
  return new Date(deps.now().getTime() + ms);
}
