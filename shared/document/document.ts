import * as z from "zod";
import { takenBys } from "../irp/irp.ts";
import { Bill, Cancellation } from "./change.ts";

/** Who works on the document now. The only worker lease there is. */
const Lock = z.object({ worker: z.string(), until: z.number() });

const Errors = z.array(z.object({ code: z.string(), message: z.string() }));

/** What is sent to a portal and may have reached it, so that its outcome is not known yet. */
const Sent = {
  /** Whose submission was the last. */
  rid: z.string(),
  /** When the last submission was noted, and when the first was. */
  at: z.number(),
  since: z.number(),
  n: z.number().int().min(1),
  /** Look-ups since the last submission that settled nothing. */
  looks: z.number().int(),
};

/** A registration that is pending, for all requests that had a part in it. */
export const Pending = z.object({
  op: z.literal("register"),
  ...Sent,
  /** Never another one, before it is certain that nothing is registered. */
  portal: z.string(),
  subs: z.array(z.object({ rid: z.string(), docFp: z.string() })),
  /** Portals that have none of it, as they said when it was certain. */
  without: z.array(z.string()).optional(),
  /** What the last submission was refused with, while it is not certain that nothing before it is registered. */
  refusal: z.object({ rid: z.string(), errors: Errors }).optional(),
  /** What the portal said of the number, if it was taken. */
  taken: z.enum(takenBys).optional(),
});
export type Pending = z.infer<typeof Pending>;

/**
 * A change of the registered document that is pending, at the portal that registered it. It is one request's alone, which
 * knows what it asked for and is open as long as this stands.
 */
export const PendingChange = z.object({
  op: z.literal("change"),
  ...Sent,
  /** A look-up showed, late enough, that nothing of what was sent is done. Then nothing was sent any more. */
  isUndone: z.literal(true).optional(),
  /** What the last submission was refused with, while it is not certain that none before it was done. */
  refusal: Errors.optional(),
});
export type PendingChange = z.infer<typeof PendingChange>;

/** The registration, as the portal's signed copy says it. */
export const Registration = z.object({
  rid: z.string(),
  docFp: z.string(),
  portal: z.string(),
  ackNo: z.string(),
  ackDt: z.string(),
});
export type Registration = z.infer<typeof Registration>;

/** What lists say of a registered document. */
export const Summary = z.object({
  docType: z.string(),
  docNo: z.string(),
  /** `yyyy-MM-dd` */
  docDate: z.string(),
  buyerGstin: z.string(),
  /** Rupees, as the document says it. */
  total: z.number(),
});
export type Summary = z.infer<typeof Summary>;

/** DOC: one document of one supplier, for ever. */
export const Document = z.object({
  v: z.literal(1),
  irn: z.string(),
  ownerGstin: z.string(),
  lock: Lock.optional(),
  pending: z.discriminatedUnion("op", [Pending, PendingChange]).optional(),
  reg: Registration.optional(),
  /** What the portal refused for good: not sent again unchanged before that time (epoch ms). */
  refused: z
    .object({
      docFp: z.string(),
      until: z.number(),
      errors: Errors,
    })
    .optional(),
  /** The portal's own word. */
  status: z.enum(["ACT", "CNL", "REJ"]).optional(),
  cancelled: Cancellation.optional(),
  /** Its e-way bills, the oldest first; one of them is active at the most. */
  bills: z.array(Bill).optional(),
  /** None on documents that were registered before there were lists. */
  about: Summary.optional(),
  /** How often it changed: registered is 1. */
  seq: z.number().int(),
});
export type Document = z.infer<typeof Document>;
