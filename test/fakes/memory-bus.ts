import type { EventRecord } from "../../shared/event/event.ts";
import type { Bus } from "../../shared/event/event-log.ts";

/** A bus that remembers what it took, and takes nothing while it is `down`. */
export function memoryBus(): Bus & { readonly published: EventRecord[]; down: boolean } {
  const published: EventRecord[] = [];
  return {
    published,
    down: false,
    async publish(event) {
      if (this.down) throw new Error("the event bus refused the entry");
      published.push(structuredClone(event));
    },
  };
}
