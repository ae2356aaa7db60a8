import { describe } from "vitest";
import { memoryClientStore } from "../fakes/memory-client-store.ts";
import { memoryEventLog } from "../fakes/memory-event-log.ts";
import { memoryIrpUserStore } from "../fakes/memory-irp-user-store.ts";
import { memoryRequestStore } from "../fakes/memory-request-store.ts";
import { memoryStores } from "../fakes/memory-stores.ts";
import { clientStoreContract } from "./client-store.contract.ts";
import { documentStoreContract } from "./document-store.contract.ts";
import { eventLogContract } from "./event-log.contract.ts";
import { irpUserStoreContract } from "./irp-user-store.contract.ts";
import { requestStoreContract } from "./request-store.contract.ts";

describe("memoryRequestStore", () => requestStoreContract(memoryRequestStore));
describe("memoryDocumentStore", () => documentStoreContract(memoryStores));
describe("memoryEventLog", () => eventLogContract(memoryEventLog));
describe("memoryClientStore", () => clientStoreContract(memoryClientStore));
describe("memoryIrpUserStore", () => irpUserStoreContract(memoryIrpUserStore));
