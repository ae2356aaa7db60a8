import { isSame, isSameChange, type Registration } from "../../shared/sandbox/registration.ts";
import type {
  KeyName,
  Rejection,
  RejectionDay,
  SandboxStore,
  Session,
  SessionOwner,
} from "../../shared/sandbox/sandbox-store.ts";

export function memorySandboxStore(): SandboxStore {
  const current = new Map<string, Session>();
  const sessions = new Map<string, Session>();
  const registry = new Map<string, Registration>();
  const keys = new Map<KeyName, string>();
  const rejections = new Map<string, Rejection>();
  const notes = new Map<string, string>();
  const clocks = new Map<string, number>();

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

    async endSession(session) {
      sessions.set(session.token, session);
      if (current.get(nameOf(session))?.token === session.token) current.set(nameOf(session), session);
    },

    async register(registration) {
      const by = registry.get(registration.irn);
      if (by !== undefined) return isSame(by, registration) ? { state: "registered" } : { state: "taken", by };
      registry.set(registration.irn, registration);
      return { state: "registered" };
    },

    findRegistration: async (irn) => registry.get(irn),

    async changeRegistration(next) {
      const standing = registry.get(next.irn);
      if (standing === undefined) return false;
      if (standing.revision !== next.revision - 1) return isSameChange(standing, next);
      registry.set(next.irn, next);
      return true;
    },

    addRejection: async (rejection) => void rejections.set(`${rejection.irn}#${rejection.portal}`, rejection),
    rejectionsOf: async (day) =>
      [...rejections.values()]
        .filter((rejection) => isOn(rejection, day))
        .sort((one, other) => (one.irn < other.irn ? -1 : 1)),

    async keepNote(name, text) {
      const kept = notes.get(name) ?? text;
      notes.set(name, kept);
      return kept;
    },
    findNote: async (name) => notes.get(name),

    async advanceClock(gstin, byMs) {
      const aheadMs = (clocks.get(gstin) ?? 0) + byMs;
      clocks.set(gstin, aheadMs);
      return aheadMs;
    },
    clockAheadMs: async (gstin) => clocks.get(gstin) ?? 0,

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

function isOn(rejection: Rejection, { gstin, portal, day }: RejectionDay): boolean {
  return rejection.gstin === gstin && rejection.portal === portal && rejection.day === day;
}
