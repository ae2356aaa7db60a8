import type { Request } from "./request.ts";
import { type RequestState, type StateDeps, stateOf } from "./request-state.ts";
import type { ListPosition, RequestStore } from "./request-store.ts";

export interface ListDeps extends StateDeps {
  readonly requests: Pick<RequestStore, "list">;
}

export interface ListQuery {
  /** Undefined: requests of every state. */
  readonly state: RequestState | undefined;
  /** How many to show, 1 to 100. */
  readonly limit: number;
  readonly before: ListPosition | undefined;
}

export interface RequestList {
  readonly requests: readonly { readonly request: Request; readonly state: RequestState }[];
  /** There may be more behind this one. */
  readonly next?: ListPosition;
}

/** The states stand in no index, so a rare one is looked for; never further than this many requests in one call. */
const MOST_READS = 5;
const READ_SIZE = 100;

/** The GSTIN's accepted requests, newest first. A list that is shorter than asked for, even empty, may go on at `next`. */
export async function listRequests(deps: ListDeps, gstin: string, query: ListQuery): Promise<RequestList> {
  const { state, limit } = query;
  const found: RequestList["requests"][number][] = [];
  let next = query.before;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const page = await deps.requests.list(gstin, { limit: state ? READ_SIZE : limit, ...(next && { before: next }) });
    found.push(...(await inState(deps, page.requests, state)));
    const last = found[limit - 1]?.request;
    if (last && found.length > limit) return { requests: found.slice(0, limit), next: positionOf(last) };
    next = page.next;
    if (last || !next) break;
  }
  return { requests: found, ...(next && { next }) };
}

async function inState(deps: ListDeps, requests: readonly Request[], wanted: RequestState | undefined) {
  const possible = requests.filter(({ outcome }) => !wanted || isOver(wanted) === Boolean(outcome));
  const seen = await Promise.all(possible.map(async (request) => ({ request, state: await stateOf(deps, request) })));
  return seen.filter(({ state }) => !wanted || state === wanted);
}

function isOver(state: RequestState): boolean {
  return state === "done" || state === "failed";
}

function positionOf({ key, createdAt }: Request): ListPosition {
  return { key, createdAt };
}
