import { expect, it } from "vitest";
import type { ProfileStore } from "../../shared/taxpayer/profile-store.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every ProfileStore must do. Each test uses GSTINs of its own. */
export function profileStoreContract(makeStore: () => ProfileStore): void {
  it("finds a profile as it was saved, and nothing else in it", async () => {
    const store = makeStore();
    const [small, exempt] = [fresh(), fresh()];
    await store.save(small, { turnoverCrore: 0 });
    await store.save(exempt, { turnoverCrore: 100, exemptClass: "sez-unit" });
    expect(await store.find(small)).toEqual({ turnoverCrore: 0 });
    expect(await store.find(exempt)).toEqual({ turnoverCrore: 100, exemptClass: "sez-unit" });
  });

  it("replaces a profile whole", async () => {
    const store = makeStore();
    const gstin = fresh();
    await store.save(gstin, { turnoverCrore: 5, exemptClass: "government" });
    await store.save(gstin, { turnoverCrore: 10 });
    expect(await store.find(gstin)).toEqual({ turnoverCrore: 10 });
  });

  it("keeps the profiles of GSTINs apart", async () => {
    const store = makeStore();
    await store.save(fresh(), { turnoverCrore: 5 });
    expect(await store.find(fresh())).toBeUndefined();
  });
}
