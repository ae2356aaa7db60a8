import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Registration } from "../../shared/sandbox/registration.ts";
import type { SandboxStore, Session } from "../../shared/sandbox/sandbox-store.ts";

const AT_ONCE = 50;

/** What every SandboxStore must do. Each test makes a store that nothing has been put into. */
export function sandboxStoreContract(makeStore: () => SandboxStore | Promise<SandboxStore>): void {
  describe("sessions", () => {
    it("knows no session before one is opened", async () => {
      const store = await makeStore();
      expect(await store.currentSession(aSession())).toBeUndefined();
      expect(await store.sessionOfToken(fresh())).toBeUndefined();
    });

    it("finds a session by its owner and by its token", async () => {
      const store = await makeStore();
      const session = aSession();

      expect(await store.openSession(session, undefined)).toEqual(session);

      expect(await store.currentSession(session)).toEqual(session);
      expect(await store.sessionOfToken(session.token)).toEqual(session);
    });

    it("keeps owners apart by client, user and GSTIN", async () => {
      const store = await makeStore();
      const session = aSession();
      await store.openSession(session, undefined);

      for (const other of [{ clientId: "other" }, { userName: "other" }, { gstin: "other" }]) {
        expect(await store.currentSession({ ...session, ...other })).toBeUndefined();
      }
    });

    it("answers the standing session to a caller that did not know of it", async () => {
      const store = await makeStore();
      const first = aSession();
      await store.openSession(first, undefined);

      expect(await store.openSession({ ...first, token: fresh() }, undefined)).toEqual(first);
      expect(await store.openSession({ ...first, token: fresh() }, fresh())).toEqual(first);
      expect(await store.currentSession(first)).toEqual(first);
    });

    it("replaces the session that the caller names, and keeps its token findable", async () => {
      const store = await makeStore();
      const first = aSession();
      const second = { ...first, token: fresh(), sek: fresh() };
      await store.openSession(first, undefined);

      expect(await store.openSession(second, first.token)).toEqual(second);

      expect(await store.currentSession(first)).toEqual(second);
      expect(await store.sessionOfToken(first.token)).toEqual(first);
    });

    it("ends a session at the time that it is given, for its token and its owner", async () => {
      const store = await makeStore();
      const session = aSession();
      await store.openSession(session, undefined);
      const ended = { ...session, expiresAt: "2026-08-18T09:30:00.000Z" };
      await store.endSession(ended);

      expect(await store.sessionOfToken(session.token)).toEqual(ended);
      expect(await store.currentSession(session)).toEqual(ended);
    });

    it("ends a session that is not current any more without touching the one that is", async () => {
      const store = await makeStore();
      const first = aSession();
      const second = { ...first, token: fresh() };
      await store.openSession(first, undefined);
      await store.openSession(second, first.token);
      await store.endSession({ ...first, expiresAt: "2026-08-18T09:30:00.000Z" });

      expect(await store.currentSession(first)).toEqual(second);
    });

    it("opens one session for callers at the same time", async () => {
      const store = await makeStore();
      const owner = aSession();
      const opened = await all((n) => store.openSession({ ...owner, token: `${owner.token}-${n}` }, undefined));

      expect(new Set(opened.map(({ token }) => token)).size).toBe(1);
      expect(await store.currentSession(owner)).toEqual(opened[0]);
    });
  });

  describe("registrations", () => {
    it("finds nothing under an IRN that was never registered", async () => {
      expect(await (await makeStore()).findRegistration(fresh())).toBeUndefined();
    });

    it("keeps the first registration when an IRN is used twice, also at the other portal", async () => {
      const store = await makeStore();
      const first = aRegistration();
      expect(await store.register(first)).toEqual({ state: "registered" });

      expect(await store.register({ ...first, ackNo: 2 })).toEqual({ state: "taken", by: first });
      expect(await store.register({ ...first, portal: "NIC2" })).toEqual({ state: "taken", by: first });

      expect(await store.findRegistration(first.irn)).toEqual(first);
    });

    it("takes a write that is repeated for the one it repeats", async () => {
      const store = await makeStore();
      const registration = aRegistration();
      await store.register(registration);

      expect(await store.register({ ...registration })).toEqual({ state: "registered" });
    });

    it("lets one of many registrations at the same time win, and shows it to the others", async () => {
      const store = await makeStore();
      const registration = aRegistration();
      const outcomes = await all((n) => store.register({ ...registration, ackNo: n + 1 }));

      const winner = await store.findRegistration(registration.irn);
      expect(outcomes.filter(({ state }) => state === "registered")).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.state === "taken") expect(outcome.by).toEqual(winner);
      }
    });

    it.each([340, 2048])("keeps a document of %i KB byte by byte, also when its record changes", async (kilobytes) => {
      const store = await makeStore();
      const registration = { ...aRegistration(), document: new Uint8Array(randomBytes(kilobytes * 1024)) };
      const other = { ...registration, ackNo: 112610000000002 };
      expect(await store.register(registration)).toEqual({ state: "registered" });
      expect(await store.register(registration)).toEqual({ state: "registered" });
      expect(await store.register(other)).toMatchObject({ state: "taken", by: { ackNo: registration.ackNo } });

      const next = { ...registration, revision: 1, cancelledAt: "2026-08-18T10:00:00.000Z" };
      expect(await store.changeRegistration(next)).toBe(true);
      const { document = Buffer.of(), ...found } = (await store.findRegistration(registration.irn)) ?? {};
      expect(found).toMatchObject({ irn: registration.irn, revision: 1, cancelledAt: next.cancelledAt });
      expect(Buffer.compare(document, registration.document)).toBe(0);
    });
  });

  describe("changes of a registration", () => {
    const cancelledAt = "2026-08-18T10:00:00.000Z";

    it("take the place of the revision before them, and of no other", async () => {
      const store = await makeStore();
      const first = aRegistration();
      await store.register(first);
      const cancelled = { ...first, revision: 1, change: fresh(), cancelledAt };

      expect(await store.changeRegistration({ ...first, revision: 2, change: fresh(), cancelledAt })).toBe(false);
      expect(await store.changeRegistration(cancelled)).toBe(true);
      expect(await store.findRegistration(first.irn)).toEqual(cancelled);
      expect(await store.changeRegistration({ ...first, revision: 1, change: fresh(), ewayBill: aBill(1) })).toBe(
        false,
      );
      expect(await store.changeRegistration({ ...cancelled, revision: 2, change: fresh(), ewayBill: aBill(2) })).toBe(
        true,
      );
      expect(await store.findRegistration(first.irn)).toMatchObject({ revision: 2, cancelledAt, ewayBill: aBill(2) });
    });

    it("count once when the write is repeated", async () => {
      const store = await makeStore();
      const first = aRegistration();
      await store.register(first);
      const changed = { ...first, revision: 1, change: fresh(), ewayBill: aBill(1) };

      expect([await store.changeRegistration(changed), await store.changeRegistration({ ...changed })]).toEqual([
        true,
        true,
      ]);
    });

    it("make no record where none is", async () => {
      const store = await makeStore();
      const registration = { ...aRegistration(), revision: 1 };

      expect(await store.changeRegistration(registration)).toBe(false);
      expect(await store.findRegistration(registration.irn)).toBeUndefined();
    });

    it("win one at a time", async () => {
      const store = await makeStore();
      const first = aRegistration();
      await store.register(first);
      const won = await all((n) =>
        store.changeRegistration({ ...first, revision: 1, change: fresh(), ewayBill: aBill(n + 1) }),
      );

      expect(won.filter(Boolean)).toHaveLength(1);
    });
  });

  describe("rejections", () => {
    it("are listed by supplier, portal and day, each once", async () => {
      const store = await makeStore();
      const day = { gstin: fresh(), portal: "NIC1", day: "18/08/2026" } as const;
      const rejection = { v: 1, ...day, irn: "b", rejectedAt: "2026-08-18T10:00:00.000Z" } as const;
      await store.addRejection(rejection);
      await store.addRejection(rejection);
      await store.addRejection({ ...rejection, irn: "a" });

      expect(await store.rejectionsOf(day)).toEqual([{ ...rejection, irn: "a" }, rejection]);
      for (const other of [{ gstin: fresh() }, { portal: "NIC2" as const }, { day: "19/08/2026" }]) {
        expect(await store.rejectionsOf({ ...day, ...other })).toEqual([]);
      }
    });
  });

  describe("notes", () => {
    it("keep the first text under a name and answer it to everyone", async () => {
      const store = await makeStore();
      const name = fresh();
      expect(await store.findNote(name)).toBeUndefined();
      const kept = await all((n) => store.keepNote(name, `text ${n}`));

      expect(new Set(kept).size).toBe(1);
      expect(await store.findNote(name)).toBe(kept[0]);
    });
  });

  describe("clocks", () => {
    it("are the real one until they are moved", async () => {
      expect(await (await makeStore()).clockAheadMs(fresh())).toBe(0);
    });

    it("add up moves, also at the same time, each GSTIN for itself", async () => {
      const store = await makeStore();
      const gstin = fresh();
      expect(await store.advanceClock(gstin, 1000)).toBe(1000);
      await all(() => store.advanceClock(gstin, 10));

      expect(await store.clockAheadMs(gstin)).toBe(1500);
      expect(await store.clockAheadMs(fresh())).toBe(0);
    });
  });

  describe("keys", () => {
    it("keeps the first key of a name and answers it to everyone", async () => {
      const store = await makeStore();
      expect(await store.findKey("auth")).toBeUndefined();
      const kept = await all((n) => store.keepKey("auth", `pem ${n}`));

      expect(new Set(kept).size).toBe(1);
      expect(await store.findKey("auth")).toBe(kept[0]);
      expect(await store.keepKey("auth", "late")).toBe(kept[0]);
    });
  });
}

function all<T>(act: (n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, n) => act(n)));
}

function fresh(): string {
  return randomBytes(12).toString("hex");
}

function aSession(): Session {
  return {
    v: 1,
    token: fresh(),
    sek: randomBytes(32).toString("base64"),
    clientId: "a-client",
    userName: "a-user",
    gstin: fresh(),
    expiresAt: "2026-08-18T10:00:00.000Z",
  };
}

function aRegistration(): Registration {
  return {
    v: 1,
    irn: fresh(),
    portal: "NIC1",
    revision: 0,
    ackNo: 112610000000001,
    ackAt: "2026-08-18T09:00:00.000Z",
    document: new Uint8Array([1, 2, 3]),
  };
}

function aBill(no: number) {
  return { no, by: "a-gstin", madeAt: "2026-08-18T09:30:00.000Z" };
}
