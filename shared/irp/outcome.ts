import type { Answer, DocumentNumber, Existing, Irp, IrpCall, IrpError, SignedDocument, TakenBy } from "./irp.ts";
import type { VerifiedDocument } from "./verify.ts";

/** A document that may be registered, and what is needed to find out. */
export interface Sought {
  readonly gstin: string;
  /** The request that wants to know. */
  readonly rid: string;
  readonly irn: string;
  readonly number: DocumentNumber;
  /** The portal that it was sent to: the first to be asked. */
  readonly portal: string;
  /** Asks for the IRN, not for the number: its document may bear another date. */
  readonly byIrn: boolean;
  /** No look-up before this time can show an absence: the call may be running, or what it registered not be visible yet. */
  readonly settledFrom: Date;
  /** Portals that have said so late enough already. */
  readonly without: readonly string[];
}

/** A document as found, and vouched for by the portal's signature. */
export interface Found {
  readonly signed: SignedDocument;
  readonly verified: VerifiedDocument;
  readonly portal: string;
}

/**
 * What look-ups show. `found`: it exists, ours or another's. `absent`: it certainly is not registered. `unverified`: it
 * exists, and is too old to be shown (2283). `open`: keep looking; `without` are the portals that need not be asked again.
 */
export type Resolution =
  | ({ readonly is: "found" } & Found)
  | { readonly is: "absent"; readonly without: readonly string[] }
  | { readonly is: "unverified"; readonly errors: readonly IrpError[] }
  | Open;

export interface Open {
  readonly is: "open";
  readonly without: readonly string[];
  /** Looking before this time is of no use. */
  readonly retryAt?: Date;
  /** No call was sent: there was no slot for one, or no time. */
  readonly isUnasked?: true;
}

export interface ResolveDeps {
  readonly irp: Pick<Irp, "byIrn" | "byDocument">;
  /** Throws when the signed copies cannot be vouched for. */
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  readonly portals: readonly string[];
  readonly now: () => Date;
  readonly mayStillSend: () => boolean;
  /** The slot that the work was admitted with, for the first call. */
  readonly admission: () => Pick<IrpCall, "isAdmitted">;
}

const TOO_OLD = "2283";
/** How portals say that they hold no such document; of another's they say nothing more. */
const NONE = new Set(["2148", "2154", "2296", "3001"]);

/**
 * Finds out whether a document is registered whose registration may have been lost on the way. Presence counts at once
 * and wherever it is seen; absence only when every portal says so, late enough, be it one after the other.
 */
export async function resolve(deps: ResolveDeps, sought: Sought): Promise<Resolution> {
  const isLateEnough = deps.now() >= sought.settledFrom;
  const without = new Set(sought.without);
  const all = [sought.portal, ...deps.portals.filter((name) => name !== sought.portal)];
  let retryAt: Date | undefined;
  let isAsked = false;
  for (const portal of all.filter((name) => !without.has(name))) {
    const seen = await look(deps, sought, portal);
    if (seen.is === "found" || seen.is === "unverified") return seen;
    if (seen.is === "none" && isLateEnough) without.add(portal);
    if (seen.is === "nothing" && seen.retryAt) retryAt = seen.retryAt;
    if (seen.is === "none" || !seen.isUnasked) isAsked = true;
  }
  if (all.every((portal) => without.has(portal))) return { is: "absent", without: all };
  return { is: "open", without: [...without], ...(retryAt && { retryAt }), ...(!isAsked && { isUnasked: true }) };
}

type Seen =
  | Extract<Resolution, { is: "found" | "unverified" }>
  | { readonly is: "none" }
  | { readonly is: "nothing"; readonly retryAt?: Date; readonly isUnasked?: true };

async function look(deps: ResolveDeps, sought: Sought, portal: string): Promise<Seen> {
  const { gstin, rid, irn, number, byIrn } = sought;
  const call: IrpCall = { gstin, about: { rid, irn }, portal, mayStillSend: deps.mayStillSend, ...deps.admission() };
  const answer = byIrn ? await deps.irp.byIrn(call, irn) : await deps.irp.byDocument(call, number);
  if (answer.is === "ok") return vouchedFor(deps, sought, portal, answer.value);
  if (answer.is !== "refused") return nothing(answer);
  const { errors } = answer;
  if (errors.some(({ code }) => code === TOO_OLD)) return { is: "unverified", errors };
  return { is: errors.every(({ code }) => NONE.has(code)) ? "none" : "nothing" };
}

function nothing(answer: Extract<Answer<unknown>, { is: "not-sent" | "unknown" }>): Seen {
  if (answer.is === "unknown") return { is: "nothing" };
  return { is: "nothing", isUnasked: true, ...(answer.retryAt && { retryAt: answer.retryAt }) };
}

/** A copy that nobody vouches for, or of another IRN, shows nothing: neither presence nor absence. */
async function vouchedFor(deps: ResolveDeps, { irn }: Sought, portal: string, signed: SignedDocument): Promise<Seen> {
  const verified = await deps.verify(signed).catch(() => undefined);
  return verified?.irn === irn ? { is: "found", signed, verified, portal } : { is: "nothing" };
}

/** What a portal said of a number that is taken (2150, 2278, 2295); undefined when it said nothing of the kind. */
export function takenBy(answer: Answer<unknown>, portals: readonly string[]): TakenBy | undefined {
  if (answer.is !== "unknown") return undefined;
  const codes = new Set(answer.errors.map(({ code }) => code));
  if (codes.has("2278")) return "cancelled";
  if (codes.has("2295")) return isForeign(answer.existing, portals) ? "elsewhere" : "active";
  return codes.has("2150") ? "active" : undefined;
}

/** The registry's names for NIC vary (NIC, NIC1, NIC101); one that is not named may be ours. */
function isForeign({ irp = "" }: Existing = {}, portals: readonly string[]): boolean {
  return irp !== "" && !portals.includes(irp) && !/^NIC/i.test(irp);
}
