import type { Answer, DocumentNumber, Existing, Irp, IrpCall, IrpError, SignedDocument, TakenBy } from "./irp.ts";
import type { VerifiedDocument } from "./verify.ts";

/** A document that may be registered, and what is needed to find out. */
export interface Sought {
  readonly gstin: string;
  readonly irn: string;
  readonly number: DocumentNumber;
  /** The portal that it was sent to: the first to be asked. */
  readonly portal: string;
  /** Asks for the IRN, not for the number: its document may bear another date. */
  readonly byIrn: boolean;
  /** No look-up before this time can show an absence: the call may be running, or what it registered not be visible yet. */
  readonly settledFrom: Date;
}

/** A document as found, and vouched for by the portal's signature. */
export interface Found {
  readonly signed: SignedDocument;
  readonly verified: VerifiedDocument;
  readonly portal: string;
}

/**
 * What look-ups show. `found`: it exists, ours or another's. `absent`: it certainly is not registered. `unverified`: it
 * exists, and is too old to be shown (2283). `open`: keep looking.
 */
export type Resolution =
  | ({ readonly is: "found" } & Found)
  | { readonly is: "absent" }
  | { readonly is: "unverified"; readonly errors: readonly IrpError[] }
  | { readonly is: "open" };

export interface ResolveDeps {
  readonly irp: Pick<Irp, "byIrn" | "byDocument">;
  /** Throws when the signed copies cannot be vouched for. */
  readonly verify: (document: SignedDocument) => Promise<VerifiedDocument>;
  readonly portals: readonly string[];
  readonly now: () => Date;
  readonly mayStillSend: () => boolean;
}

const TOO_OLD = "2283";
/** How portals say that they hold no such document; of another's they say nothing more. */
const NONE = new Set(["2148", "2154", "2296", "3001"]);

/**
 * Finds out whether a document is registered whose registration may have been lost on the way. Presence counts at once
 * and wherever it is seen; absence only when every portal says so, late enough.
 */
export async function resolve(deps: ResolveDeps, sought: Sought): Promise<Resolution> {
  const askedAt = deps.now();
  let allSayNone = true;
  for (const portal of [sought.portal, ...deps.portals.filter((name) => name !== sought.portal)]) {
    const seen = await look(deps, sought, portal);
    if (seen.is === "found" || seen.is === "unverified") return seen;
    allSayNone &&= seen.is === "none";
  }
  return allSayNone && askedAt >= sought.settledFrom ? { is: "absent" } : { is: "open" };
}

type Seen = Exclude<Resolution, { is: "absent" }> | { readonly is: "none" };

async function look(deps: ResolveDeps, sought: Sought, portal: string): Promise<Seen> {
  const { gstin, irn, number, byIrn } = sought;
  const call: IrpCall = { gstin, portal, mayStillSend: deps.mayStillSend };
  const answer = byIrn ? await deps.irp.byIrn(call, irn) : await deps.irp.byDocument(call, number);
  if (answer.is === "ok") return vouchedFor(deps, sought, portal, answer.value);
  if (answer.is !== "refused") return { is: "open" };
  const { errors } = answer;
  if (errors.some(({ code }) => code === TOO_OLD)) return { is: "unverified", errors };
  return { is: errors.every(({ code }) => NONE.has(code)) ? "none" : "open" };
}

/** A copy that nobody vouches for, or of another IRN, shows nothing: neither presence nor absence. */
async function vouchedFor(deps: ResolveDeps, { irn }: Sought, portal: string, signed: SignedDocument): Promise<Seen> {
  const verified = await deps.verify(signed).catch(() => undefined);
  return verified?.irn === irn ? { is: "found", signed, verified, portal } : { is: "open" };
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
