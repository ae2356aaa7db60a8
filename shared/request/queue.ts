import * as z from "zod";
import type { Flow } from "../budget/flow.ts";

/** What travels: the ids of the request and of its document, never their content. `v` is the message's own version. */
export const QueueMessage = z.object({
  v: z.literal(1),
  rid: z.string(),
  irn: z.string(),
  attempt: z.number().int().min(1),
});
export type QueueMessage = z.infer<typeof QueueMessage>;

export interface Queue {
  /** `group` orders and isolates: the GSTIN, on the direct flow with the lane. The deduplication id is `rid#attempt`. */
  send(flow: Flow, group: string, message: QueueMessage): Promise<void>;
  /** Makes a received message visible again at that time, in whole seconds and not before. */
  handBack(flow: Flow, receipt: string, until: Date, now: Date): Promise<void>;
}

const LANES = 8;

/** The FIFO group. Direct calls of one GSTIN spread over lanes by IRN, so that one slow document does not stop the others. */
export function groupOf(flow: Flow, gstin: string, irn: string): string {
  return flow === "queued" ? gstin : `${gstin}-${Number.parseInt(irn.slice(0, 2), 16) % LANES}`;
}
