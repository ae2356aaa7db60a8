import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Client, hashSecret, holdsSecret } from "../../../shared/oauth/client.ts";
import { registerClient } from "../../../shared/oauth/register-client.ts";
import { memoryClientStore } from "../../fakes/memory-client-store.ts";

const GSTIN = "27AAAZA0001A1ZM";
const NOW = new Date("2026-08-18T09:00:00Z");

function setup({ newId = () => "1" } = {}) {
  const clients = memoryClientStore();
  const deps = { clients, mode: "test", now: () => NOW, newSecret: () => "c2VjcmV0", newId } as const;
  return { clients, deps };
}

describe("registerClient", () => {
  it("returns the secret once and stores its hash alone", async () => {
    const { clients, deps } = setup();

    const { clientId, clientSecret } = await registerClient(deps, GSTIN);

    expect(clientId).toBe("test_1");
    expect(clientSecret).toBe("eis_test_c2VjcmV0");
    const client = await clients.find("test_1");
    expect(Client.parse(client)).toMatchObject({ v: 1, gstin: GSTIN, createdAt: "2026-08-18T09:00:00.000Z" });
    expect(client?.secretHashes).toEqual([createHash("sha256").update("eis_test_c2VjcmV0").digest("hex")]);
    expect(JSON.stringify(client)).not.toContain("c2VjcmV0");
  });

  it("says in id and secret what they are good for", async () => {
    const { deps } = setup();

    const { clientId, clientSecret } = await registerClient({ ...deps, mode: "live" }, GSTIN);

    expect(clientId).toMatch(/^live_/);
    expect(clientSecret).toMatch(/^eis_live_/);
  });

  it("never takes over a client that exists", async () => {
    const { clients, deps } = setup();
    await registerClient(deps, GSTIN);

    await expect(registerClient(deps, "29AAAZA0001A1ZI")).rejects.toThrow("exists");
    expect(await clients.find("test_1")).toMatchObject({ gstin: GSTIN });
  });
});

describe("holdsSecret", () => {
  const client = Client.parse({
    v: 1,
    clientId: "test_1",
    gstin: GSTIN,
    scopes: [],
    secretHashes: [hashSecret("one"), hashSecret("two")],
    createdAt: "2026-08-18T09:00:00.000Z",
  });

  it.each(["one", "two"])("knows the secret %s", (secret) => {
    expect(holdsSecret(client, secret)).toBe(true);
  });

  it.each(["three", "", "ONE", hashSecret("one"), "nobody's secret"])("does not know %j", (secret) => {
    expect(holdsSecret(client, secret)).toBe(false);
    expect(holdsSecret(undefined, secret)).toBe(false);
    expect(holdsSecret({ ...client, secretHashes: [] }, secret)).toBe(false);
  });
});
