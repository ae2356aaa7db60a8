import { describe, expect, it } from "vitest";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import type { Outcomes } from "../../shared/request/outcomes.ts";
import type { Outcome } from "../../shared/request/request.ts";
import type { RequestStore } from "../../shared/request/request-store.ts";
import { AT, aRequest, fresh } from "../fakes/a-request.ts";

interface Stores {
  readonly requests: RequestStore;
  readonly documents: Pick<DocumentStore, "freezeAnswer">;
  readonly outcomes: Outcomes;
}

/** What every Outcomes must do, over the stores that write what it looks for. */
export function outcomesContract(makeStores: () => Stores): void {
  async function accepted() {
    const stores = makeStores();
    const request = aRequest();
    await stores.requests.claim(request, AT);
    await stores.requests.accept(request.rid, request.owner, AT);
    const outcome: Outcome = { kind: "registered", status: 201, irn: request.irn };
    return { ...stores, ...request, outcome };
  }

  describe("look", () => {
    it("finds nothing while the request is open, even if the document has its answer already", async () => {
      const { outcomes, documents, rid, irn } = await accepted();
      expect(await outcomes.look({ rid, irn })).toBeUndefined();
      await documents.freezeAnswer(irn, "{}");
      expect(await outcomes.look({ rid, irn })).toBeUndefined();
    });

    it("finds the outcome, and the document's answer byte for byte", async () => {
      const { outcomes, requests, documents, rid, irn, outcome } = await accepted();
      await documents.freezeAnswer(irn, '{"irn" : "ü"}');
      await requests.finish(rid, outcome, AT);
      expect(await outcomes.look({ rid, irn })).toEqual({ outcome, answer: '{"irn" : "ü"}' });
    });

    it("finds an outcome without an answer", async () => {
      const { outcomes, requests, rid, irn } = await accepted();
      const problem = {
        code: "not_registered",
        status: 409,
        title: "Not registered",
        detail: "nobody took it",
      } as const;
      await requests.finish(rid, { kind: "problem", problem }, AT);
      expect(await outcomes.look({ rid, irn })).toEqual({ outcome: { kind: "problem", problem }, answer: undefined });
    });

    it("finds nothing under the rid of an earlier life of the key, and of a key that nobody has", async () => {
      const { outcomes, requests, rid, key, irn, outcome } = await accepted();
      await requests.finish(rid, outcome, AT);
      expect(await outcomes.look({ rid: `${key}.${fresh()}`, irn })).toBeUndefined();
      expect(await outcomes.look({ rid: `${fresh()}.${fresh()}`, irn })).toBeUndefined();
    });
  });
}
