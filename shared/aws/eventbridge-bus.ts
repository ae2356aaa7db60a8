import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { EVENT_SOURCE } from "../event/event.ts";
import type { Bus } from "../event/event-log.ts";

export function eventBridgeBus(eventBridge: EventBridgeClient, EventBusName: string): Bus {
  return {
    async publish({ id, gstin, type, timestamp }) {
      const Detail = JSON.stringify({ v: 1, id, gstin, timestamp });
      const entry = { EventBusName, Source: EVENT_SOURCE, DetailType: type, Detail };
      const { FailedEntryCount = 0, Entries = [] } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount > 0) throw new Error(`the event bus refused the entry: ${Entries[0]?.ErrorCode}`);
    },
  };
}
