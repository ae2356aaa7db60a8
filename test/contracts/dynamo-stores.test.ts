import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoProfileStore } from "../../shared/aws/dynamo-profile-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { AT, aRequest, REGISTERED } from "../fakes/a-request.ts";
import { clientStoreContract } from "./client-store.contract.ts";
import { documentStoreContract } from "./document-store.contract.ts";
import { type EngineTables, startEngineTables } from "./engine-tables.ts";
import { eventLogContract } from "./event-log.contract.ts";
import { irpUserStoreContract } from "./irp-user-store.contract.ts";
import { profileStoreContract } from "./profile-store.contract.ts";
import { requestStoreContract } from "./request-store.contract.ts";

let tables: EngineTables;
beforeAll(async () => {
  tables = await startEngineTables();
});
afterAll(() => tables.stop());

const requests = () => dynamoRequestStore(tables.db, tables.names.requests);
const documents = () => dynamoDocumentStore(tables.db, tables.names);
const events = () => dynamoEventLog(tables.db, tables.names.events);

describe("dynamoRequestStore", () => {
  requestStoreContract(requests);

  it("keeps an outcome as text, because it is replayed byte for byte and a map of DynamoDB has no order", async () => {
    const { rid, owner, key, ...request } = aRequest();
    await requests().claim({ ...request, key, rid, owner }, AT);
    await requests().accept(rid, owner, AT);
    await requests().finish(rid, REGISTERED, AT);

    const Key = { pk: key, sk: "-" };
    const { Item } = await tables.db.send(new GetCommand({ TableName: tables.names.requests, Key }));
    expect(Item?.["outcome"]).toBe(JSON.stringify(REGISTERED));
  });
});
describe("dynamoDocumentStore", () =>
  documentStoreContract(() => ({ requests: requests(), documents: documents(), events: events() })));
describe("dynamoEventLog", () => eventLogContract(events));
describe("dynamoClientStore", () => clientStoreContract(() => dynamoClientStore(tables.db, tables.names.clients)));
describe("dynamoProfileStore", () => profileStoreContract(() => dynamoProfileStore(tables.db, tables.names.clients)));
describe("dynamoIrpUserStore", () => irpUserStoreContract(() => dynamoIrpUserStore(tables.db, tables.names.clients)));
