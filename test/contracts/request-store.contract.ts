import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CLAIM_MS, KEY_LIFE_MS, type Outcome, type Payload, SKEW_MS } from "../../shared/request/request.ts";
import type { ListPosition, NewRequest, RequestStore } from "../../shared/request/request-store.ts";
import { AT, aRequest, at, fresh, REGISTERED } from "../fakes/a-request.ts";

const AT_ONCE = 50;
const PAYLOAD: Payload = { method: "POST", path: "/irn", query: {}, body: { Nm: "उदाहरण ₹ 😀", n: 1.5, none: null } };

/** What every RequestStore must do. Each test uses keys of its own. */
export function requestStoreContract(makeStore: () => RequestStore): void {
  describe("claim", () => {
    it("takes a key that nobody holds, with a lease and a time to live", async () => {
      const store = makeStore();
      const request = aRequest();
      expect(await store.claim(request, AT)).toBe("claimed");

      const claimed = await store.find(request.rid);
      expect(claimed).toMatchObject({ ...request, v: 1, state: "CLAIMED", attempt: 1 });
      expect(claimed?.leaseUntil).toBe(at(CLAIM_MS).getTime());
      expect(claimed?.expiresAt).toBeGreaterThan(at(CLAIM_MS).getTime() / 1000);
    });

    it("shows the loser the claim that stands, and leaves it alone", async () => {
      const store = makeStore();
      const first = await claimed(store);

      expect(await store.claim(aRequest({ key: first.key }), at(1))).toMatchObject(first);
      expect(await store.find(first.rid)).toMatchObject(first);
    });

    it("shows a claimant that repeats its write its own claim", async () => {
      const store = makeStore();
      const request = await claimed(store);
      expect(await store.claim(request, at(1))).toMatchObject({ owner: request.owner, rid: request.rid });
    });

    it("takes a claim over only when its lease is over by more than the skew", async () => {
      const store = makeStore();
      const first = await claimed(store);
      const second = aRequest({ key: first.key, fp: "another" });

      expect(await store.claim(second, at(CLAIM_MS + SKEW_MS))).toMatchObject({ rid: first.rid });
      expect(await store.claim(second, at(CLAIM_MS + SKEW_MS + 1))).toBe("claimed");
      expect(await store.find(second.rid)).toMatchObject({ ...second, state: "CLAIMED" });
    });

    it("never takes over a request that is accepted, however long it waits", async () => {
      const store = makeStore();
      const first = await accepted(store);
      expect(await store.claim(aRequest({ key: first.key }), at(365 * KEY_LIFE_MS))).toMatchObject({
        rid: first.rid,
        state: "QUEUED",
      });
    });

    it("shows the outcome of a finished request until it has expired by more than the skew", async () => {
      const store = makeStore();
      const first = await accepted(store);
      await store.finish(first.rid, REGISTERED, AT);
      const second = aRequest({ key: first.key });

      for (const now of [at(1), at(KEY_LIFE_MS), at(KEY_LIFE_MS + SKEW_MS)]) {
        expect(await store.claim(second, now)).toMatchObject({ rid: first.rid, state: "FINAL", outcome: REGISTERED });
      }
      expect(await store.claim(second, at(KEY_LIFE_MS + SKEW_MS + 1000))).toBe("claimed");
    });

    it("leaves nothing of an earlier life in the new claim", async () => {
      const store = makeStore();
      const first = await accepted(store);
      await store.finish(first.rid, REGISTERED, at(-KEY_LIFE_MS));
      const second = await claimed(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));

      const found = await store.find(second.rid);
      expect(found?.outcome).toBeUndefined();
      expect(found?.state).toBe("CLAIMED");
    });

    it("gives one of many claims at the same time the key, and shows it to the others", async () => {
      const store = makeStore();
      const key = fresh();
      const requests = Array.from({ length: AT_ONCE }, () => aRequest({ key }));
      const holders = await Promise.all(requests.map((request) => store.claim(request, AT)));

      const winners = requests.filter((_, i) => holders[i] === "claimed");
      expect(winners).toHaveLength(1);
      for (const holder of holders) if (holder !== "claimed") expect(holder).toMatchObject({ rid: winners[0]?.rid });
    });

    it("keeps keys apart", async () => {
      const store = makeStore();
      await claimed(store);
      expect(await store.claim(aRequest(), AT)).toBe("claimed");
    });
  });

  describe("release", () => {
    it("frees the key", async () => {
      const store = makeStore();
      const first = await claimed(store);
      await store.release(first.rid, first.owner);

      expect(await store.find(first.rid)).toBeUndefined();
      expect(await store.claim(aRequest({ key: first.key }), AT)).toBe("claimed");
    });

    it("does nothing for a stranger", async () => {
      const store = makeStore();
      const first = await claimed(store);
      await store.release(first.rid, fresh());
      expect(await store.find(first.rid)).toMatchObject({ state: "CLAIMED" });
    });

    it("does not delete the claim of the one who took over", async () => {
      const store = makeStore();
      const first = await claimed(store);
      const second = await claimed(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));
      await store.release(first.rid, first.owner);
      expect(await store.find(second.rid)).toMatchObject({ owner: second.owner });
    });

    it("does nothing once the request is accepted or finished", async () => {
      const store = makeStore();
      const request = await accepted(store);
      await store.release(request.rid, request.owner);
      expect(await store.find(request.rid)).toMatchObject({ state: "QUEUED" });

      await store.finish(request.rid, REGISTERED, AT);
      await store.release(request.rid, request.owner);
      expect(await store.find(request.rid)).toMatchObject({ state: "FINAL" });
    });

    it("does nothing where nothing is", async () => {
      const { rid, owner } = aRequest();
      expect(await makeStore().release(rid, owner)).toBeUndefined();
    });
  });

  describe("open", () => {
    it("shows an accepted request and its payload as it was put, non-ASCII text, numbers and nulls included", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      await store.savePayload(rid, PAYLOAD, AT);
      const opened = await store.open(rid);
      expect(opened?.request).toEqual(await store.find(rid));
      expect(JSON.stringify(opened?.payload)).toBe(JSON.stringify(PAYLOAD));
    });

    it("shows a payload of megabytes as it was put", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      const body = { lines: Array.from({ length: 1000 }, () => randomBytes(700).toString("base64")) };
      await store.savePayload(rid, { ...PAYLOAD, body }, AT);
      expect(JSON.stringify((await store.open(rid))?.payload) === JSON.stringify({ ...PAYLOAD, body })).toBe(true);
    });

    it("shows the payload that was put first", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      await store.savePayload(rid, PAYLOAD, AT);
      await store.savePayload(rid, { ...PAYLOAD, body: "another" }, at(1));
      expect((await store.open(rid))?.payload).toEqual(PAYLOAD);
    });

    it("shows no payload of another life of the key", async () => {
      const store = makeStore();
      const first = await claimed(store);
      await store.savePayload(first.rid, PAYLOAD, AT);
      const second = await accepted(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));
      expect(await store.open(second.rid)).toMatchObject({ request: { rid: second.rid }, payload: undefined });
      expect(await store.open(first.rid)).toBeUndefined();
    });

    it("shows nothing of what is only claimed, finished, or was never there", async () => {
      const store = makeStore();
      const { rid: onlyClaimed } = await claimed(store);
      const { rid: finished } = await accepted(store);
      await store.finish(finished, REGISTERED, AT);
      for (const rid of [onlyClaimed, finished, aRequest().rid]) {
        await store.savePayload(rid, PAYLOAD, AT);
        expect(await store.open(rid)).toBeUndefined();
      }
    });
  });

  describe("savePayload", () => {
    it("leaves the request of the same key alone", async () => {
      const store = makeStore();
      const { rid, owner } = await claimed(store);
      await store.savePayload(rid, PAYLOAD, AT);
      expect(await store.find(rid)).toMatchObject({ owner, state: "CLAIMED" });
    });
  });

  describe("accept", () => {
    it("makes the claim nobody's, without lease and time to live", async () => {
      const store = makeStore();
      const request = await claimed(store);
      expect(await store.accept(request.rid, request.owner, at(60_000))).toBe("accepted");

      const found = await store.find(request.rid);
      expect(found).toMatchObject({ state: "QUEUED", rid: request.rid, sweepAt: at(60_000).getTime() });
      expect([found?.owner, found?.leaseUntil, found?.expiresAt]).toEqual([undefined, undefined, undefined]);
    });

    it("keeps the slot or the place that came with it, and that it is yet to be sent", async () => {
      const store = makeStore();
      const [direct, queued] = [await claimed(store), await claimed(store)];
      await store.accept(direct.rid, direct.owner, AT, { slotAt: at(5), isSent: true });
      await store.accept(queued.rid, queued.owner, AT, { place: 7, isSent: false });

      expect(await store.find(direct.rid)).toMatchObject({ slotAt: at(5).getTime(), attempt: 1 });
      expect(await store.find(queued.rid)).toMatchObject({ place: 7, attempt: 0 });
      expect(await dueOf(store, AT, [queued.rid])).toMatchObject([{ rid: queued.rid, place: 7, attempt: 0 }]);
      expect(await store.retry(queued.rid, 0, at(1))).toBe("retried");
      expect(await store.find(queued.rid)).toMatchObject({ attempt: 1, place: 7 });
    });

    it("is lost by one whose claim was taken over", async () => {
      const store = makeStore();
      const first = await claimed(store);
      const second = await claimed(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));

      expect(await store.accept(first.rid, first.owner, AT)).toBe("lost");
      expect(await store.find(second.rid)).toMatchObject({ state: "CLAIMED", owner: second.owner });
    });

    it("is lost where nothing is, and makes nothing", async () => {
      const store = makeStore();
      const { rid, owner } = aRequest();
      expect(await store.accept(rid, owner, AT)).toBe("lost");
      expect(await store.find(rid)).toBeUndefined();
    });

    it("happens once", async () => {
      const store = makeStore();
      const { rid, owner } = await accepted(store);
      expect(await store.accept(rid, owner, at(1))).toBe("lost");
    });
  });

  describe("find", () => {
    it("finds nothing under the rid of an earlier life of the same key", async () => {
      const store = makeStore();
      const first = await claimed(store);
      const second = await claimed(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));

      expect(await store.find(first.rid)).toBeUndefined();
      expect(await store.find(second.rid)).toBeDefined();
    });

    it("finds nothing that was never claimed", async () => {
      expect(await makeStore().find(aRequest().rid)).toBeUndefined();
    });
  });

  describe("current", () => {
    it("shows what has the key now, in every state, until it is finished and expired by more than the skew", async () => {
      const store = makeStore();
      const { key, rid, owner } = await claimed(store);
      expect(await store.current(key, AT)).toMatchObject({ rid, state: "CLAIMED" });
      await store.accept(rid, owner, AT);
      expect(await store.current(key, at(KEY_LIFE_MS * 9))).toMatchObject({ rid, state: "QUEUED" });
      await store.finish(rid, REGISTERED, AT);
      expect(await store.current(key, at(KEY_LIFE_MS + SKEW_MS))).toMatchObject({ rid, outcome: REGISTERED });
      expect(await store.current(key, at(KEY_LIFE_MS + SKEW_MS + 1000))).toBeUndefined();
    });

    it("is nothing for a key that nobody used", async () => {
      expect(await makeStore().current(fresh(), AT)).toBeUndefined();
    });
  });

  describe("finish", () => {
    it("gives an accepted request its outcome, no time to be swept and a time to live", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      expect(await store.finish(rid, REGISTERED, AT)).toBe("finished");

      const found = await store.find(rid);
      expect(found).toMatchObject({ state: "FINAL", outcome: REGISTERED });
      expect(found?.expiresAt).toBe(at(KEY_LIFE_MS).getTime() / 1000);
      expect(found?.finishedAt).toBe(AT.toISOString());
      expect(found?.sweepAt).toBeUndefined();
    });

    it("keeps the bytes of a problem, in the order in which they were written", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      await store.finish(rid, PROBLEM, AT);
      expect(JSON.stringify((await store.find(rid))?.outcome)).toBe(JSON.stringify(PROBLEM));
    });

    it("lets the first outcome stand", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      await store.finish(rid, REGISTERED, AT);

      expect(await store.finish(rid, PROBLEM, at(1))).toBe("already");
      expect((await store.find(rid))?.outcome).toEqual(REGISTERED);
    });

    it("finishes nothing that is only claimed", async () => {
      const store = makeStore();
      const { rid } = await claimed(store);
      expect(await store.finish(rid, REGISTERED, at(1))).toBe("already");
      expect(await store.find(rid)).toMatchObject({ state: "CLAIMED" });
    });

    it("finishes nothing of a later life of the same key", async () => {
      const store = makeStore();
      const first = await claimed(store);
      const second = await accepted(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));

      expect(await store.finish(first.rid, REGISTERED, at(1))).toBe("already");
      expect(await store.find(second.rid)).toMatchObject({ state: "QUEUED" });
    });

    it("makes nothing where nothing is", async () => {
      const store = makeStore();
      const { rid } = aRequest();
      expect(await store.finish(rid, REGISTERED, at(1))).toBe("already");
      expect(await store.find(rid)).toBeUndefined();
    });
  });

  describe("park", () => {
    it("puts an accepted request off", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      await store.park(rid, at(5 * 60_000));
      expect(await store.find(rid)).toMatchObject({ state: "QUEUED", sweepAt: at(5 * 60_000).getTime() });
    });

    it("leaves claims, outcomes and later lives of the key alone", async () => {
      const store = makeStore();
      const first = await claimed(store);
      await store.park(first.rid, at(1));
      expect((await store.find(first.rid))?.sweepAt).toBeUndefined();

      const second = await accepted(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));
      await store.park(first.rid, at(1));
      expect((await store.find(second.rid))?.sweepAt).toBe(at(60_000).getTime());

      await store.finish(second.rid, REGISTERED, AT);
      await store.park(second.rid, at(1));
      expect((await store.find(second.rid))?.sweepAt).toBeUndefined();
    });
  });

  describe("due", () => {
    it("shows what is accepted and overdue, with what it takes to send it again", async () => {
      const store = makeStore();
      const { rid, gstin, irn, createdAt } = await accepted(store);
      expect(await dueOf(store, at(59_999), [rid])).toEqual([]);
      expect(await dueOf(store, at(60_000), [rid])).toEqual([{ rid, gstin, irn, attempt: 1, createdAt }]);
    });

    it("shows the longest overdue first, and no more than asked for", async () => {
      const store = makeStore();
      const { rid: early } = await accepted(store);
      const { rid: late } = await accepted(store);
      await store.park(early, at(-2_000));
      await store.park(late, at(-1_000));

      expect((await dueOf(store, at(0), [late, early])).map(({ rid }) => rid)).toEqual([early, late]);
      expect(await store.due(at(60_000), 1)).toHaveLength(1);
    });

    it("shows nothing that is parked until later, only claimed, or finished", async () => {
      const store = makeStore();
      const { rid: parked } = await accepted(store);
      const { rid: onlyClaimed } = await claimed(store);
      const { rid: finished } = await accepted(store);
      await store.park(parked, at(10 * KEY_LIFE_MS));
      await store.finish(finished, REGISTERED, AT);
      expect(await dueOf(store, at(KEY_LIFE_MS), [parked, onlyClaimed, finished])).toEqual([]);
    });
  });

  describe("retry", () => {
    it("counts the attempt and puts the request off, once for each attempt", async () => {
      const store = makeStore();
      const { rid } = await accepted(store);
      const attempts = await Promise.all([1, 2, 3].map(() => store.retry(rid, 1, at(120_000))));

      expect(attempts.sort()).toEqual(["lost", "lost", "retried"]);
      expect(await store.find(rid)).toMatchObject({ attempt: 2, sweepAt: at(120_000).getTime() });
      expect(await dueOf(store, at(119_999), [rid])).toEqual([]);
      expect(await dueOf(store, at(120_000), [rid])).toMatchObject([{ attempt: 2 }]);
      expect(await store.retry(rid, 2, at(180_000))).toBe("retried");
    });

    it("loses to an outcome, a claim and a later life of the key", async () => {
      const store = makeStore();
      const { rid: finished } = await accepted(store);
      await store.finish(finished, REGISTERED, AT);
      const first = await claimed(store);
      expect(await store.retry(finished, 1, at(1))).toBe("lost");
      expect(await store.retry(first.rid, 1, at(1))).toBe("lost");

      const second = await accepted(store, aRequest({ key: first.key }), at(KEY_LIFE_MS));
      expect(await store.retry(first.rid, 1, at(1))).toBe("lost");
      expect(await store.find(second.rid)).toMatchObject({ attempt: 1, sweepAt: at(60_000).getTime() });
      expect(await store.retry(aRequest().rid, 1, at(1))).toBe("lost");
    });
  });

  describe("list", () => {
    it("shows the GSTIN's accepted requests as they now are, the newest first", async () => {
      const store = makeStore();
      const gstin = fresh();
      const [old, recent] = [await acceptedAt(store, gstin, 0), await acceptedAt(store, gstin, 1)];
      await store.finish(old.rid, PROBLEM, at(5));

      const { requests, next } = await store.list(gstin, { limit: 100 });
      expect(requests).toEqual([await store.find(recent.rid), await store.find(old.rid)]);
      expect(requests.map(({ state }) => state)).toEqual(["QUEUED", "FINAL"]);
      expect(next).toBeUndefined();
    });

    it("shows nothing that is only claimed or given back, and nothing of another GSTIN", async () => {
      const store = makeStore();
      const [gstin, other] = [fresh(), fresh()];
      await claimed(store, aRequest({ gstin }));
      const given = await claimed(store, aRequest({ gstin }));
      await store.release(given.rid, given.owner);
      const { rid } = await acceptedAt(store, other, 0);

      expect(await store.list(gstin, { limit: 100 })).toEqual({ requests: [] });
      expect((await store.list(other, { limit: 100 })).requests).toMatchObject([{ rid }]);
    });

    it.each([1, 2, 3, 100])(
      "shows each once on pages of %i, also those of one time, whatever is accepted meanwhile",
      async (limit) => {
        const store = makeStore();
        const gstin = fresh();
        const all = await Promise.all([0, 1, 1, 1, 1, 2, 2].map((ms) => acceptedAt(store, gstin, ms)));
        const shown: (readonly string[])[] = [];
        let next: ListPosition | undefined;
        do {
          const page = await store.list(gstin, { limit, ...(next && { before: next }) });
          expect(page.requests.length).toBeLessThanOrEqual(limit);
          shown.push(page.requests.map(({ rid }) => rid));
          next = page.next;
          await acceptedAt(store, gstin, 3);
        } while (next && shown.length < 10);

        expect(shown.flat().sort()).toEqual(all.map(({ rid }) => rid).sort());
        const times = shown.flat().map((rid) => all.find((each) => each.rid === rid)?.createdAt ?? "");
        expect(times).toEqual([...times].sort().reverse());
      },
    );

    it("shows one key once, in its life of now", async () => {
      const store = makeStore();
      const gstin = fresh();
      const first = await acceptedAt(store, gstin, 0);
      const between = await acceptedAt(store, gstin, 1);
      await store.finish(first.rid, REGISTERED, AT);
      const later = 2 * KEY_LIFE_MS;
      const again = aRequest({ gstin, key: first.key, createdAt: at(later).toISOString() });
      await claimed(store, again, at(later));
      expect((await store.list(gstin, { limit: 100 })).requests).toMatchObject([{ rid: between.rid }]);

      await store.accept(again.rid, again.owner, at(later));
      const { requests } = await store.list(gstin, { limit: 100 });
      expect(requests).toMatchObject([{ rid: again.rid, state: "QUEUED" }, { rid: between.rid }]);
    });

    it("goes on behind a request that is not there any more", async () => {
      const store = makeStore();
      const gstin = fresh();
      const [older, gone] = [await acceptedAt(store, gstin, 0), await acceptedAt(store, gstin, 1)];
      await acceptedAt(store, gstin, 2);
      await store.finish(gone.rid, REGISTERED, AT);
      await claimed(store, aRequest({ gstin, key: gone.key }), at(2 * KEY_LIFE_MS));

      const before = { key: gone.key, createdAt: gone.createdAt };
      expect((await store.list(gstin, { limit: 100, before })).requests).toMatchObject([{ rid: older.rid }]);
    });
  });
}

/** Accepted so many milliseconds after AT. */
function acceptedAt(store: RequestStore, gstin: string, ms: number): Promise<NewRequest> {
  return accepted(store, aRequest({ gstin, createdAt: at(ms).toISOString() }));
}

/** The engine's table holds other tests' requests too. */
async function dueOf(store: RequestStore, now: Date, rids: readonly string[]) {
  return (await store.due(now, 100_000)).filter(({ rid }) => rids.includes(rid));
}

/** Members in an order that no sorting makes, at each level. */
const PROBLEM: Outcome = {
  kind: "problem",
  problem: {
    code: "refused_by_irp",
    status: 422,
    title: "t",
    detail: "d",
    type: "/docs/problems/refused_by_irp",
    errors: [{ severity: "error", irpCode: "2176", code: "IRP", path: "", message: "गलत" }],
  },
};

async function claimed(store: RequestStore, request = aRequest(), now = AT): Promise<NewRequest> {
  expect(await store.claim(request, now)).toBe("claimed");
  return request;
}

async function accepted(store: RequestStore, request = aRequest(), now = AT): Promise<NewRequest> {
  await claimed(store, request, now);
  expect(await store.accept(request.rid, request.owner, at(60_000))).toBe("accepted");
  return request;
}
