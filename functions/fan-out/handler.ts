import middy from "@middy/core";
import type { EventBridgeEvent } from "aws-lambda";
import { EventKey } from "../../shared/event/event.ts";
import type { EventLog } from "../../shared/event/event-log.ts";
import { beginLog, type Log } from "../pipeline/log.ts";

export interface FanOutDeps {
  readonly log: Log;
  readonly events: Pick<EventLog, "dispatched">;
}

/** Takes an event from the bus to all who are to know of it. Until it has, the sweeper tells the bus again. */
export function createHandler(deps: FanOutDeps) {
  return middy<EventBridgeEvent<string, unknown>, void>().handler(async ({ detail }, context) => {
    beginLog(deps.log, context, context.awsRequestId);
    const key = EventKey.parse(detail);
    await deps.events.dispatched(key);
    deps.log.info("dispatched", { event: key.id });
  });
}
