import * as z from "zod";
import { takenBys } from "../irp/irp.ts";

/** Who works on the document now. The only worker lease there is. */
const Lock = z.object({ worker: z.string(), until: z.number() });

const Errors = z.array(z.object({ code: z.string(), message: z.string() }));

/** A submission that may have reached a portal and whose outcome is not known yet. Its portal never changes. */
export const Pending = z.object({
  op: z.literal("register"),
  /** Whose submission was the last. */
  rid: z.string(),
  portal: z.string(),
  /** When the last submission was noted, and when the first was. */
  at: z.number(),
  since: z.number(),
  n: z.number().int().min(1),
  subs: z.array(z.object({ rid: z.string(), docFp: z.string() })),
  /** Look-ups since the last submission that settled nothing. */
  looks: z.number().int(),
  /** Portals that have none of it, as they said when it was certain. */
  without: z.array(z.string()).optional(),
  /** What the last submission was refused with, while it is not certain that nothing before it is registered. */
  refusal: z.object({ rid: z.string(), errors: Errors }).optional(),
  /** What the portal said of the number, if it was taken. */
  taken: z.enum(takenBys).optional(),
});
export type Pending = z.infer<typeof Pending>;

/** The registration, as the portal's signed copy says it. */
export const Registration = z.object({
  rid: z.string(),
  docFp: z.string(),
  portal: z.string(),
  ackNo: z.string(),
  ackDt: z.string(),
});
export type Registration = z.infer<typeof Registration>;

/** DOC: one document of one supplier, for ever. */
export const Document = z.object({
  v: z.literal(1),
  irn: z.string(),
  ownerGstin: z.string(),
  lock: Lock.optional(),
  pending: Pending.optional(),
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
  seq: z.number().int(),
});
export type Document = z.infer<typeof Document>;
