import { toIstMilliseconds } from "../ist.ts";
import { type ChainEnd, placeOf } from "./chain.ts";
import type { AuditRows } from "./chains.ts";

/**
 * The archiver begins a round every five minutes, two minutes behind the clock: who waits so long was passed by in many rounds
 * one after the other.
 */
const PASSED_BY_MS = 60 * 60_000;
/** Behind every place. */
const END = "\u{10FFFF}";

/** The place of a row behind the chain's end that should be archived by now, or never will be: its time does not come. */
export async function notArchived(
  { trail, now }: { readonly trail: AuditRows; readonly now: () => Date },
  gstin: string,
  { last }: ChainEnd,
): Promise<string | undefined> {
  const after = last && placeOf(last);
  const fromNow = (ms: number) => toIstMilliseconds(new Date(now().getTime() + ms));
  const ahead = fromNow(PASSED_BY_MS);
  const waiting = await trail.rows(gstin, { after, to: fromNow(-PASSED_BY_MS), limit: 1 });
  const later = await trail.rows(gstin, { after: after && after > ahead ? after : ahead, to: END, limit: 1 });
  return [...waiting.rows, ...later.rows][0]?.place;
}
