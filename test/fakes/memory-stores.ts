import { documentRows, memoryDocumentStore } from "./memory-document-store.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { memoryOutcomes } from "./memory-outcomes.ts";
import { memoryRequestStore } from "./memory-request-store.ts";

/** The stores over the same rows, as one account has them: a refusal writes to all. `rows` is for looking. */
export function memoryStores() {
  const rows = documentRows();
  return {
    rows,
    requests: memoryRequestStore(rows),
    documents: memoryDocumentStore(rows),
    events: memoryEventLog(rows.events),
    outcomes: memoryOutcomes(rows),
  };
}

export type MemoryStores = ReturnType<typeof memoryStores>;
