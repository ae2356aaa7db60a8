import * as z from "zod";
import type { ListQuery } from "../../shared/request/request-list.ts";
import { requestStates } from "../../shared/request/request-state.ts";
import type { ListPosition } from "../../shared/request/request-store.ts";
import { checkedQuery, Limit, linkBehind, readCursor } from "../pipeline/query.ts";

const Query = z.strictObject({
  state: z.enum(requestStates, `one of ${requestStates.join(", ")}`).optional(),
  limit: Limit,
  cursor: z.string().optional(),
});
const Position = z.object({ key: z.string().regex(/^[\w-]{43}$/), createdAt: z.iso.datetime({ precision: 3 }) });

/** What a call to the list asks for. Throws `malformed_query`, whose detail has every finding. */
export function readListQuery(gstin: string, query: Readonly<Record<string, string>>): ListQuery {
  const { position, findings } = readCursor(query["cursor"], { gstin, state: query["state"] }, Position);
  const { state, limit } = checkedQuery(Query.safeParse(query), findings);
  return { state, limit, before: position };
}

/** Where the list goes on: the same one, behind this request. */
export function nextLink(gstin: string, { state, limit }: ListQuery, position: ListPosition): string {
  return linkBehind("/requests", { gstin, state }, limit, position);
}
