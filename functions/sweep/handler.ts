import middy from "@middy/core";
import { type SweepDeps, sweep } from "../../shared/request/sweep.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

/** Once a minute. A round that fails in part is logged, and the next one takes up what is left. */
export function createHandler(deps: SweepDeps & { readonly log: Log }) {
  return middy<unknown, void>().handler(async (_, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const swept = await sweep(deps);
    if (swept.failed > 0) deps.log.error("some could not be taken up again", { ...swept });
    else deps.log.info("swept", { ...swept });
  });
}
