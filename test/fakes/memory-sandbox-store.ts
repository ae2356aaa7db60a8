import { isSame, type Registration } from "../../shared/sandbox/registration.ts";
import type { KeyName, SandboxStore, Session, SessionOwner } from "../../shared/sandbox/sandbox-store.ts";

export function memorySandboxStore(): SandboxStore {
  const current = new Map<string, Session>();
  const sessions = new Map<string, Session>();
  const registry = new Map<string, Registration>();
  const keys = new Map<KeyName, string>();

  return {
    currentSession: async (owner) => current.get(nameOf(owner)),
    sessionOfToken: async (token) => sessions.get(token),

    async openSession(session, replaces) {
      sessions.set(session.token, session);
      const standing = current.get(nameOf(session));
      if (standing !== undefined && standing.token !== replaces) return standing;
      current.set(nameOf(session), session);
      return session;
    },

    async register(registration) {
      const by = registry.get(registration.irn);
      if (by !== undefined) return isSame(by, registration) ? { state: "registered" } : { state: "taken", by };
      registry.set(registration.irn, registration);
      return { state: "registered" };
    },

    findRegistration: async (irn) => registry.get(irn),
    findKey: async (name) => keys.get(name),

    async keepKey(name, pem) {
      const kept = keys.get(name) ?? pem;
      keys.set(name, kept);
      return kept;
    },
  };
}

function nameOf({ gstin, clientId, userName }: SessionOwner): string {
  return `${gstin}#${clientId}#${userName}`;
}
