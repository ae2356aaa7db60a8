import middy from "@middy/core";
import type { EventBridgeEvent } from "aws-lambda";
import { EventKey } from "../../shared/event/event.ts";
import { type FanOutDeps, fanOut } from "../../shared/webhook/fan-out.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

/** Takes an event from the bus to all who are to know of it. Until it has, the sweeper tells the bus again. */
export function createHandler(deps: FanOutDeps & { readonly log: Log }) {
  return middy<EventBridgeEvent<string, unknown>, void>().handler(async ({ detail }, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const key = EventKey.parse(detail);
    const opened = await fanOut(deps, key);
    if (opened === undefined) deps.log.warn("there is no such event", { event: key.id });
    else deps.log.info("dispatched", { event: key.id, opened });
  });
}
