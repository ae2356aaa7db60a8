import type { Cancellation } from "../../document/change.ts";
import type { Cancellation as Why } from "../../irp/irp.ts";
import { toIstTimestamp } from "../../ist.ts";
import type { Changing } from "./kind.ts";

/**
 * A cancellation at that time, RFC 3339; where only a look-up showed it, the time of the submission. What was not ours has
 * nobody's reasons.
 */
export function cancellationBy(changing: Changing, { reason, remarks }: Why, at: string | undefined): Cancellation {
  const time = at ?? toIstTimestamp(new Date(changing.since));
  return changing.isOurs ? { rid: changing.rid, at: time, reason, remarks } : { at: time };
}
