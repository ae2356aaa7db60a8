import { expect, it } from "vitest";
import type { Client, ClientStore } from "../../shared/oauth/client.ts";
import { fresh } from "../fakes/a-request.ts";

/** What every ClientStore must do. Each test uses ids of its own. */
export function clientStoreContract(makeStore: () => ClientStore): void {
  it("finds a client as it was created", async () => {
    const store = makeStore();
    const client = aClient();
    expect(await store.create(client)).toBe("created");
    expect(await store.find(client.clientId)).toEqual(client);
  });

  it("finds nobody under an id that was never given", async () => {
    expect(await makeStore().find(fresh())).toBeUndefined();
  });

  it("never overwrites a client", async () => {
    const store = makeStore();
    const client = aClient();
    await store.create(client);
    expect(await store.create({ ...client, gstin: "29AAAZA0001A1ZI", scopes: [] })).toBe("taken");
    expect(await store.find(client.clientId)).toEqual(client);
  });
}

function aClient(): Client {
  return {
    v: 1,
    clientId: `test_${fresh()}`,
    gstin: "27AAAZA0001A1ZM",
    scopes: ["irn:write", "irn:read"],
    secretHashes: [fresh()],
    createdAt: "2026-08-18T09:00:00.000Z",
  };
}
