import * as z from "zod";
import { Portal } from "./portal.ts";

/**
 * A registered document: the portal's record and the entry in the central registry in one.
 *
 * One item, because then nothing can fail in between: the put that claims the IRN stores the whole document. The portals
 * are told apart by `portal`; a portal serves only what carries its own name. The signed copies are not kept: RS256 gives
 * the same bytes for the same record and key, so a crash between registering and signing loses nothing either.
 */
export const Registration = z.object({
  v: z.literal(1),
  irn: z.string(),
  portal: Portal,
  status: z.literal("ACT"),
  ackNo: z.int(),
  ackAt: z.iso.datetime(),
  /** See registered-document.ts. Gzipped JSON: an item may not exceed 400 KB, and a long invoice shrinks tenfold. */
  document: z.instanceof(Uint8Array),
});
export type Registration = z.infer<typeof Registration>;

/** Whether the two are one act of registering, met again: the store's client repeats a write whose answer was lost. */
export function isSame(one: Registration, other: Registration): boolean {
  return one.ackNo === other.ackNo && one.ackAt === other.ackAt && one.portal === other.portal;
}
