import type { Pending } from "../document/document.ts";
import type { IrpError } from "../irp/irp.ts";
import { type Found, type Resolution, resolve } from "../irp/outcome.ts";
import {
  adopt,
  MOST_ERRORS,
  ownSubmission,
  parkPending,
  refuseByPortal,
  refuseHeld,
  refuseTaken,
  refuseUnsent,
} from "./held-document.ts";
import { type Job, LEASE_MS, LONGEST_HAND_BACK_MS, type Verdict } from "./job.ts";
import { refusalFor } from "./refusal.ts";
import { isOverdue } from "./request.ts";
import { askedBeside } from "./settle.ts";

/** Certainly not registered, and due to be submitted once more after these. */
export type Resubmission = { readonly is: "resubmit"; readonly before: Pending };

/** Pauses before a document that is certainly not registered is submitted again: the portal may be ill. */
const RESUBMIT_MS = [0, 60_000, 300_000, 1_800_000] as const;
const HOURLY_MS = 3_600_000;
/** All portals show a document for so long at least (irp-protocol 5: two days, or three). */
const CERTAIN_MS = 2 * 24 * 60 * 60 * 1000;
/** So long the portals show a document; after that nobody answers for it. */
export const SHOWN_MS = 3 * 24 * 60 * 60 * 1000;

/** Step 5 of the protocol: finds out what became of the submissions so far. */
export async function lookUp(job: Job, pending: Pending): Promise<Verdict | Resubmission> {
  const resolution = await look(job, pending);
  switch (resolution.is) {
    case "found":
      return (await isTooEarly(job, pending, resolution)) ? parkPending(job, pending) : adopt(job, pending, resolution);
    case "absent":
      return absent(job, { ...pending, without: [...resolution.without] });
    default:
      return undecided(job, pending, resolution);
  }
}

/**
 * A refusal of a later submission may hide that an earlier one was registered: a date rule can come before the duplicate
 * check. So all portals are asked once more before it counts. `before` is what was submitted up to then.
 */
export function refusedLater(job: Job, before: Pending, errors: readonly IrpError[]): Pending {
  return { ...before, without: [], refusal: { rid: job.request.rid, errors: errors.slice(0, MOST_ERRORS) } };
}

function look(job: Job, pending: Pending): Promise<Resolution> {
  const { deps, request, invoice, mayStillSend, admission } = job;
  const { Typ, No, Dt } = invoice.DocDtls;
  const { gstin, rid, irn } = request;
  const { portal, taken, subs } = pending;
  return resolve(
    { ...deps, mayStillSend: () => mayStillSend(0), admission },
    {
      ...{ gstin, rid, irn, portal, number: { docType: Typ, docNo: No, docDate: Dt } },
      // By number a document is found under its own date alone, and another request's may bear another one.
      byIrn: taken !== undefined || subs.some(({ rid }) => rid !== request.rid),
      settledFrom: settledFrom(job, pending),
      without: pending.without ?? [],
    },
  );
}

/** The e-way bill that was asked for is not shown, and may be yet. */
async function isTooEarly(job: Job, pending: Pending, { signed, verified }: Found): Promise<boolean> {
  const sub = ownSubmission(job, pending, verified);
  if (signed.ewayBill || !sub || job.deps.now() >= settledFrom(job, pending)) return false;
  return (await askedBeside(job.deps, job.request, job.invoice, sub)) != null;
}

/** The lease of the worker that sent it bounds how long its call can have lasted. */
function settledFrom({ deps }: Job, { at }: Pending): Date {
  return new Date(at + LEASE_MS + deps.lookUpLagMs);
}

/** What portals said before is not believed: they are asked again. */
const OPEN = { is: "open", without: [] } as const;

/** None of the submissions is registered. */
async function absent(job: Job, pending: Pending): Promise<Verdict | Resubmission> {
  const { taken, since } = pending;
  // Of what is older portals may show nothing though it is there.
  if (job.deps.now().getTime() - since > CERTAIN_MS) return undecided(job, pending, OPEN);
  // The portal itself says that the number is taken: what it does not show is not absent.
  if (taken === "active") return undecided(job, pending, OPEN);
  if (taken) return refuseTaken(job, taken);
  if (pending.refusal?.rid === job.request.rid) return refuseByPortal(job, pending.refusal.errors);
  if (isOverdue(job.request, job.deps.now())) return refuseUnsent(job);
  const mayFrom = resubmitFrom(pending);
  return mayFrom > job.deps.now().getTime()
    ? parkPending(job, pending, new Date(mayFrom))
    : { is: "resubmit", before: pending };
}

/** When what certainly did not happen is sent again, epoch ms. */
export function resubmitFrom({ at, n }: Pick<Pending, "at" | "n">): number {
  return at + (RESUBMIT_MS[n - 1] ?? HOURLY_MS);
}

/** Keeps looking for as long as portals show documents; what nobody answers for by then ends as unknown, and stays pending. */
async function undecided(
  job: Job,
  pending: Pending,
  resolution: Extract<Resolution, { is: "unverified" | "open" }>,
): Promise<Verdict> {
  const { irn } = job.request;
  if (resolution.is === "unverified") {
    const { errors } = resolution;
    return refuseHeld(job, { problem: refusalFor("registered_unverified", irn), errors, pending });
  }
  if (job.deps.now().getTime() - pending.since > SHOWN_MS)
    return refuseHeld(job, { problem: refusalFor("outcome_unknown", irn), pending });
  const { retryAt, without } = resolution;
  const isUnasked = resolution.is === "open" && resolution.isUnasked;
  const isSoon = retryAt && retryAt.getTime() - job.deps.now().getTime() <= LONGEST_HAND_BACK_MS;
  // Who looks again asks the first portal again, and spends a slot on it: where nothing was learned, as seldom as ever.
  const isWasted = isSoon && !isUnasked && without.length === (pending.without ?? []).length;
  return parkPending(job, { ...pending, without: [...without] }, isWasted ? undefined : retryAt);
}
