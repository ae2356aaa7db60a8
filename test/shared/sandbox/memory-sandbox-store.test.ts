import { describe } from "vitest";
import { sandboxStoreContract } from "../../contracts/sandbox-store.contract.ts";
import { memorySandboxStore } from "../../fakes/memory-sandbox-store.ts";

describe("memorySandboxStore", () => sandboxStoreContract(memorySandboxStore));
