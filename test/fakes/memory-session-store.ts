import type { SessionOwner, SessionStore, SharedSession } from "../../shared/irp/session-store.ts";

export function memorySessionStore(): SessionStore {
  const rows = new Map<string, SharedSession>();
  const rowOf = (owner: SessionOwner): SharedSession => rows.get(keyOf(owner)) ?? { revision: 0 };

  function write(owner: SessionOwner, { revision: _, ...row }: SharedSession): void {
    rows.set(keyOf(owner), { ...row, revision: rowOf(owner).revision + 1 });
  }

  return {
    find: async (owner) => copyOf(rowOf(owner)),

    async beginLogin(owner, revision, { turn, logins }) {
      const row = rowOf(owner);
      if (row.revision !== revision) return row.turn?.worker === turn.worker ? "begun" : copyOf(row);
      write(owner, { ...row, turn, logins });
      return "begun";
    },

    async put(owner, session, logins) {
      const { session: standing, turn: _, ...row } = rowOf(owner);
      const isReplaced =
        !standing || standing.expiresAt < session.expiresAt || standing.authToken === session.authToken;
      if (!isReplaced) return standing;
      write(owner, { ...row, session, logins });
      return session;
    },

    async failLogin(owner, worker, logins) {
      const { turn, ...row } = rowOf(owner);
      if (turn?.worker === worker) write(owner, { ...row, logins });
    },

    async drop(owner, authToken) {
      const { session, ...row } = rowOf(owner);
      if (session?.authToken !== authToken) return "replaced";
      write(owner, row);
      return "dropped";
    },
  };
}

/** What is read from a store is never the object that was put. */
function copyOf({ session, ...row }: SharedSession): SharedSession {
  return { ...row, ...(session ? { session: { ...session } } : {}) };
}

function keyOf({ environment, clientId, gstin, userName }: SessionOwner): string {
  return JSON.stringify([environment, clientId, gstin, userName]);
}
