import { describe, expect, it } from "vitest";
import type { Pending, Registration } from "../../shared/document/document.ts";
import type { DocumentStore, Hold, Refusal } from "../../shared/document/document-store.ts";
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

  describe("register", () => {
    it.each(["ACT", "CNL", "REJ"] as const)("keeps the portal's own word: %s", async (status) => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      expect(await documents.register(irn, hold, aRegistration(), status)).toBe("registered");
      expect(await documents.find(irn)).toMatchObject({ status });
    });

    it("writes the registration, counts it and drops lock and submission", async () => {
      const { documents } = makeStores();
      const { irn, reg } = await registered(documents);
      expect(await documents.find(irn)).toEqual({ v: 1, irn, ownerGstin: GSTIN, seq: 1, reg, status: "ACT" });
    });

    it("is fenced when another worker holds the lock", async () => {
      const { documents } = makeStores();
      const { irn, hold } = await submitted(documents);
      expect(await documents.register(irn, aHold(), aRegistration(), "ACT")).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ lock: hold, seq: 0 });
    });

    it("is fenced when the lock is gone or never was", async () => {
      const { documents } = makeStores();
      const { irn, hold, pending } = await submitted(documents);
      await documents.unlock(irn, hold, pending);
      expect(await documents.register(irn, hold, aRegistration(), "ACT")).toBe("fenced");
      expect(await documents.find(irn)).not.toHaveProperty("reg");
      const unknown = fresh();
      expect(await documents.register(unknown, hold, aRegistration(), "ACT")).toBe("fenced");
      expect(await documents.find(unknown)).toBeUndefined();
    });

    it("never happens twice", async () => {
      const { documents } = makeStores();
      const { irn, hold, reg } = await registered(documents);
      expect(await documents.register(irn, hold, aRegistration(), "ACT")).toBe("fenced");
      expect(await documents.find(irn)).toMatchObject({ reg, seq: 1 });
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

async function registered(documents: DocumentStore) {
  const { irn, hold } = await submitted(documents);
  const reg = aRegistration();
  expect(await documents.register(irn, hold, reg, "ACT")).toBe("registered");
  return { irn, hold, reg };
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

function aRegistration(): Registration {
  const ackDt = "2026-08-18T14:30:00+05:30";
  return { rid: fresh(), docFp: "doc-fp", portal: "NIC1", ackNo: "112610000000001", ackDt };
}

function anEvent(overrides: Partial<EventRecord> = {}): EventRecord {
  const timestamp = "2026-08-18T14:30:00+05:30";
  return { v: 1, id: fresh(), gstin: GSTIN, type: "irn.failed", timestamp, data: { irn: "irn" }, ...overrides };
}
