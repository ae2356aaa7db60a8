import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../shared/webhook/endpoint.ts";
import type { EndpointStore } from "../../shared/webhook/endpoint-store.ts";
import { AT, at, fresh } from "../fakes/a-request.ts";

/** What every EndpointStore must do. Each test uses GSTINs of its own. */
export function endpointStoreContract(makeStore: () => EndpointStore): void {
  it("finds an endpoint whole, by its GSTIN and id alone", async () => {
    const store = makeStore();
    const { gstin, id, ...rest } = await created(store, { description: "उदाहरण ₹ 😀", failingSince: AT.toISOString() });
    expect(await store.find(gstin, id)).toEqual({ gstin, id, ...rest });
    expect(await store.find(fresh(), id)).toBeUndefined();
    expect(await store.find(gstin, fresh())).toBeUndefined();
  });

  it("lists all of a GSTIN and nothing of another, the oldest first", async () => {
    const store = makeStore();
    const gstin = fresh();
    const createdAt = [3, 0, 2, 1].map((ms) => at(ms).toISOString());
    const all = await Promise.all(createdAt.map((createdAt) => created(store, { gstin, createdAt })));
    await created(store);
    expect(await store.list(gstin)).toEqual([all[1], all[3], all[2], all[0]]);
    expect(await store.list(fresh())).toEqual([]);
  });

  it("lists the endpoints of one time in the same order each time", async () => {
    const store = makeStore();
    const gstin = fresh();
    await Promise.all(["c", "a", "d", "b"].map((id) => created(store, { gstin, id })));
    expect((await store.list(gstin)).map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  });

  it("removes one endpoint, and says nothing of one that is not there", async () => {
    const store = makeStore();
    const { gstin, id } = await created(store);
    const other = await created(store, { gstin });
    await store.remove(gstin, id);
    await store.remove(gstin, id);
    expect(await store.find(gstin, id)).toBeUndefined();
    expect(await store.list(gstin)).toEqual([other]);
  });

  describe("update", () => {
    it("replaces the endpoint: what is left out is gone", async () => {
      const store = makeStore();
      const {
        description: _,
        disabled: __,
        ...before
      } = await created(store, {
        description: "d",
        disabled: { at: AT.toISOString(), reason: "gone" },
      });
      const after: Endpoint = { ...before, url: "https://other.example", events: ["irn.failed"], revision: 2 };
      expect(await store.update(after)).toBe("updated");
      expect(await store.find(after.gstin, after.id)).toEqual(after);
    });

    it("loses to a change that came before, and leaves that alone", async () => {
      const store = makeStore();
      const before = await created(store);
      const [first, second] = [raised(before, { description: "1" }), raised(before, { description: "2" })];
      expect(await store.update(first)).toBe("updated");
      expect(await store.update(second)).toBe("changed");
      expect(await store.update(before)).toBe("changed");
      expect(await store.update({ ...second, revision: 4 })).toBe("changed");
      expect(await store.find(before.gstin, before.id)).toEqual(first);
    });

    it("lets one of many at the same time win", async () => {
      const store = makeStore();
      const before = await created(store);
      const changes = Array.from({ length: 10 }, (_, n) => store.update(raised(before, { description: `${n}` })));
      expect((await Promise.all(changes)).sort()).toEqual([...Array(9).fill("changed"), "updated"]);
    });

    it("takes its own change, told twice, for done", async () => {
      const store = makeStore();
      const change = raised(await created(store), { description: "d" });
      expect(await store.update(change)).toBe("updated");
      expect(await store.update(change)).toBe("updated");
      expect(await store.find(change.gstin, change.id)).toEqual(change);
    });

    it("brings none back that was removed", async () => {
      const store = makeStore();
      const before = await created(store);
      await store.remove(before.gstin, before.id);
      expect(await store.update(raised(before))).toBe("gone");
      expect(await store.find(before.gstin, before.id)).toBeUndefined();
    });
  });

  describe("what workers note", () => {
    it("is failing since the first failure, until a success", async () => {
      const store = makeStore();
      const before = await created(store);
      const { gstin, id } = before;
      const failing = { ...before, failingSince: at(1).toISOString(), revision: 2 };
      expect(await store.noteResult(gstin, id, "failed", at(1))).toEqual(failing);
      expect(await store.noteResult(gstin, id, "failed", at(2))).toEqual(failing);
      expect(await store.find(gstin, id)).toEqual(failing);

      const well = { ...before, revision: 3 };
      expect(await store.noteResult(gstin, id, "delivered", at(3))).toEqual(well);
      expect(await store.noteResult(gstin, id, "delivered", at(4))).toEqual(well);
      expect(await store.find(gstin, id)).toEqual(well);
      expect(await store.noteResult(gstin, id, "failed", at(5))).toMatchObject({ failingSince: at(5).toISOString() });
    });

    it("is the first of many failures at the same time, and all learn of it", async () => {
      const store = makeStore();
      const { gstin, id } = await created(store);
      const noted = await Promise.all(
        Array.from({ length: 10 }, (_, ms) => store.noteResult(gstin, id, "failed", at(ms))),
      );
      expect(new Set(noted.map((endpoint) => endpoint?.failingSince))).toEqual(
        new Set([(await store.find(gstin, id))?.failingSince]),
      );
      expect(noted.map((endpoint) => endpoint?.revision)).toEqual(Array(10).fill(2));
    });

    it("disables once, and says so to one alone", async () => {
      const store = makeStore();
      const before = await created(store);
      const { gstin, id } = before;
      const all = Array.from({ length: 10 }, (_, ms) => store.disable(gstin, id, ms % 2 ? "gone" : "failing", at(ms)));
      const done = await Promise.all(all);
      expect([...done].sort()).toEqual([...Array(9).fill("already"), "disabled"]);
      const ms = done.indexOf("disabled");
      const disabled = { at: at(ms).toISOString(), reason: ms % 2 ? "gone" : "failing" };
      expect(await store.find(gstin, id)).toEqual({ ...before, disabled, revision: 2 });
    });

    it("says again to whoever disabled it that it was them", async () => {
      const store = makeStore();
      const { gstin, id } = await created(store);
      expect(await store.disable(gstin, id, "gone", AT)).toBe("disabled");
      expect(await store.disable(gstin, id, "gone", AT)).toBe("disabled");
      expect(await store.disable(gstin, id, "failing", AT)).toBe("already");
      expect(await store.disable(gstin, id, "gone", at(1))).toBe("already");
      expect(await store.find(gstin, id)).toMatchObject({ revision: 2 });
    });

    it("leaves what its owner disabled", async () => {
      const store = makeStore();
      const disabled = { at: AT.toISOString(), reason: "by_owner" } as const;
      const { gstin, id } = await created(store, { disabled });
      expect(await store.disable(gstin, id, "gone", at(1))).toBe("already");
      expect(await store.find(gstin, id)).toMatchObject({ disabled, revision: 1 });
    });

    it("makes no endpoint of one that is gone", async () => {
      const store = makeStore();
      const { gstin, id } = await created(store);
      await store.remove(gstin, id);
      expect(await store.noteResult(gstin, id, "failed", AT)).toBeUndefined();
      expect(await store.noteResult(gstin, id, "delivered", AT)).toBeUndefined();
      expect(await store.disable(gstin, id, "gone", AT)).toBe("already");
      expect(await store.find(gstin, id)).toBeUndefined();
    });

    it.each<TakenBack>([
      {
        what: "a first failure",
        before: {},
        note: (store, { gstin, id }) => store.noteResult(gstin, id, "failed", AT),
        noted: { failingSince: AT.toISOString() },
      },
      {
        what: "a success",
        before: { failingSince: at(-1).toISOString() },
        note: (store, { gstin, id }) => store.noteResult(gstin, id, "delivered", AT),
        noted: {},
      },
      {
        what: "that it is gone",
        before: {},
        note: (store, { gstin, id }) => store.disable(gstin, id, "gone", AT),
        noted: { disabled: { at: AT.toISOString(), reason: "gone" } },
      },
    ])("is not taken back by a change of the owner's who had not read it: $what", async ({ before, note, noted }) => {
      const store = makeStore();
      const unread = await created(store, before);
      await note(store, unread);
      expect(await store.update(raised(unread, { description: "d" }))).toBe("changed");
      expect(await standingOf(store, unread)).toEqual(noted);

      const read = (await store.find(unread.gstin, unread.id)) ?? unread;
      expect(await store.update(raised(read, { description: "d" }))).toBe("updated");
      expect(await standingOf(store, unread)).toEqual({ ...noted, description: "d" });
    });

    it("that is nothing new does not stand in the way of the owner's change", async () => {
      const store = makeStore();
      const [well, failing] = [await created(store), await created(store, { failingSince: AT.toISOString() })];
      await store.noteResult(well.gstin, well.id, "delivered", at(1));
      await store.noteResult(failing.gstin, failing.id, "failed", at(1));
      expect(await store.update(raised(well, { description: "d" }))).toBe("updated");
      expect(await store.update(raised(failing, { description: "d" }))).toBe("updated");
    });

    it("leaves everything else of the endpoint as its owner last said", async () => {
      const store = makeStore();
      const before = await created(store);
      const changed = raised(before, { url: "https://other.example", secrets: [{ sealed: "new" }, { sealed: "old" }] });
      await store.update(changed);
      await store.noteResult(before.gstin, before.id, "failed", AT);
      await store.disable(before.gstin, before.id, "failing", AT);
      expect(await store.find(before.gstin, before.id)).toEqual({
        ...changed,
        failingSince: AT.toISOString(),
        disabled: { at: AT.toISOString(), reason: "failing" },
        revision: 4,
      });
    });
  });
}

type Standing = Pick<Endpoint, "failingSince" | "disabled" | "description">;

interface TakenBack {
  readonly what: string;
  readonly before: Partial<Endpoint>;
  readonly note: (store: EndpointStore, endpoint: Endpoint) => Promise<unknown>;
  readonly noted: Standing;
}

async function standingOf(store: EndpointStore, { gstin, id }: Endpoint): Promise<Standing | undefined> {
  const endpoint = await store.find(gstin, id);
  if (!endpoint) return undefined;
  const { failingSince, disabled, description } = endpoint;
  return { ...(failingSince && { failingSince }), ...(disabled && { disabled }), ...(description && { description }) };
}

function raised(endpoint: Endpoint, change: Partial<Endpoint> = {}): Endpoint {
  return { ...endpoint, ...change, revision: endpoint.revision + 1 };
}

async function created(store: EndpointStore, parts: Partial<Endpoint> = {}): Promise<Endpoint> {
  const endpoint = anEndpoint(parts);
  await store.create(endpoint);
  return endpoint;
}

export function anEndpoint(parts: Partial<Endpoint> = {}): Endpoint {
  return {
    v: 1,
    id: `we_${fresh()}`,
    gstin: fresh(),
    url: "https://receiver.example/hook?a=1",
    events: [],
    secrets: [{ sealed: "sealed" }],
    createdAt: AT.toISOString(),
    revision: 1,
    ...parts,
  };
}
