import type { Document } from "../document/document.ts";
import type { DocumentStore } from "../document/document-store.ts";
import { isLocked } from "./job.ts";
import type { Request } from "./request.ts";

/** What the caller is told of an accepted request: whether somebody works on it, and whether it ended well. */
export const requestStates = ["queued", "running", "done", "failed"] as const;
export type RequestState = (typeof requestStates)[number];

export interface StateDeps {
  readonly documents: Pick<DocumentStore, "find">;
  readonly now: () => Date;
}

/** The state of an accepted request. Only one that is not over takes a look at its document. */
export async function stateOf({ documents, now }: StateDeps, request: Request): Promise<RequestState> {
  if (request.outcome) return request.outcome.kind === "problem" ? "failed" : "done";
  const document = await documents.find(request.irn);
  return document && isWorkedOn(document, request.rid, now()) ? "running" : "queued";
}

/** A worker has the document, or this request is part of a submission whose outcome is not known yet. */
function isWorkedOn({ lock, pending }: Document, rid: string, now: Date): boolean {
  const rids = pending?.op === "register" ? pending.subs.map((sub) => sub.rid) : [pending?.rid];
  return isLocked({ lock }, now) || rids.includes(rid);
}
