import { describe, expect, it } from "vitest";
import type { Logins, Session, SessionOwner, SessionStore, Turn } from "../../shared/irp/session-store.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

const HOUR_MS = 3_600_000;

/** What every SessionStore must do. Each test uses owners of its own. */
export function sessionStoreContract(makeStore: () => SessionStore): void {
  describe("find", () => {
    it("finds nothing where nothing is", async () => {
      expect(await makeStore().find(anOwner())).toEqual({ revision: 0 });
    });

    it("keeps environments, clients, GSTINs and users apart, also where their names run together", async () => {
      const store = makeStore();
      const owner = { ...anOwner(), environment: "a", clientId: "b#c" };
      await store.put(owner, aSession(), aHistory());
      const others = [
        { environment: "live" },
        { clientId: "other" },
        { gstin: fresh() },
        { userName: "other" },
        { environment: "a#b", clientId: "c" },
      ];
      for (const other of others) expect(await store.find({ ...owner, ...other })).toEqual({ revision: 0 });
    });
  });

  describe("beginLogin", () => {
    it("gives the turn on what was seen, and remembers the login", async () => {
      const store = makeStore();
      const owner = anOwner();
      const [turn, logins] = [aTurn(), aHistory({ begunAt: [AT.getTime()] })];
      expect(await store.beginLogin(owner, 0, { turn, logins })).toBe("begun");
      expect(await store.find(owner)).toEqual({ revision: 1, turn, logins });
    });

    it("shows what stands to whoever saw something older, and leaves it alone", async () => {
      const store = makeStore();
      const owner = anOwner();
      const session = await stored(store, owner);
      const [turn, logins] = [aTurn(), aHistory()];
      await store.beginLogin(owner, 1, { turn, logins });

      for (const revision of [0, 1, 3]) {
        const standing = await store.beginLogin(owner, revision, { turn: aTurn(), logins: aHistory() });
        expect(standing).toEqual({ revision: 2, session, turn, logins });
      }
      expect(await store.find(owner)).toEqual({ revision: 2, session, turn, logins });
    });

    it.each(["put", "failLogin", "drop"] as const)("is not given on what was seen before %s", async (write) => {
      const store = makeStore();
      const owner = anOwner();
      const session = await stored(store, owner);
      const turn = aTurn();
      await store.beginLogin(owner, 1, { turn, logins: aHistory() });
      const { revision } = await store.find(owner);
      if (write === "put") await store.put(owner, aSession({ expiresAt: at(9 * HOUR_MS) }), aHistory());
      if (write === "failLogin") await store.failLogin(owner, turn.worker, aHistory());
      if (write === "drop") await store.drop(owner, session.authToken);

      expect(await store.beginLogin(owner, revision, { turn: aTurn(), logins: aHistory() })).not.toBe("begun");
    });

    it("counts a turn that the same worker takes again as its own", async () => {
      const store = makeStore();
      const owner = anOwner();
      const begun = { turn: aTurn(), logins: aHistory() };
      await store.beginLogin(owner, 0, begun);
      expect(await store.beginLogin(owner, 0, begun)).toBe("begun");
    });

    it("gives one of many workers the turn", async () => {
      const store = makeStore();
      const owner = anOwner();
      const begun = await Promise.all(
        Array.from({ length: 20 }, () => store.beginLogin(owner, 0, { turn: aTurn(), logins: aHistory() })),
      );
      expect(begun.filter((answer) => answer === "begun")).toHaveLength(1);
    });
  });

  describe("put", () => {
    it("stores a session whole, ends the turn and keeps what it is told of the logins", async () => {
      const store = makeStore();
      const owner = anOwner();
      await store.beginLogin(owner, 0, { turn: aTurn(), logins: aHistory({ refusedAt: [1, 2], reason: "no" }) });
      const [session, logins] = [aSession(), aHistory({ credentials: "other" })];

      expect(await store.put(owner, session, logins)).toEqual(session);
      expect(await store.find(owner)).toEqual({ revision: 2, session, logins });
      expect(Buffer.isBuffer((await store.find(owner)).session?.sek)).toBe(true);
    });

    it("replaces a session by one that ends later, token and key as one", async () => {
      const store = makeStore();
      const owner = anOwner();
      await stored(store, owner);
      const later = aSession({ expiresAt: at(HOUR_MS + 1_000), sek: Buffer.alloc(32, 9) });
      expect(await store.put(owner, later, aHistory())).toEqual(later);
      expect((await store.find(owner)).session).toEqual(later);
    });

    it.each([-1_000, 0])("keeps the stored one and shows it, if the other ends %i ms later", async (ms) => {
      const store = makeStore();
      const owner = anOwner();
      const newer = await stored(store, owner);
      const older = aSession({ expiresAt: at(HOUR_MS + ms) });
      expect(await store.put(owner, older, aHistory())).toEqual(newer);
      expect((await store.find(owner)).session).toEqual(newer);
    });

    it("takes the same token with its key anew: only the last login's pair is sure to be one", async () => {
      const store = makeStore();
      const owner = anOwner();
      const session = await stored(store, owner);
      const again = { ...session, sek: Buffer.alloc(32, 9) };
      expect(await store.put(owner, again, aHistory())).toEqual(again);
      expect((await store.find(owner)).session).toEqual(again);
    });

    it("keeps the latest of many at the same time", async () => {
      const store = makeStore();
      const owner = anOwner();
      const all = Array.from({ length: 10 }, (_, i) => aSession({ expiresAt: at(HOUR_MS + ((i * 7) % 10) * 1_000) }));
      await Promise.all(all.map((session) => store.put(owner, session, aHistory())));
      expect((await store.find(owner)).session?.expiresAt).toEqual(at(HOUR_MS + 9_000));
    });
  });

  describe("failLogin", () => {
    it("ends the turn, remembers the failure and leaves the session", async () => {
      const store = makeStore();
      const owner = anOwner();
      const session = await stored(store, owner);
      const turn = aTurn();
      await store.beginLogin(owner, 1, { turn, logins: aHistory() });
      const logins = aHistory({ refusedAt: [5], failedAt: { NIC1: 5, "NIC 2": 6 }, reason: "login refused: 1019" });

      await store.failLogin(owner, turn.worker, logins);
      expect(await store.find(owner)).toEqual({ revision: 3, session, logins });
    });

    it("does nothing when the turn is another's by now, or nobody's", async () => {
      const store = makeStore();
      const owner = anOwner();
      await store.failLogin(owner, fresh(), aHistory());
      expect(await store.find(owner)).toEqual({ revision: 0 });
      const [turn, logins] = [aTurn(), aHistory()];
      await store.beginLogin(owner, 0, { turn, logins });
      await store.failLogin(owner, fresh(), aHistory({ refusedAt: [1] }));
      expect(await store.find(owner)).toEqual({ revision: 1, turn, logins });
    });
  });

  describe("drop", () => {
    it("removes the token and leaves the rest", async () => {
      const store = makeStore();
      const owner = anOwner();
      const logins = aHistory({ begunAt: [7] });
      const { authToken } = await stored(store, owner, logins);
      expect(await store.drop(owner, authToken)).toBe("dropped");
      expect(await store.find(owner)).toEqual({ revision: 2, logins });
    });

    it("does nothing to another token, or where there is none", async () => {
      const store = makeStore();
      const owner = anOwner();
      expect(await store.drop(owner, "t")).toBe("replaced");
      expect(await store.find(owner)).toEqual({ revision: 0 });
      const session = await stored(store, owner);
      expect(await store.drop(owner, fresh())).toBe("replaced");
      expect((await store.find(owner)).session).toEqual(session);
    });

    it("lets an older token be stored again", async () => {
      const store = makeStore();
      const owner = anOwner();
      const { authToken } = await stored(store, owner);
      await store.drop(owner, authToken);
      const older = aSession({ expiresAt: at(1_000) });
      expect(await store.put(owner, older, aHistory())).toEqual(older);
    });
  });
}

async function stored(store: SessionStore, owner: SessionOwner, logins = aHistory()): Promise<Session> {
  const session = aSession();
  expect(await store.put(owner, session, logins)).toEqual(session);
  return session;
}

export function anOwner(): SessionOwner {
  return { environment: "test", clientId: "client", gstin: fresh(), userName: "API_user" };
}

export function aSession(overrides: Partial<Session> = {}): Session {
  return { userName: "API_user", authToken: fresh(), sek: Buffer.alloc(32, 200), expiresAt: at(HOUR_MS), ...overrides };
}

export function aHistory(overrides: Partial<Logins> = {}): Logins {
  return { credentials: "1", begunAt: [], refusedAt: [], failedAt: {}, ...overrides };
}

export function aTurn(): Turn {
  return { worker: fresh(), until: at(10_000).getTime() };
}
