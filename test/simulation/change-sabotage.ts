import type { Document } from "../../shared/document/document.ts";
import type { DocumentStore } from "../../shared/document/document-store.ts";
import { toIstTimestamp } from "../../shared/ist.ts";
import type { MemoryStores } from "../fakes/memory-stores.ts";
import type { Sabotage } from "./world.ts";

/** The safeguards of what happens to registered documents, each taken away alone. */
export const changeSabotages = {
  /** A change begins although another one is pending. */
  changeCondition: () => ({
    stores: (stores) =>
      withDocuments(stores, (documents, rows) => ({
        begin(irn, ...rest) {
          const { pending: _, lock: __, ...free } = rows.documents.get(irn) ?? {};
          if (rows.documents.has(irn)) rows.documents.set(irn, free as Document);
          return documents.begin(irn, ...rest);
        },
      })),
  }),

  /** Who looks up a lost change sees nothing of it, and believes that at once. */
  lookAtChange: () => ({
    work: (deps) => ({
      ...deps,
      lookUpLagMs: -1_000_000_000,
      irp: {
        ...deps.irp,
        async byIrn(call, irn) {
          const answer = await deps.irp.byIrn(call, irn);
          return answer.is === "ok" ? { is: "ok", value: { ...answer.value, status: "ACT" } } : answer;
        },
        ewayBillOf: async () => NO_BILL,
      },
    }),
  }),

  /** That there is a bill already is taken for its making. */
  ownBills: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        async makeEwayBill(call, irn, request) {
          const answer = await deps.irp.makeEwayBill(call, irn, request);
          const isThere = answer.is === "unknown" && answer.errors.some(({ code }) => code === "4002");
          return isThere ? deps.irp.ewayBillOf(call, irn) : answer;
        },
      },
    }),
  }),

  /** That it is cancelled already is taken for its cancellation. */
  ownEnds: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        async cancel(call, irn, cancellation) {
          const answer = await deps.irp.cancel(call, irn, cancellation);
          const isOver = answer.is === "refused" && answer.errors.some(({ code }) => code === "9999");
          return isOver ? { is: "ok", value: { cancelledAt: toIstTimestamp(deps.now()) } } : answer;
        },
      },
    }),
  }),

  /** Any bill that is found is taken for a new one. */
  olderBills: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        async ewayBillOf(call, irn) {
          const answer = await deps.irp.ewayBillOf(call, irn);
          return answer.is === "ok"
            ? { is: "ok", value: { ...answer.value, madeAt: toIstTimestamp(deps.now()) } }
            : answer;
        },
      },
    }),
  }),

  /** A bill that is cancelled is none. */
  endedBills: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        async ewayBillOf(call, irn) {
          const answer = await deps.irp.ewayBillOf(call, irn);
          return answer.is === "ok" && answer.value.status === "CNL" ? NO_BILL : answer;
        },
      },
    }),
  }),

  /** Any other bill that is shown proves that the document's own is cancelled. */
  newerBill: () => {
    let rows: MemoryStores["rows"];
    return {
      stores: (stores) => {
        rows = stores.rows;
        return stores;
      },
      work: (deps) => ({
        ...deps,
        irp: {
          ...deps.irp,
          async ewayBillOf(call, irn) {
            const answer = await deps.irp.ewayBillOf(call, irn);
            const own = rows.documents.get(irn)?.bills?.find(({ status }) => status === "ACT")?.ewbNo;
            const isOther = answer.is === "ok" && own !== undefined && answer.value.ewbNo !== own;
            return isOther ? { is: "ok", value: { ...answer.value, ewbNo: own, status: "CNL" } } : answer;
          },
        },
      }),
    };
  },

  /** Each worker believes what it saw itself, not what is stored. */
  storedEvent: () => ({
    work: (deps) => ({
      ...deps,
      events: {
        ...deps.events,
        async append(event, at) {
          await deps.events.append(event, at);
          return event;
        },
      },
    }),
  }),

  /** The same of the frozen answer. */
  frozenAnswer: () => ({
    work: (deps) => ({
      ...deps,
      documents: {
        ...deps.documents,
        async freezeAnswer(irn, body) {
          await deps.documents.freezeAnswer(irn, body);
          return body;
        },
      },
    }),
  }),

  /** A change waits for another one, whether anybody is there to end it or not. */
  openOwner: () => ({
    stores: (stores) => ({
      ...stores,
      requests: {
        ...stores.requests,
        async find(rid) {
          const request = await stores.requests.find(rid);
          const isOrphan = [...stores.rows.documents.values()].some(({ pending }) => pending?.rid === rid);
          return request && isOrphan ? { ...request, state: "QUEUED" } : request;
        },
      },
    }),
  }),

  /** A change is written whatever was written since its worker read the document. */
  numberOfChange: () => ({
    stores: (stores) =>
      withDocuments(stores, (documents, rows) => ({
        change: (irn, hold, effect) =>
          documents.change(irn, hold, { ...effect, seq: (rows.documents.get(irn)?.seq ?? 0) + 1 }),
      })),
  }),

  /** Whoever had the lock once may write what became of the document. */
  fenceOfChange: () => ({
    stores: (stores) =>
      withDocuments(stores, (documents, rows) => ({
        change(irn, hold, effect) {
          const document = rows.documents.get(irn);
          if (document) rows.documents.set(irn, { ...document, lock: { ...hold }, seq: effect.seq - 1, status: "ACT" });
          return documents.change(irn, hold, effect);
        },
      })),
  }),

  /** What a look-up found out is forgotten with the lock. */
  undoneNoted: () => ({
    work: (deps) => ({
      ...deps,
      documents: {
        ...deps.documents,
        unlock(irn, hold, pending) {
          if (pending?.op !== "change") return deps.documents.unlock(irn, hold, pending);
          const { isUndone: _, refusal: __, ...left } = pending;
          return deps.documents.unlock(irn, hold, left);
        },
      },
    }),
  }),

  /** The request first, and what is pending of it after that. */
  unlockFirst: () => ({
    work: (deps) => {
      let owed: Parameters<DocumentStore["unlock"]> | undefined;
      return {
        ...deps,
        documents: {
          ...deps.documents,
          async unlock(...args) {
            if (args[2] === undefined) owed = args;
            else await deps.documents.unlock(...args);
          },
        },
        requests: {
          ...deps.requests,
          async finish(...args) {
            const finished = await deps.requests.finish(...args);
            if (owed) await deps.documents.unlock(...owed);
            owed = undefined;
            return finished;
          },
        },
      };
    },
  }),

  /** A change is sent however little is left of the lease. */
  guardOfChange: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        makeEwayBill: (call, ...rest) => deps.irp.makeEwayBill({ ...call, mayStillSend: () => true }, ...rest),
      },
    }),
  }),

  /** What a stand-in shows counts. */
  holderAlone: () => ({
    work: (deps) => ({
      ...deps,
      irp: {
        ...deps.irp,
        byIrn: ({ via: _, ...call }, irn) => deps.irp.byIrn(call, irn),
      },
    }),
  }),

  /** Looking for a bill is free. */
  slotsOfBills: () => ({
    work: (deps) => ({
      ...deps,
      irp: { ...deps.irp, ewayBillOf: (call, irn) => deps.irp.ewayBillOf({ ...call, isAdmitted: true }, irn) },
    }),
  }),

  /** A bill's number is not noted. */
  numberOfBill: () => ({ stores: (stores) => withDocuments(stores, () => ({ nameBill: async () => undefined })) }),
} satisfies Record<string, () => Sabotage>;

const NO_BILL = { is: "refused", errors: [{ code: "4005", message: "none" }] } as const;

function withDocuments(
  stores: MemoryStores,
  changed: (documents: DocumentStore, rows: MemoryStores["rows"]) => Partial<DocumentStore>,
): MemoryStores {
  return { ...stores, documents: { ...stores.documents, ...changed(stores.documents, stores.rows) } };
}
