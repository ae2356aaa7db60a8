import type * as z from "zod";
import { canonicalHash } from "../canonical-json.ts";
import type { Pending, PendingChange } from "../document/document.ts";
import { refuseHeld } from "./held-document.ts";
import { DONE, type Lease, type Verdict, type WorkDeps } from "./job.ts";
import { refusalFor } from "./refusal.ts";

type Opened = NonNullable<Awaited<ReturnType<WorkDeps["requests"]["open"]>>>;

/**
 * The request once more, now that the document is locked: another worker may have ended it before, and from here on none can.
 * `left` is what was pending on the document before.
 */
export async function withContent<T>(
  lease: Lease,
  left: Pending | PendingChange | undefined,
  schema: z.ZodType<T>,
  work: (content: T) => Promise<Verdict>,
): Promise<Verdict> {
  const { deps, request, hold } = lease;
  const opened = await deps.requests.open(request.rid);
  if (!opened) {
    await deps.documents.unlock(request.irn, hold, left);
    return DONE;
  }
  const content = acceptedContent(opened, schema);
  if (content) return work(content);
  // What is stored is not what was accepted: such a request can never be sent.
  return refuseHeld(lease, { problem: refusalFor("payload_lost", request.irn), pending: left });
}

/** The body of a payload that is what was accepted; undefined for any other. */
export function acceptedContent<T>({ request, payload }: Opened, schema: z.ZodType<T>): T | undefined {
  const isAccepted = payload !== undefined && canonicalHash(payload) === request.fp;
  return isAccepted ? schema.safeParse(payload.body).data : undefined;
}
