import { toDocumentDate } from "../ist.ts";
import { type Answer, refuse, succeed } from "./answer.ts";
import { fault } from "./codes.ts";
import { DOCUMENT_DAY } from "./look-up-irn.ts";
import type { SandboxDeps, SessionRequest } from "./sandbox-request.ts";

/** `GET /eicore/v1.03/Invoice/rejectedirns?date=`: given out on that day while the registry was down, and lost since. */
export async function rejectedIrns({ store }: SandboxDeps, request: SessionRequest): Promise<Answer> {
  const { session, portal, at, query } = request;
  const day = query.get("date") ?? "";
  if (!DOCUMENT_DAY.test(day)) return refuse([fault("2293")]);
  if (sortable(day) > sortable(toDocumentDate(at))) return refuse([fault("2307")]);

  const given = await store.rejectionsOf({ gstin: session.gstin, portal, day });
  const rejected = given.filter(({ rejectedAt }) => at.getTime() >= Date.parse(rejectedAt));
  return rejected.length > 0 ? succeed(rejected.map(({ irn }) => irn)) : refuse([fault("2296")]);
}

function sortable(day: string): string {
  return day.split("/").reverse().join("");
}
