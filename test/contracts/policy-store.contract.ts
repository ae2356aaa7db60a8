import { expect, it } from "vitest";
import type { PolicyStore } from "../../shared/budget/policy.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every PolicyStore must do. */
export function policyStoreContract(makeStore: () => PolicyStore): void {
  const policy = { calls: 60, perSeconds: 60, burst: 20, reserve: 10 };

  it("finds a policy as it was set last, and none where none is set", async () => {
    const [store, gstin] = [makeStore(), fresh()];
    expect(await store.find(gstin)).toBeUndefined();
    await store.save(gstin, policy);
    await store.save(gstin, { ...policy, calls: 0 });
    expect(await store.find(gstin)).toEqual({ ...policy, calls: 0 });
    expect(await store.find(fresh())).toBeUndefined();
  });

  it("forgets one that is removed, and does not mind one that never was", async () => {
    const [store, gstin] = [makeStore(), fresh()];
    await store.save(gstin, policy);
    await store.remove(gstin);
    await store.remove(fresh());
    expect(await store.find(gstin)).toBeUndefined();
  });
}
