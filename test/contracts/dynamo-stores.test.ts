import { afterAll, beforeAll, describe } from "vitest";
import { dynamoClientStore } from "../../shared/aws/dynamo-client-store.ts";
import { dynamoDocumentStore } from "../../shared/aws/dynamo-document-store.ts";
import { dynamoEventLog } from "../../shared/aws/dynamo-event-log.ts";
import { dynamoIrpUserStore } from "../../shared/aws/dynamo-irp-user-store.ts";
import { dynamoRequestStore } from "../../shared/aws/dynamo-request-store.ts";
import { clientStoreContract } from "./client-store.contract.ts";
import { documentStoreContract } from "./document-store.contract.ts";
import { type EngineTables, startEngineTables } from "./engine-tables.ts";
import { eventLogContract } from "./event-log.contract.ts";
import { irpUserStoreContract } from "./irp-user-store.contract.ts";
import { requestStoreContract } from "./request-store.contract.ts";

let tables: EngineTables;
beforeAll(async () => {
  tables = await startEngineTables();
});
afterAll(() => tables.stop());

const requests = () => dynamoRequestStore(tables.db, tables.names.requests);
const documents = () => dynamoDocumentStore(tables.db, tables.names);
const events = () => dynamoEventLog(tables.db, tables.names.events);

describe("dynamoRequestStore", () => requestStoreContract(requests));
describe("dynamoDocumentStore", () =>
  documentStoreContract(() => ({ requests: requests(), documents: documents(), events: events() })));
describe("dynamoEventLog", () => eventLogContract(events));
describe("dynamoClientStore", () => clientStoreContract(() => dynamoClientStore(tables.db, tables.names.clients)));
describe("dynamoIrpUserStore", () => irpUserStoreContract(() => dynamoIrpUserStore(tables.db, tables.names.clients)));
