import middy from "@middy/core";
import type { Journal } from "../../shared/audit/journal.ts";
import { type FindRejectedDeps, findRejected, GRACE_MS } from "../../shared/document/find-rejected.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

type Deps = Omit<FindRejectedDeps, "onFailure"> & { readonly log: Log; readonly journal: Pick<Journal, "settled"> };

/** Of the function's time: what is begun may go on for its grace, and the last call be answered and written down. */
const STOP_BEFORE_END_MS = GRACE_MS + 30_000;

/** Once a day. What fails or is left is logged, and the next day's round asks for it again. */
export function createHandler(deps: Deps) {
  const { log } = deps;
  return middy<unknown, void>().handler(async (_, context) => {
    beginLog(log, context, context.awsRequestId);
    const until = new Date(deps.now().getTime() + context.getRemainingTimeInMillis() - STOP_BEFORE_END_MS);
    const round = await findRejected(
      { ...deps, onFailure: (failure) => log.warn("rejected documents were not all found", { ...failure }) },
      until,
    ).finally(() => deps.journal.settled());
    if (round.failed + round.left > 0) log.error("not everybody was asked for", { ...round });
    else log.info("everybody was asked for", { ...round });
  });
}
