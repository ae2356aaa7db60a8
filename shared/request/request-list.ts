import { lookThrough } from "../look-through.ts";
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

/**
 * The GSTIN's accepted requests, newest first. A list that is shorter than asked for, even empty, may go on at `next`:
 * the states stand in no index.
 */
export async function listRequests(
  deps: ListDeps,
  gstin: string,
  { state, limit, before }: ListQuery,
): Promise<RequestList> {
  const { found, next } = await lookThrough(
    {
      read: async (limit, before) => {
        const { requests, next } = await deps.requests.list(gstin, { limit, ...(before && { before }) });
        return { rows: requests, next };
      },
      show: (requests) => inState(deps, requests, state),
      positionOf: ({ request: { key, createdAt } }): ListPosition => ({ key, createdAt }),
    },
    { limit, isFiltered: state !== undefined, before },
  );
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
