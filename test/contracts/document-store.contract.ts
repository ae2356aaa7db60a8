import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Bill, Cancellation } from "../../shared/document/change.ts";
import type { Document, Pending, PendingChange } from "../../shared/document/document.ts";
import type {
  DocumentPosition,
  DocumentStore,
  Hold,
  Refusal,
  Registered,
} from "../../shared/document/document-store.ts";
import type { EventRecord } from "../../shared/event/event.ts";
import { DISPATCH_WITHIN_MS, type EventLog } from "../../shared/event/event-log.ts";
import { SKEW_MS } from "../../shared/request/request.ts";
import type { RequestStore } from "../../shared/request/request-store.ts";
import { AT, aRequest, at, fresh, REGISTERED } from "../fakes/a-request.ts";

const GSTIN = "27AAAZA0001A1ZM";
const LEASE_MS = 40_000;

interface Stores {
  readonly documents: DocumentStore;
  readonly requests: RequestStore;
  readonly events: EventLog;
}

/** What every DocumentStore must do, together with the stores that a refusal writes to. Each test uses IRNs of its own. */
export function documentStoreContract(makeStores: () => Stores): void {
  describe("submit", () => {
    it("locks a document that nobody knows, and notes the submission and the owner", async () => {
      const { documents } = makeStores();
      const [irn, hold, pending] = [fresh(), aHold(), aPending()];
      expect(await documents.submit(irn, GSTIN, hold, pending, AT)).toBe("submitted");
      expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 0, lock: hold, pending });
    });

    it("shows a second worker the document that is locked, and leaves it alone", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);

      const standing = await documents.submit(irn, GSTIN, aHold(), aPending(), at(1));
      expect(standing).toMatchObject({ lock: hold, pending });
      expect(await documents.find(irn)).toEqual(standing);
    });

    it("counts a submission that the same worker writes again as its own", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      expect(await documents.submit(irn, GSTIN, hold, pending, at(1))).toBe("submitted");
    });

    it("refuses what is pending, also when nobody holds the lock", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, pending);

      const standing = await documents.submit(irn, GSTIN, aHold(), aPending(), at(LEASE_MS * 100));
      expect(standing).toMatchObject({ pending });
      expect(standing).not.toHaveProperty("lock");
    });

    it("refuses what is pending, also when the lock has run out", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      expect(await documents.submit(irn, GSTIN, aHold(), aPending(), at(LEASE_MS * 100))).toMatchObject({ lock: hold });
    });

    it("refuses a document that is registered", async () => {
      const { documents } = makeStores();
      const { irn, reg } = await registered(documents);
      expect(await documents.submit(irn, GSTIN, aHold(), aPending(), at(LEASE_MS * 100))).toMatchObject({ reg });
    });

    it("lets one of many workers at the same time submit", async () => {
      const { documents } = makeStores();
      const irn = fresh();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => documents.submit(irn, GSTIN, aHold(), aPending(), AT)),
      );
      expect(answers.filter((answer) => answer === "submitted")).toHaveLength(1);
    });

    it("keeps the first owner", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      await documents.unlock(irn, hold, undefined);
      await documents.submit(irn, "29AAAZA0001A1ZI", aHold(), aPending(), at(1));
      expect(await documents.find(irn)).toMatchObject({ ownerGstin: GSTIN });
    });
  });

  describe("take", () => {
    it("takes a lock that nobody holds, and shows the document as it then is", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, pending);
      const next = aHold();

      const taken = await documents.take(irn, next, at(1));
      expect(taken).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 0, lock: next, pending });
      expect(await documents.find(irn)).toEqual(taken);
    });

    it("leaves a live lock alone until its lease is over by more than the skew", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      const over = LEASE_MS + SKEW_MS;

      expect(await documents.take(irn, aHold(), at(over))).toBeUndefined();
      expect(await documents.find(irn)).toMatchObject({ lock: hold });
      const next = { worker: fresh(), until: at(2 * over).getTime() };
      expect(await documents.take(irn, next, at(over + 1))).toMatchObject({ lock: next });
    });

    it("counts a lock that the same worker takes again as its own", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      expect(await documents.take(irn, hold, at(1))).toMatchObject({ lock: hold, pending });
    });

    it("takes a registered document too, and none that does not exist", async () => {
      const { documents } = makeStores();
      const { irn, reg } = await registered(documents);
      expect(await documents.take(irn, aHold(), AT)).toMatchObject({ reg });
      const unknown = fresh();
      expect(await documents.take(unknown, aHold(), AT)).toBeUndefined();
      expect(await documents.find(unknown)).toBeUndefined();
    });

    it("lets one of many at the same time have it", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      await documents.unlock(irn, hold, undefined);
      const takers = await Promise.all(Array.from({ length: 20 }, () => documents.take(irn, aHold(), AT)));
      expect(takers.filter((taken) => taken !== undefined)).toHaveLength(1);
    });
  });

  describe("begin", () => {
    it("locks a registered document, notes the change and shows the document as it then is", async () => {
      const { documents } = makeStores();
      const { irn, reg, about } = await registered(documents);
      const [hold, pending] = [aHold(), aChange()];

      const begun = await documents.begin(irn, hold, pending, AT);

      const kept = { v: 1, irn, ownerGstin: GSTIN, seq: 1, status: "ACT" };
      expect(begun).toEqual({ is: "begun", document: { ...kept, reg, about, lock: hold, pending } });
      expect(await documents.find(irn)).toEqual(begun.document);
    });

    it("counts a change that the same worker begins again as its own", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await changing(documents);
      const begun = await documents.begin(irn, hold, pending, at(1));
      expect(begun).toEqual({ is: "begun", document: await documents.find(irn) });
    });

    it("does not count another request's change as its own, though the worker is the same", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await changing(documents);
      expect(await documents.begin(irn, hold, aChange(), at(1))).toMatchObject({
        is: "standing",
        document: { pending },
      });
      expect(await documents.find(irn)).toMatchObject({ lock: hold, pending });
    });

    it("shows another worker what stands, and leaves it alone", async () => {
      const { documents } = makeStores();
      const { irn, pending } = await changing(documents);
      const before = await documents.find(irn);
      for (const rid of [fresh(), pending.rid])
        expect(await documents.begin(irn, aHold(), aChange(rid), at(1))).toEqual({ is: "standing", document: before });
      expect(await documents.find(irn)).toEqual(before);
    });

    it("waits for a live lock, until its lease is over by more than the skew", async () => {
      const { documents } = makeStores();
      const { irn } = await registered(documents);
      const holder = aHold();
      await documents.take(irn, holder, AT);
      const over = LEASE_MS + SKEW_MS;

      expect(await documents.begin(irn, aHold(), aChange(), at(over))).toMatchObject({ is: "standing" });
      expect(await documents.find(irn)).toMatchObject({ lock: holder });
      expect(await documents.begin(irn, aHold(), aChange(), at(over + 1))).toMatchObject({ is: "begun" });
    });

    it("refuses what is pending, also when nobody holds the lock or its lease is over", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await changing(documents);
      const standing = { is: "standing", document: { pending } };
      expect(await documents.begin(irn, aHold(), aChange(), at(LEASE_MS * 100))).toMatchObject(standing);
      await documents.unlock(irn, hold, pending);
      expect(await documents.begin(irn, aHold(), aChange(), at(1))).toMatchObject(standing);
    });

    it.each(["CNL", "REJ"] as const)("refuses a document that is %s", async (status) => {
      const { documents } = makeStores();
      const { irn } = await registered(documents, { status });
      const before = await documents.find(irn);
      expect(await documents.begin(irn, aHold(), aChange(), AT)).toEqual({ is: "standing", document: before });
      expect(await documents.find(irn)).toEqual(before);
    });

    it("refuses a document that is not registered", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      await documents.unlock(irn, hold, undefined);
      const before = await documents.find(irn);
      expect(await documents.begin(irn, aHold(), aChange(), AT)).toEqual({ is: "standing", document: before });
      expect(await documents.find(irn)).toEqual(before);
    });

    it("makes nothing where nothing is", async () => {
      const { documents } = makeStores();
      const irn = fresh();
      expect(await documents.begin(irn, aHold(), aChange(), AT)).toEqual({ is: "standing", document: undefined });
      expect(await documents.find(irn)).toBeUndefined();
    });

    it("lets one of many workers at the same time begin", async () => {
      const { documents } = makeStores();
      const { irn } = await registered(documents);
      const answers = await Promise.all(Array.from({ length: 20 }, () => documents.begin(irn, aHold(), aChange(), AT)));
      expect(answers.filter(({ is }) => is === "begun")).toHaveLength(1);
    });
  });

  describe("resubmit", () => {
    it("notes a further submission under the lock", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      const subs = [...pending.subs, { rid: fresh(), docFp: "other" }];
      const again = { ...pending, n: 2, at: at(5).getTime(), subs, looks: 3, taken: "active" } as const;

      expect(await documents.resubmit(irn, hold, again)).toBe("submitted");
      expect(await documents.resubmit(irn, hold, again)).toBe("submitted");
      expect(await documents.find(irn)).toMatchObject({ lock: hold, pending: again });
    });

    it("is fenced without the lock, and once the document is registered", async () => {
      const { documents } = makeStores();
      const { irn, pending } = await submitted(documents);
      expect(await documents.resubmit(irn, aHold(), { ...pending, n: 2 })).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ pending });

      const { irn: done, reg } = await registered(documents);
      const next = aHold();
      await documents.take(done, next, AT);
      expect(await documents.resubmit(done, next, aPending())).toBe("fenced");
      expect(await documents.find(done)).toMatchObject({ reg });
      expect(await documents.find(done)).not.toHaveProperty("pending");
    });
  });

  describe("resubmit of a change", () => {
    it("notes it under the lock, registered as the document is", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending, reg } = await changing(documents);
      const again = { ...pending, n: 2, at: at(5).getTime(), looks: 3 };
      expect(await documents.resubmit(irn, hold, again)).toBe("submitted");
      expect(await documents.find(irn)).toMatchObject({ reg, lock: hold, pending: again });
    });

    it("is fenced without the lock", async () => {
      const { documents } = makeStores();
      const { irn, pending } = await changing(documents);
      expect(await documents.resubmit(irn, aHold(), { ...pending, n: 2 })).toBe("fenced");
      const unknown = fresh();
      expect(await documents.resubmit(unknown, aHold(), aChange())).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ pending });
      expect(await documents.find(unknown)).toBeUndefined();
    });
  });

  describe("register", () => {
    it.each(["ACT", "CNL", "REJ"] as const)("keeps the portal's own word: %s", async (status) => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      expect(await documents.register(irn, hold, aRegistration({ status }))).toBe("registered");
      expect(await documents.find(irn)).toMatchObject({ status });
    });

    it("writes the registration, counts it and drops lock and submission", async () => {
      const { documents } = makeStores();
      const { irn, reg, about } = await registered(documents);
      const kept = { v: 1, irn, ownerGstin: GSTIN };
      expect(await documents.find(irn)).toEqual({ ...kept, reg, about, status: "ACT", seq: 1 });
    });

    it("keeps the e-way bill that came with it, and counts it too", async () => {
      const { documents } = makeStores();
      const bill = aBill({ rid: fresh(), askedFp: "asked", distanceKm: 350 });
      const { irn } = await registered(documents, { bill });
      expect(await documents.find(irn)).toMatchObject({ bills: [bill], seq: 2 });
    });

    it("is fenced when another worker holds the lock", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      expect(await documents.register(irn, aHold(), aRegistration())).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ lock: hold, seq: 0 });
    });

    it("is fenced when the lock is gone or never was", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, pending);
      expect(await documents.register(irn, hold, aRegistration())).toBe("fenced");
      expect(await documents.find(irn)).not.toHaveProperty("reg");
      const unknown = fresh();
      expect(await documents.register(unknown, hold, aRegistration())).toBe("fenced");
      expect(await documents.find(unknown)).toBeUndefined();
    });

    it("never happens twice", async () => {
      const { documents } = makeStores();
      const { irn, hold, reg } = await registered(documents);
      expect(await documents.register(irn, hold, aRegistration())).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ reg, seq: 1 });
    });
  });

  describe("change", () => {
    const CANCELLED: Cancellation = {
      ...{ rid: "rid", at: "2026-08-18T15:00:00+05:30", reason: "duplicate", remarks: "दो बार" },
    };

    it.each(["CNL", "REJ"] as const)(
      "ends an active document as %s, counts it and drops lock and change",
      async (status) => {
        const { documents } = makeStores();
        const { irn, hold, reg, about } = await changing(documents);

        const changed = await documents.change(irn, hold, { seq: 2, status, cancelled: CANCELLED });

        const kept = { v: 1, irn, ownerGstin: GSTIN, reg, about };
        expect(changed).toEqual({ ...kept, seq: 2, status, cancelled: CANCELLED });
        expect(await documents.find(irn)).toEqual(changed);
      },
    );

    it("replaces the bills and leaves what it is not told", async () => {
      const { documents } = makeStores();
      const bill = aBill();
      const { irn, hold } = await changing(documents, { bill });
      const before = await documents.find(irn);
      const bills: Bill[] = [{ ...bill, status: "CNL", cancelled: CANCELLED }, aBill({ distanceKm: 12 })];

      const changed = await documents.change(irn, hold, { seq: 3, bills });

      expect(changed).toMatchObject({ reg: before?.reg, about: before?.about, status: "ACT", bills, seq: 3 });
      for (const dropped of ["lock", "pending", "cancelled"]) expect(changed).not.toHaveProperty(dropped);
    });

    it.each(["CNL", "REJ"] as const)(
      "never takes a document from %s to another status, nor to the same again",
      async (is) => {
        const { documents } = makeStores();
        const { irn } = await registered(documents, { status: is });
        const hold = aHold();
        await documents.take(irn, hold, AT);
        for (const status of ["CNL", "REJ"] as const)
          expect(await documents.change(irn, hold, { seq: 2, status, cancelled: CANCELLED })).toBe("fenced");
        expect(await documents.find(irn)).toMatchObject({ status: is, lock: hold, seq: 1 });
      },
    );

    it("writes to what has ended whatever leaves the status alone", async () => {
      const { documents } = makeStores();
      const { irn } = await registered(documents, { status: "CNL" });
      const [hold, bills] = [aHold(), [aBill()]];
      await documents.take(irn, hold, AT);
      expect(await documents.change(irn, hold, { seq: 2, bills })).toMatchObject({ status: "CNL", bills, seq: 2 });
    });

    it("is fenced when another worker holds the lock, and when nothing is registered", async () => {
      const { documents } = makeStores();
      const { irn, pending } = await changing(documents);
      expect(await documents.change(irn, aHold(), { seq: 2, status: "CNL" })).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ status: "ACT", pending, seq: 1 });

      const { irn: open, hold } = await submitted(documents);
      expect(await documents.change(open, hold, { seq: 1, bills: [aBill()] })).toBe("fenced");
      expect(await documents.find(open)).not.toHaveProperty("bills");
      const unknown = fresh();
      expect(await documents.change(unknown, hold, { seq: 1, bills: [] })).toBe("fenced");
      expect(await documents.find(unknown)).toBeUndefined();
    });

    it("is fenced when it is not the document's next one, although a late copy took the lock again", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await changing(documents);
      const changed = await documents.change(irn, hold, { seq: 2, bills: [aBill()] });
      await documents.begin(irn, hold, pending, at(1));
      for (const seq of [1, 2, 4]) expect(await documents.change(irn, hold, { seq, bills: [] })).toBe("fenced");
      expect(await documents.find(irn)).toEqual({ ...(changed as Document), pending, lock: hold });
    });

    it("is fenced when it is repeated because its answer was lost: the lock is gone, and a look at the document says why", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await changing(documents);
      const changed = await documents.change(irn, hold, { seq: 2, status: "CNL", cancelled: CANCELLED });
      for (const effect of [{ seq: 2, status: "CNL", cancelled: CANCELLED } as const, { seq: 3, bills: [] }])
        expect(await documents.change(irn, hold, effect)).toBe("fenced");
      expect(await documents.find(irn)).toEqual(changed);
    });
  });

  describe("the number of a bill", () => {
    it("leads to its document, by the first word", async () => {
      const { documents } = makeStores();
      const [ewbNo, irn] = [fresh(), fresh()];
      expect(await documents.irnOfBill(ewbNo)).toBeUndefined();
      for (const each of [irn, irn, fresh()]) await documents.nameBill(ewbNo, each);
      expect(await documents.irnOfBill(ewbNo)).toBe(irn);
    });

    it("is no document, nor an answer of one", async () => {
      const { documents } = makeStores();
      const ewbNo = fresh();
      await documents.nameBill(ewbNo, fresh());
      expect(await documents.find(ewbNo)).toBeUndefined();
      expect(await documents.answer(ewbNo)).toBeUndefined();
    });
  });

  describe("list", () => {
    const ALL = { from: "2026-01-01", to: "2026-12-31", limit: 100 };

    it("shows registered documents as they now are, the latest day first", async () => {
      const { documents } = makeStores();
      const gstin = fresh();
      const irns = [await listed(documents, gstin, "2026-07-31"), await listed(documents, gstin, "2026-08-01")];
      const [older = "", later = ""] = irns;
      const hold = aHold();
      await documents.begin(older, hold, aChange(), at(1));
      await documents.change(older, hold, { seq: 2, status: "CNL" });

      expect(await documents.list(gstin, ALL)).toEqual({
        documents: [await documents.find(later), await documents.find(older)],
      });
      expect(await documents.find(older)).toMatchObject({ status: "CNL" });
    });

    it("shows nothing that is not registered, and nothing of another GSTIN", async () => {
      const { documents } = makeStores();
      const [gstin, other] = [fresh(), fresh()];
      await documents.submit(fresh(), gstin, aHold(), aPending(), AT);
      const irn = await listed(documents, other, "2026-08-18");
      expect(await documents.list(gstin, ALL)).toEqual({ documents: [] });
      expect((await documents.list(other, ALL)).documents).toMatchObject([{ irn }]);
    });

    it.each([
      ["2026-07-31", "2026-08-02", ["2026-08-02", "2026-08-01", "2026-07-31"]],
      ["2026-08-01", "2026-08-01", ["2026-08-01"]],
      ["2026-08-03", "2027-12-31", ["2026-08-03"]],
      ["2026-08-04", "2026-08-31", []],
      ["2026-08-02", "2026-08-01", []],
    ])("from %s to %s has both days and nothing outside", async (from, to, days) => {
      const { documents } = makeStores();
      const gstin = fresh();
      for (const day of ["07-30", "07-31", "08-01", "08-02", "08-03"]) await listed(documents, gstin, `2026-${day}`);
      const page = await documents.list(gstin, { from, to, limit: 100 });
      expect(page.documents.map(({ about }) => about?.docDate)).toEqual(days);
    });

    it.each([1, 2, 3, 100])("shows each once on pages of %i, also those of one day", async (limit) => {
      const { documents } = makeStores();
      const gstin = fresh();
      const days = ["2026-08-01", "2026-08-02", "2026-08-02", "2026-08-02", "2026-08-03", "2026-08-03"];
      const irns = await Promise.all(days.map((day) => listed(documents, gstin, day)));
      await listed(documents, gstin, "2026-07-31");
      const shown: (readonly { readonly irn: string; readonly day: string }[])[] = [];
      let next: DocumentPosition | undefined;
      do {
        const days = { from: "2026-08-01", to: "2026-08-03" };
        const page = await documents.list(gstin, { ...days, limit, ...(next && { before: next }) });
        expect(page.documents.length).toBeLessThanOrEqual(limit);
        shown.push(page.documents.map(({ irn, about }) => ({ irn, day: about?.docDate ?? "" })));
        next = page.next;
        await listed(documents, gstin, "2026-08-04");
      } while (next && shown.length < 10);

      expect(shown.flatMap((page) => page.map(({ irn }) => irn)).sort()).toEqual(irns.sort());
      const inOrder = shown.flatMap((page) => page.map(({ day }) => day));
      expect(inOrder).toEqual([...inOrder].sort().reverse());
    });

    it("goes on behind a place where no document is, also outside of the days", async () => {
      const { documents } = makeStores();
      const gstin = fresh();
      for (const day of ["07-31", "08-01", "08-03", "08-04"]) await listed(documents, gstin, `2026-${day}`);
      const days = { from: "2026-08-01", to: "2026-08-03", limit: 100 };
      const behind = async (docDate: string) => {
        const page = await documents.list(gstin, { ...days, before: { docDate, irn: fresh() } });
        return page.documents.map(({ about }) => about?.docDate);
      };
      expect(await behind("2026-08-02")).toEqual(["2026-08-01"]);
      expect(await behind("2026-09-01")).toEqual(["2026-08-03", "2026-08-01"]);
      expect(await behind("2026-07-31")).toEqual([]);
    });
  });

  describe("unlock", () => {
    it("drops the lock and keeps the submission that it is told", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, pending);
      expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 0, pending });
    });

    it("changes the submission to what was found out meanwhile", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, { ...pending, looks: 1, taken: "active" });
      expect((await documents.find(irn))?.pending).toEqual({ ...pending, looks: 1, taken: "active" });
    });

    it("drops the submission too when it certainly did not happen", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      await documents.unlock(irn, hold, undefined);
      expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 0 });
      expect(await documents.submit(irn, GSTIN, aHold(), aPending(), at(1))).toBe("submitted");
    });

    it("keeps a change, or drops one that was not made, and nothing of the registration", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending, reg, about } = await changing(documents);
      const kept = { v: 1, irn, ownerGstin: GSTIN, seq: 1, status: "ACT", reg, about };
      await documents.unlock(irn, hold, { ...pending, looks: 2 });
      expect(await documents.find(irn)).toEqual({ ...kept, pending: { ...pending, looks: 2 } });

      const next = aHold();
      await documents.take(irn, next, at(1));
      await documents.unlock(irn, next, undefined);
      expect(await documents.find(irn)).toEqual(kept);
    });

    it("does nothing for a stranger, with or without clearing", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      for (const left of [undefined, { ...pending, n: 2 }]) await documents.unlock(irn, aHold(), left);
      expect(await documents.find(irn)).toMatchObject({ lock: hold, pending });
    });

    it("makes nothing where nothing is", async () => {
      const { documents } = makeStores();
      const irn = fresh();
      await documents.unlock(irn, aHold(), undefined);
      expect(await documents.find(irn)).toBeUndefined();
    });
  });

  describe("the frozen answer", () => {
    it("comes back byte for byte, non-ASCII text included", async () => {
      const { documents } = makeStores();
      const [irn, body] = [fresh(), '{"b":1,"a":"उदाहरण ₹ 😀 \\u00e9","n":1.0 }'];
      expect(await documents.answer(irn)).toBeUndefined();
      expect(await documents.freezeAnswer(irn, body)).toBe(body);
      expect(Buffer.from((await documents.answer(irn)) ?? "")).toEqual(Buffer.from(body));
    });

    it("comes back byte for byte, also with tokens of megabytes in it", async () => {
      const { documents } = makeStores();
      const token = (bytes: number) =>
        ['{"alg":"RS256"}', randomBytes(bytes), randomBytes(256)].map(base64url).join(".");
      for (const bytes of [1_000, 2_000_000]) {
        const irn = fresh();
        const body = JSON.stringify({ irn, signedInvoice: token(bytes), signedQrCode: token(500), links: {} });
        expect((await documents.freezeAnswer(irn, body)) === body).toBe(true);
        expect((await documents.freezeAnswer(irn, body.replace("links", "other"))) === body).toBe(true);
        expect((await documents.answer(irn)) === body).toBe(true);
      }
    });

    it("stands as it was first put, and is shown to whoever comes later", async () => {
      const { documents } = makeStores();
      const irn = fresh();
      await documents.freezeAnswer(irn, "first");
      expect(await documents.freezeAnswer(irn, "second")).toBe("first");
      expect(await documents.answer(irn)).toBe("first");
    });

    it("is no document", async () => {
      const { documents } = makeStores();
      const irn = fresh();
      await documents.freezeAnswer(irn, "{}");
      expect(await documents.find(irn)).toBeUndefined();
    });
  });

  describe("refuse", () => {
    it("frees the document, finishes the request and puts the event", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      expect(await stores.documents.refuse(refusal)).toBe("refused");

      const { irn, rid, outcome, event } = refusal;
      expect(await stores.documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 0 });
      expect(await stores.requests.find(rid)).toMatchObject({ state: "FINAL", outcome });
      expect((await stores.requests.find(rid))?.sweepAt).toBeUndefined();
      expect(await stores.events.append({ ...event, data: { probe: true } }, AT)).toEqual(event);
    });

    it("leaves open what this request did not find out, and notes what is refused for good", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      const pending = aPending();
      const refused = { docFp: "doc-fp", until: at(1_000).getTime(), errors: [{ code: "2176", message: "गलत" }] };
      expect(await stores.documents.refuse({ ...refusal, pending, refused })).toBe("refused");
      expect(await stores.documents.find(refusal.irn)).toEqual({
        ...{ v: 1, irn: refusal.irn, ownerGstin: GSTIN, seq: 0 },
        ...{ pending, refused },
      });
    });

    it("of a change frees the document, or leaves it open, and notes a bill that was not known", async () => {
      const stores = makeStores();
      for (const pending of [undefined, aChange()]) {
        const { irn, hold, reg } = await changing(stores.documents);
        const bills = [aBill()];
        const refusal = { ...(await refusable(stores)), irn, hold, pending, bills };
        expect(await stores.documents.refuse(refusal)).toBe("refused");
        const document = await stores.documents.find(irn);
        expect(document).toMatchObject({ reg, status: "ACT", bills });
        expect(document?.pending).toEqual(pending);
        expect(document).not.toHaveProperty("lock");
      }
    });

    it("notes no bill when another worker holds the lock", async () => {
      const stores = makeStores();
      const { irn } = await changing(stores.documents);
      const refusal = { ...(await refusable(stores)), irn, hold: aHold(), bills: [aBill()] };
      expect(await stores.documents.refuse(refusal)).toBe("fenced");
      expect(await stores.documents.find(irn)).not.toHaveProperty("bills");
    });

    it("has its event dispatched within a time", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      await stores.documents.refuse(refusal);
      const undispatched = await stores.events.undispatched(at(DISPATCH_WITHIN_MS), 100_000);
      expect(undispatched.filter(({ id }) => id === refusal.event.id)).toEqual([refusal.event]);
    });

    it("writes nothing at all when another worker holds the lock", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      const before = await stores.documents.find(refusal.irn);

      expect(await stores.documents.refuse({ ...refusal, hold: aHold() })).toBe("fenced");

      expect(await stores.documents.find(refusal.irn)).toEqual(before);
      expect(await stores.requests.find(refusal.rid)).toMatchObject({ state: "QUEUED" });
      await expectNoEvent(stores, refusal.event);
    });

    it("writes nothing at all when the request is finished already", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      await stores.requests.finish(refusal.rid, REGISTERED, AT);
      const before = await stores.documents.find(refusal.irn);

      expect(await stores.documents.refuse(refusal)).toBe("fenced");

      expect(await stores.documents.find(refusal.irn)).toEqual(before);
      expect((await stores.requests.find(refusal.rid))?.outcome).toEqual(REGISTERED);
      await expectNoEvent(stores, refusal.event);
    });

    it("writes nothing at all when the key belongs to another rid", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      const rid = `${refusal.rid.split(".")[0]}.${fresh()}`;

      expect(await stores.documents.refuse({ ...refusal, rid })).toBe("fenced");

      expect(await stores.documents.find(refusal.irn)).toMatchObject({ lock: refusal.hold });
      expect(await stores.requests.find(refusal.rid)).toMatchObject({ state: "QUEUED" });
      await expectNoEvent(stores, refusal.event);
    });

    it("leaves the document alone when there is no hold on it, because it is registered", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      const { irn, reg } = await registered(stores.documents);

      expect(await stores.documents.refuse({ ...refusal, irn, hold: undefined })).toBe("refused");

      expect(await stores.documents.find(irn)).toMatchObject({ reg, seq: 1 });
      expect(await stores.requests.find(refusal.rid)).toMatchObject({ state: "FINAL", outcome: refusal.outcome });
      expect(await stores.events.append({ ...refusal.event, data: {} }, AT)).toEqual(refusal.event);
    });

    it("writes nothing without a hold when the request is finished already", async () => {
      const stores = makeStores();
      const refusal = await refusable(stores);
      await stores.requests.finish(refusal.rid, REGISTERED, AT);

      expect(await stores.documents.refuse({ ...refusal, hold: undefined })).toBe("fenced");
      await expectNoEvent(stores, refusal.event);
    });
  });
}

async function submitted(documents: DocumentStore) {
  const [irn, hold, pending] = [fresh(), aHold(), aPending()];
  expect(await documents.submit(irn, GSTIN, hold, pending, AT)).toBe("submitted");
  return { irn, hold, pending };
}

async function registered(documents: DocumentStore, { status = "ACT", bill }: Partial<Registered> = {}) {
  const { irn, hold } = await submitted(documents);
  const { reg, about } = aRegistration();
  expect(await documents.register(irn, hold, { reg, about, status, bill })).toBe("registered");
  return { irn, hold, reg, about };
}

/** A registered document that a worker has begun to change. */
async function changing(documents: DocumentStore, given: Partial<Registered> = {}) {
  const [document, hold, pending] = [await registered(documents, given), aHold(), aChange()];
  expect(await documents.begin(document.irn, hold, pending, AT)).toMatchObject({ is: "begun" });
  return { ...document, hold, pending };
}

/** The IRN of a registered document of that day. */
async function listed(documents: DocumentStore, gstin: string, docDate: string): Promise<string> {
  const [irn, hold] = [fresh(), aHold()];
  const { about, ...registration } = aRegistration();
  await documents.submit(irn, gstin, hold, aPending(), AT);
  await documents.register(irn, hold, { ...registration, about: { ...about, docDate } });
  return irn;
}

/** A submitted document whose request is accepted, and what a refusal of it writes. */
async function refusable({ documents, requests }: Stores): Promise<Refusal & { readonly hold: Hold }> {
  const { irn, hold } = await submitted(documents);
  const { rid, owner, ...request } = aRequest({ irn });
  await requests.claim({ ...request, rid, owner }, AT);
  await requests.accept(rid, owner, at(60_000));
  const problem = { code: "refused_by_irp", status: 422, title: "t", detail: "d" } as const;
  const event = anEvent({ id: `irn-failed-${rid}` });
  return { irn, hold, rid, outcome: { kind: "problem", problem }, event, at: AT };
}

async function expectNoEvent({ events }: Stores, event: EventRecord): Promise<void> {
  const probe = { ...event, data: { probe: true } };
  expect(await events.append(probe, AT)).toEqual(probe);
}

function aHold(): Hold {
  return { worker: fresh(), until: at(LEASE_MS).getTime() };
}

function aPending(rid = fresh()): Pending {
  const at = AT.getTime();
  return { op: "register", rid, portal: "NIC1", at, since: at, n: 1, subs: [{ rid, docFp: "doc-fp" }], looks: 0 };
}

function aChange(rid = fresh()): PendingChange {
  const at = AT.getTime();
  return { op: "change", rid, at, since: at, n: 1, looks: 0 };
}

function aRegistration(overrides: Partial<Registered> = {}): Registered {
  const ackDt = "2026-08-18T14:30:00+05:30";
  const reg = { rid: fresh(), docFp: "doc-fp", portal: "NIC1", ackNo: "112610000000001", ackDt };
  const about = { docType: "INV", docNo: "A/1", docDate: "2026-08-18", buyerGstin: "29AAAZA0001A1ZI", total: 12908.57 };
  return { reg, status: "ACT", about, ...overrides };
}

function aBill(overrides: Partial<Bill> = {}): Bill {
  const validTill = "2026-08-19T23:59:00+05:30";
  return { ewbNo: fresh(), status: "ACT", madeAt: "2026-08-18T14:30:00+05:30", validTill, ...overrides };
}

function anEvent(overrides: Partial<EventRecord> = {}): EventRecord {
  const timestamp = "2026-08-18T14:30:00+05:30";
  return { v: 1, id: fresh(), gstin: GSTIN, type: "irn.failed", timestamp, data: { irn: "irn" }, ...overrides };
}

function base64url(bytes: string | Buffer): string {
  return Buffer.from(bytes).toString("base64url");
}
