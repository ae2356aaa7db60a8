import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoSandboxStore } from "../../shared/aws/dynamo-sandbox-store.ts";
import { memoryBlobs } from "../fakes/memory-blobs.ts";
import { sandboxStoreContract } from "./sandbox-store.contract.ts";
import { type SandboxTables, startSandboxTables } from "./sandbox-table.ts";

describe("dynamoSandboxStore", () => {
  let tables: SandboxTables;
  beforeAll(async () => {
    tables = await startSandboxTables();
  });
  afterAll(() => tables.stop());

  sandboxStoreContract(async () => dynamoSandboxStore(tables.db, await tables.aTable(), memoryBlobs()));

  it("writes a version into every item, and a time to live into sessions only", async () => {
    const TableName = await tables.aTable();
    const store = dynamoSandboxStore(tables.db, TableName);
    const expiresAt = "2026-08-18T10:00:00.500Z";
    const owner = { clientId: "c", userName: "u", gstin: "g" };
    await store.openSession({ v: 1, token: "t", sek: "s", ...owner, expiresAt }, undefined);
    await store.keepKey("NIC1", "pem");
    const { Items = [] } = await tables.db.send(new ScanCommand({ TableName }));

    expect(Items.map(({ pk, sk, v, ttl }) => [pk, sk, v, ttl]).sort()).toEqual([
      ["gstin#g", "session#c#u", 1, 1787133600],
      ["keys#NIC1", "private", 1, undefined],
      ["token#t", "session", 1, 1787133600],
    ]);
  });

  it("reads and changes a record of before there were revisions", async () => {
    const TableName = await tables.aTable();
    const ack = { ackNo: 112610000000001, ackAt: "2026-08-18T09:00:00.000Z" };
    const old = { v: 1, irn: "irn", portal: "NIC1", status: "ACT", ...ack, document: new Uint8Array([1]) };
    await tables.db.send(new PutCommand({ TableName, Item: { pk: "registry#irn", sk: "document", ...old } }));
    const store = dynamoSandboxStore(tables.db, TableName);

    const found = await store.findRegistration("irn");
    expect(found).toMatchObject({ revision: 0, ackNo: ack.ackNo });
    const cancelledAt = "2026-08-18T10:00:00.000Z";
    if (found !== undefined) expect(await store.changeRegistration({ ...found, revision: 1, cancelledAt })).toBe(true);
    expect(await store.findRegistration("irn")).toMatchObject({ revision: 1, cancelledAt });
  });

  it("refuses a document that fits no item where it has no blobs", async () => {
    const store = dynamoSandboxStore(tables.db, await tables.aTable());
    const ack = { ackNo: 112610000000001, ackAt: "2026-08-18T09:00:00.000Z" };
    const document = new Uint8Array(400 * 1024);
    const registration = { v: 1, irn: "irn", portal: "NIC1", revision: 0, ...ack, document } as const;
    await expect(store.register(registration)).rejects.toThrow("nowhere else");
    expect(await store.findRegistration("irn")).toBeUndefined();
  });

  it("refuses to read an item of a version that it does not know", async () => {
    const TableName = await tables.aTable();
    await tables.db.send(new PutCommand({ TableName, Item: { pk: "registry#irn", sk: "document", v: 2 } }));

    await expect(dynamoSandboxStore(tables.db, TableName).findRegistration("irn")).rejects.toThrow();
  });
});
