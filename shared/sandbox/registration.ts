import * as z from "zod";
import { Portal } from "./portal.ts";

/** The e-way bill of a document. A cancelled one stays until another takes its place. */
export const EwayBill = z.object({
  no: z.int(),
  /** The GSTIN that asked for it. */
  by: z.string(),
  madeAt: z.iso.datetime(),
  /** Absent while only part A is there: goods may not move yet. */
  validUntil: z.iso.datetime().optional(),
  cancelledAt: z.iso.datetime().optional(),
});
export type EwayBill = z.infer<typeof EwayBill>;

/**
 * A registered document: the portal's record and the entry in the central registry in one.
 *
 * One item, because then nothing can fail in between: the put that claims the IRN stores the whole document, and whether
 * an IRN may be cancelled and whether it may get an e-way bill is decided on one record. The portals are told apart by
 * `portal`; a portal serves only what carries its own name. The signed copies are not kept: RS256 gives the same bytes for
 * the same record and key, so a crash between registering and signing loses nothing either.
 */
export const Registration = z.object({
  v: z.literal(1),
  irn: z.string(),
  portal: Portal,
  /** Counts the changes. A change names the one that it builds on, so that of two at once one is refused. */
  revision: z.int().default(0),
  /** Names the change that made this revision, and no other. */
  change: z.string().optional(),
  ackNo: z.int(),
  ackAt: z.iso.datetime(),
  cancelledAt: z.iso.datetime().optional(),
  /** From then on the registry, which was down before, knows an earlier registration at another IRP. */
  rejectedAt: z.iso.datetime().optional(),
  ewayBill: EwayBill.optional(),
  /** See registered-document.ts. Gzipped JSON: a long invoice shrinks tenfold. */
  document: z.instanceof(Uint8Array),
});
export type Registration = z.infer<typeof Registration>;

/** Active, cancelled, or rejected by the registry: at a time, because the registry finds out later. */
export function statusOf({ cancelledAt, rejectedAt }: Registration, at: Date): "ACT" | "CNL" | "REJ" {
  if (cancelledAt !== undefined) return "CNL";
  return rejectedAt !== undefined && at.getTime() >= Date.parse(rejectedAt) ? "REJ" : "ACT";
}

/** The e-way bill that goods may travel with. */
export function activeEwayBill({ ewayBill }: Registration): EwayBill | undefined {
  return ewayBill?.cancelledAt === undefined ? ewayBill : undefined;
}

/** Whether the two are one act of registering, met again: the store's client repeats a write whose answer was lost. */
export function isSame(one: Registration, other: Registration): boolean {
  return one.ackNo === other.ackNo && one.ackAt === other.ackAt && one.portal === other.portal;
}

/** The next revision of the record. */
export function changed(
  registration: Registration,
  randomBytes: (count: number) => Uint8Array,
  change: Pick<Registration, "cancelledAt"> | Pick<Registration, "ewayBill">,
): Registration {
  const id = Buffer.from(randomBytes(12)).toString("hex");
  return { ...registration, ...change, revision: registration.revision + 1, change: id };
}

/** Whether the two are one change of a record, met again. */
export function isSameChange(one: Registration, other: Registration): boolean {
  return one.revision === other.revision && one.change !== undefined && one.change === other.change;
}
