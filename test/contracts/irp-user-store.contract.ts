import { expect, it } from "vitest";
import type { GstinList, IrpUserStore } from "../../shared/irp/irp.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every IrpUserStore must do, and the GstinList beside it. Each test uses GSTINs of its own. */
export function irpUserStoreContract(makeStore: () => IrpUserStore & GstinList): void {
  it("finds a user as it was saved", async () => {
    const store = makeStore();
    const gstin = fresh();
    await store.save(gstin, { userName: "API_user", password: "Pässwörd 1" });
    expect(await store.find(gstin)).toMatchObject({ userName: "API_user", password: "Pässwörd 1" });
  });

  it("replaces a user whose password has changed", async () => {
    const store = makeStore();
    const gstin = fresh();
    await store.save(gstin, { userName: "API_user", password: "old" });
    await store.save(gstin, { userName: "API_user", password: "new" });
    expect(await store.find(gstin)).toMatchObject({ password: "new" });
  });

  it("names each saving, of the same password too, by a version that stays and tells nothing", async () => {
    const store = makeStore();
    const gstin = fresh();
    const versions: (string | undefined)[] = [];
    for (const password of ["old-password", "new-password", "new-password"]) {
      await store.save(gstin, { userName: "API_user", password });
      versions.push((await store.find(gstin))?.version);
      expect((await store.find(gstin))?.version).toBe(versions.at(-1));
    }
    expect(new Set(versions).size).toBe(3);
    expect(versions.join()).not.toContain("password");
  });

  it("keeps the users of GSTINs apart", async () => {
    const store = makeStore();
    await store.save(fresh(), { userName: "API_user", password: "secret" });
    expect(await store.find(fresh())).toBeUndefined();
  });

  it("names every GSTIN that has a user once, however often it was saved", async () => {
    const store = makeStore();
    const gstins = [fresh(), fresh(), fresh()];
    for (const gstin of [...gstins, ...gstins]) await store.save(gstin, { userName: "API_user", password: "secret" });
    const named = (await listed(store)).filter((gstin) => gstins.includes(gstin));
    expect(named.toSorted()).toEqual(gstins.toSorted());
  });

  it("names nobody who has no user", async () => {
    expect(await listed(makeStore())).not.toContain(fresh());
  });
}

/** The whole list at once. */
export async function listed(list: GstinList): Promise<string[]> {
  const gstins: string[] = [];
  for await (const gstin of list.gstins()) gstins.push(gstin);
  return gstins;
}
