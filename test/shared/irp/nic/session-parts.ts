import { memorySessionStore } from "../../../fakes/memory-session-store.ts";

/** What sessions need beside a portal and a user; nobody waits. */
export function sessionParts() {
  let ids = 0;
  return {
    sessionStore: memorySessionStore(),
    environment: "test",
    client: async () => ({ clientId: "client", version: "1" }),
    sleep: async () => {},
    seen: () => {},
    newId: () => `id-${++ids}`,
  };
}
