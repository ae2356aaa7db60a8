import middy from "@middy/core";
import { type SweepDeps, sweep } from "../../shared/request/sweep.ts";
import { type SweepDeliveriesDeps, sweepDeliveries } from "../../shared/webhook/sweep-deliveries.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

/** Once a minute. A round that fails in part is logged, and the next one takes up what is left. */
export function createHandler(deps: SweepDeps & SweepDeliveriesDeps & { readonly log: Log }) {
  return middy<unknown, void>().handler(async (_, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const rounds = await Promise.allSettled([sweep(deps), sweepDeliveries(deps)]);
    for (const round of rounds) if (round.status === "fulfilled") tell(deps.log, round.value);
    for (const round of rounds) if (round.status === "rejected") throw round.reason;
  });
}

function tell(log: Log, swept: { readonly failed: number }): void {
  if (swept.failed > 0) log.error("some could not be taken up again", { ...swept });
  else log.info("swept", { ...swept });
}
